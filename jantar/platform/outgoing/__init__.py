"""Requests to addresses that users have named: guarded, bounded in time and size, without following redirects."""
