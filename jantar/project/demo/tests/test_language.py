"""The demo company in the language of whoever tries Jantar."""

from datetime import date
from typing import Any

import pytest

from jantar.engine.permissions.models import Role
from jantar.modules.sales.models import Pipeline, Stage
from jantar.platform.accounts.models import Team, User
from jantar.project.demo.load import load_demo

pytestmark = pytest.mark.django_db


def test_users_teams_roles_and_stages_speak_the_language_asked_for(settings: Any, tmp_path: Any) -> None:
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": place}
    load_demo(date(2026, 11, 22), "hu")
    assert set(User.objects.values_list("language", flat=True)) == {"hu"}
    assert set(Team.objects.values_list("name", flat=True)) == {
        "Értékesítés", "Csehország és Szlovákia", "Magyarország és Lengyelország",
    }  # fmt: skip
    assert set(Pipeline.objects.values_list("name", flat=True)) == {"Új üzletek", "Szervizszerződések"}
    assert Stage.objects.filter(name="Ajánlat elküldve").count() == 2
    assert not Stage.objects.filter(name="Quote sent").exists()
    assert Role.objects.get(key="seller").name == "Értékesítő"
