"""Formulas of fields: read by a parser of our own, checked by types, compiled to one SQL expression."""
