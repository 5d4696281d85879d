"""Files in fields of records: what they are, what is kept of them, and the fields that hold them."""
