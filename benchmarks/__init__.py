"""Measures Jantar against the budgets of its design: `make bench`, or `python -m benchmarks --size large`."""
