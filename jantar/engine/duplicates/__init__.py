"""Finding records that may be the same: while one is typed, and among all there are."""
