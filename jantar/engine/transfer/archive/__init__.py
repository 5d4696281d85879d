"""Everything at once: an open archive of all data, written and read again in constant memory."""
