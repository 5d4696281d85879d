"""The demo company does not mix with a company's own data."""

import pytest

from jantar.platform.accounts.models import User
from jantar.project.demo.load import load_demo


@pytest.mark.django_db
def test_a_database_in_use_is_left_alone() -> None:
    User.objects.create_user("owner@firm.example", "x", full_name="Owner")
    assert load_demo() == ["There are users already, so the demo company was left out."]
    assert User.objects.count() == 1
