"""The filter builder: conditions as rows and groups, the words for them, and the bar above a list."""
