"""Forms of records: controls for each kind of field, pickers, and what happens on a conflict."""
