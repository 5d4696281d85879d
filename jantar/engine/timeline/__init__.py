"""What happened around a record, told newest first; notes and comments."""
