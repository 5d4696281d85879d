"""Field kinds, made from model columns or from custom field definitions."""
