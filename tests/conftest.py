"""Fixtures of the journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import running


@pytest.fixture(scope="session")
def jantar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a freshly installed Jantar with the demo company, shared by the journeys."""
    with running(tmp_path_factory.mktemp("jantar") / "data") as url:
        yield url


@pytest.fixture(scope="session")
def samples() -> Path:
    """Small files the project ships for trying imports."""
    return Path(__file__).parent / "samples"
