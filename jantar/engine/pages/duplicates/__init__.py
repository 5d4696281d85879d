"""Records that may be the same: the hint while typing, the queue of groups, and merging."""
