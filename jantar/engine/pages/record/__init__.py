"""The page of one record: facts, parts, timeline, editing in place, and the record as of a moment."""
