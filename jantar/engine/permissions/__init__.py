"""Roles, grants and scopes; the actor."""
