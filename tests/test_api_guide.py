"""The examples of the guide to the API work as they stand there."""

import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Role
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.platform.accounts.models import ApiToken, Membership, Team, User

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "use-the-api.md"
EXAMPLE = re.compile(r"```sh\n(?P<commands>.*?)```(?:\n```json\n(?P<answer>.*?)```)?", re.DOTALL)
ANY = "…"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.capability("C125"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


@pytest.fixture
def anna() -> User:
    user = User.objects.create_user("anna@demo.example", full_name="Anna Nováková")
    Membership.objects.create(user=user, team=Team.objects.create(name="North"), is_main=True)
    Role.objects.get(key="seller").users.add(user)
    return user


@pytest.fixture
def numbers(anna: User) -> dict[str, int]:
    """The ids that stand in the guide, and those of the records that stand for them here."""
    actor = actor_for(anna)
    values = {"given_name": "Tomáš", "family_name": "Dvořák", "city": "Brno", "email": "tomas.dvorak@jantar.example"}
    person = write.create(registry.get("people"), values, actor=actor)
    company = write.create(registry.get("companies"), {"name": "Moravia Steel", "country": "CZ"}, actor=actor)
    deal = {"name": "Pumps", "customer": company, "expected_close": date(2026, 6, 30)}
    twice = [write.create(registry.get("companies"), {"name": "Amber"}, actor=actor).pk for _n in range(2)]
    return {
        "17": person.pk,
        "41": twice[0],
        "42": twice[1],
        "23": write.create(registry.get("deals"), deal, actor=actor).pk,
    }


def test_every_example_of_the_guide_works(live_server, settings, anna, numbers, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.API_REQUESTS_PER_MINUTE = 0
    _row, token = ApiToken.issue(anna, "guide")
    environment = {"JANTAR": f"{live_server.url}/api/v1", "TOKEN": token, "PATH": "/usr/bin:/bin"}
    tried = 0
    for example in EXAMPLE.finditer(GUIDE.read_text()):
        commands = example["commands"]
        if "export" in commands:
            continue
        output = run(renumbered(commands, numbers), environment, tmp_path)
        if example["answer"]:
            answer = json.loads(output)
            learn_ids(answer, numbers)
            assert fits(answer, json.loads(renumbered(example["answer"], numbers))), (commands, output)
        else:
            assert '"status"' not in output, output
        tried += 1
    assert tried == 21


def run(commands: str, environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        ["sh", "-e", "-c", commands], env=environment, cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, (commands, done.stderr)
    return done.stdout


def renumbered(text: str, numbers: dict[str, int]) -> str:
    """The text with the ids of this database."""
    return re.sub(r"(?<=[/ \[])(17|23|31|41|42|99)\b", lambda found: str(numbers.get(found[1], found[1])), text)


def learn_ids(answer: Any, numbers: dict[str, int]) -> None:
    """The operation that the guide calls 99 is the one its history shows; its import 31 is the one just started."""
    if answer.get("file"):
        numbers["31"] = answer["id"]
    for item in answer.get("items", []):
        if "operation" in item:
            numbers["99"] = item["operation"]


def fits(answer: Any, expected: Any) -> bool:
    """Whether the answer has at least what the guide shows."""
    if expected == ANY:
        return answer is not None
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            name in answer and fits(answer[name], value) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return len(answer) == len(expected) and all(map(fits, answer, expected))
    return bool(answer == expected)
