"""What tests of records leave as they found it."""

from collections.abc import Iterator

import pytest

from jantar.engine.fields.models import CustomField
from jantar.engine.records.tests.kept_rollups import build


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """Afterwards no table of a roll-up is left."""
    yield
    CustomField.objects.all().delete()
    build()
