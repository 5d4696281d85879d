"""Every record type keeps what the API promises; the library the engine is tested on stands for types to come."""

import pytest

from jantar.engine.records.registry import registry
from jantar.engine.testing.conformance_api import ApiConformance


@pytest.mark.capability("N10")
@pytest.mark.parametrize("record_type", list(registry.all()), ids=lambda record_type: record_type.name)
class TestApi(ApiConformance):
    pass
