"""Fixtures that tests of following share with those of records."""

from jantar.engine.records.tests.conftest import nothing_kept

__all__ = ["nothing_kept"]
