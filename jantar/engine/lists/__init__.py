"""Hand-picked lists: named sets of records of one type, put together one by one."""
