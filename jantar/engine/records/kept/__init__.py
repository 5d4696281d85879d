"""Roll-ups whose values are kept in a table with indexes, by triggers, so that large lists are sorted by them."""
