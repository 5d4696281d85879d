"""Making one record of several: what they held united, what pointed to them moved, all of it taken back by undo."""
