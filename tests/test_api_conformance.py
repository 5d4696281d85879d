"""Every record type keeps what the API promises; the library the engine is tested on stands for types to come."""

import pytest

from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.testing.conformance_api import ApiConformance, FieldConformance
from jantar.engine.testing.own_fields import add_own_fields

every_type = pytest.mark.parametrize("record_type", list(registry.all()), ids=lambda record_type: record_type.name)


@pytest.mark.capability("N10")
@every_type
class TestApi(ApiConformance):
    pass


@pytest.mark.capability("C130")
@every_type
class TestApiWithCustomFields(FieldConformance):
    """The same promises hold for a custom field of every kind."""

    @pytest.fixture(autouse=True)
    def own_fields(self, db: None, record_type: RecordType) -> None:
        add_own_fields(record_type)
