"""The list of a record type: its state, rows, groups, sums, columns, saved views and what is done to many at once."""
