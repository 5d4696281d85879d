"""Every record type has what the engine promises; the library the engine is tested on stands for types to come."""

import pytest

from jantar.engine.records.registry import registry
from jantar.engine.testing.conformance import EngineConformance


@pytest.mark.capability("C2", "C3", "C6", "C108", "N7", "N8")
@pytest.mark.parametrize("record_type", list(registry.all()), ids=lambda record_type: record_type.name)
class TestEngine(EngineConformance):
    pass
