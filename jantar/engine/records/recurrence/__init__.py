"""Records that come again: making them, changing those that follow, and what is still to come."""
