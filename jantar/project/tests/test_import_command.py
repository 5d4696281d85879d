import argparse
import json
from pathlib import Path

import pytest

from jantar.modules.contacts.models import Person
from jantar.platform.accounts.models import User
from jantar.project.bootstrap import CommandError
from jantar.project.cli import build_parser
from jantar.project.commands import import_

pytestmark = pytest.mark.django_db(transaction=True)

CSV = "Jméno;Příjmení;E-mail\nEva;Nová;eva.nova@example.cz\nJan;Kowalski;nemail\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    User.objects.create_user("admin@example.com", "password", full_name="Admin", is_admin=True)
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    return path


def arguments(*words: object) -> argparse.Namespace:
    return build_parser().parse_args(["import", *map(str, words), "--user", "admin@example.com"])


def test_rows_go_in_and_refused_ones_come_back_with_the_reason(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = tmp_path / "errors.csv"
    assert import_._import(arguments("people", file, "--errors", errors)) == 0

    state = json.loads(capsys.readouterr().out)
    assert (state["state"], state["counts"]["created"], state["counts"]["errors"]) == ("done", 1, 1)
    assert [person.email for person in Person.objects.all()] == ["eva.nova@example.cz"]
    assert "Jan;Kowalski;nemail;E-mail: “nemail” is not an e-mail address." in errors.read_text("utf-8-sig")


def test_a_dry_run_stores_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_._import(arguments("people", file, "--dry-run")) == 0

    assert json.loads(capsys.readouterr().out)["counts"]["created"] == 1
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("peeple", "{file}"), "There is no such type."),
        (("people", "{file}x"), "cannot be read: No such file"),
        (("people", "{file}", "--map", "Name=last_name"), "There is no column “Name”."),
        (("people", "{file}", "--map", "Name"), "--map wants HEADER=FIELD, not Name."),
    ],
)
def test_what_cannot_be_followed_is_told_and_nothing_is_stored(
    file: Path, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message.replace(".", r"\.")):
        import_._import(arguments(*(word.format(file=file) for word in words)))
    assert not Person.objects.exists()


def test_a_user_who_may_not_sign_in_imports_nothing(file: Path) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="no active user"):
        import_._import(arguments("people", file))
