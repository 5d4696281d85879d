"""Fixtures of the tests of data quality."""

import pytest

from jantar.engine.quality import counting


@pytest.fixture(autouse=True)
def counted_anew(monkeypatch):
    """However slow the machine is, nothing is kept unless a test is about that."""
    monkeypatch.setattr(counting, "SLOW", float("inf"))
