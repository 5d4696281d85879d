"""The demo company: believable, deterministic, and nobody real."""
