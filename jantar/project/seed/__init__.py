"""Synthetic data of any size, made inside the database from a few words, the same for the same seed."""
