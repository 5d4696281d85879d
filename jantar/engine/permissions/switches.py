"""Which module a record type belongs to; filled when types register, read whenever rights are asked for."""

#: Labels of Django apps by the names of record types.
MODULE_OF_TYPE: dict[str, str] = {}
