"""Record types and everything that follows from their declaration: filter, list, write path."""
