"""The pages of sales that no record type gives."""
