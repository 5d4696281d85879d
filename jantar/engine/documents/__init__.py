"""Files on records: kept once, in versions, with the rights of what they hang on."""
