"""What commands end with, so that scripts can tell done from refused, misused and done in part."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jantar.modules.contacts.models import Company, Person
from jantar.platform.accounts.models import User
from jantar.project import commands
from jantar.project.cli import build_parser, main
from jantar.project.commands import duplicates, export, import_, seed, token, undo, user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("N19")]
GOOD, MIXED = "Surname;E-mail\nEk;ek@example.cz\n", "Surname;E-mail\nEk;ek@example.cz\nEs;nobody\n"


@contextmanager
def ready() -> Iterator[None]:
    """The database of the test is there already."""
    yield


@pytest.fixture(autouse=True)
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("jantar.project.cli.prepare", lambda arguments: None)
    for command in (duplicates, export, import_, seed, token, undo, user):
        monkeypatch.setattr(command, "ready_django", ready)
    User.objects.create_user("admin@example.com", "password", full_name="Admin", is_admin=True)
    Path("good.csv").write_text(GOOD)
    Path("mixed.csv").write_text(MIXED)
    return tmp_path


def code(words: str) -> int:
    try:
        return main(words.split())
    except SystemExit as end:  # argparse ends the program itself
        return int(end.code or 0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("import good.csv --type people", 0),
        ("import good.csv --type people --dry-run", 0),
        ("import mixed.csv --type people", 3),
        ("import mixed.csv --type people --dry-run", 3),
        ("import nothing.csv --type people", 1),
        ("import good.csv --type peeple", 1),
        ("import good.csv --type people --map Surname=nothing", 1),
        ("import good.csv --type people --user nobody@example.com", 1),
        ("import good.csv", 2),
        ("import good.csv --type people --all all.zip", 2),
        ("import good.csv --type people --map Surname", 2),
        ("import good.csv --type people --map Surname=family_name --map Surname=companies/name", 2),
        ("import --all nothing.zip", 1),
        ("import --all good.csv", 1),
        ("import good.csv --type people --nothing", 2),
        ("export people out.csv", 0),
        ("export --all all.zip", 0),
        ("export --all nowhere/all.zip", 1),
        ("export people --all all.zip", 2),
        ("export", 2),
        ("export peeple", 1),
        ("export people out.csv --filter {", 2),
        ("export people out.csv --format pdf", 2),
        ("export people nowhere/out.csv", 1),
        ("undo 1000000", 1),
        ("undo", 2),
        ("undo x", 2),
        ("duplicates companies", 0),
        ("duplicates deals", 1),
        ("token create --user nobody@example.com", 1),
        ("token create --user admin@example.com", 0),
        ("user add admin@example.com --name Eva", 1),
        ("user add eva@example.com --name Eva", 0),
        ("user add eva@example.com", 2),
        ("seed", 2),
        ("seed --deals 5", 2),
        ("nothing", 2),
        ("--help", 0),
    ],
)
def test_the_code_says_how_it_ended(words: str, expected: int) -> None:
    assert code(words) == expected


def test_an_undo_that_leaves_something_is_done_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert code("import good.csv --type people") == 0
    operation = json.loads(capsys.readouterr().out)["operation_id"]
    company = Company.objects.create(kind="company", name="Lípa")
    Person.objects.update(company=company, job_title="changed since", version=2)
    assert code(f"undo {operation} --dry-run") == 3
    assert json.loads(capsys.readouterr().out)["kept"]
    assert code(f"undo {operation}") == 3
    assert code(f"undo {operation}") == 1


def test_every_command_tells_its_exit_codes() -> None:
    names = {name.rstrip("_") for name in (path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py"))}
    choices: dict[str, argparse.ArgumentParser] = next(
        action.choices for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    assert set(choices) == names
    for parser in choices.values():
        assert "3 done in part" in " ".join(parser.format_help().split())
