"""Helpers for tests of the engine and of modules."""
