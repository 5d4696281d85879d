"""What is missing, late, quiet, out of reach or there twice: counted from what the record types declare."""
