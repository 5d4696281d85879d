"""What the journeys share: a salesperson and a boss, and the words a user of a language reads."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.platform.accounts.models import User

Say = Callable[..., str]


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}


@pytest.fixture
def boss(transactional_db: None, language: str) -> User:
    """An administrator who reads the language of the test."""
    user = make_user("Boss", admin=True)
    user.language = language
    user.save()
    return user


@pytest.fixture
def say(language: str) -> Say:
    """say("%(n)s records", n=3): a text of the catalogues as it is read in the language of the test."""

    def said(text: str, plural: str = "", context: str = "", **values: Any) -> str:
        with translation.override(language):
            if context:
                found = pgettext(context, text)
            else:
                found = ngettext(text, plural, values["n"]) if plural else gettext(text)
        assert language == "en" or found != text, f"{text!r} is not in the catalogues"
        return found % values if values else found

    return said


def starting(words: str) -> "re.Pattern[str]":
    """Of a label that goes on, as those of required fields do."""
    return re.compile(f"^{re.escape(words)}")


def made(user: User, type_name: str, **values: Any) -> Any:
    return write.create(registry.get(type_name), values, actor=actor_for(user))
