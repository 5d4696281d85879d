"""Data in and out: reading and writing sheets, import, export, duplicates."""
