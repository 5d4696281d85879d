"""The board of a record type: its columns and moving cards."""
