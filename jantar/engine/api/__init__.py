"""The REST API, made from the record types."""
