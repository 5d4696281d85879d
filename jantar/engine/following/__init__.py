"""Watching records and being told of what others do with them."""
