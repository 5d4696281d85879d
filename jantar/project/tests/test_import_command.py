import argparse
import json
from pathlib import Path
from typing import Any, cast

import pytest

from jantar.engine.fields.models import CustomField
from jantar.modules.contacts.models import Company, Person
from jantar.platform.accounts.models import User
from jantar.project.bootstrap import CommandError
from jantar.project.cli import build_parser
from jantar.project.commands import import_, undo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("N19")]

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
    assert import_._import(arguments(file, "--type", "people", "--errors", errors)) == 3

    state = json.loads(capsys.readouterr().out)
    assert (state["state"], state["created"], state["failed"]) == ("done", 1, 1)
    assert state["error_file"] == str(errors)
    assert [person.email for person in Person.objects.all()] == ["eva.nova@example.cz"]
    assert "Jan;Kowalski;nemail;E-mail: “nemail” is not an e-mail address." in errors.read_text("utf-8-sig")


def test_a_dry_run_stores_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_._import(arguments(file, "--type", "people", "--dry-run")) == 3

    state = json.loads(capsys.readouterr().out)
    assert (state["dry_run"], state["created"], state["operation_id"]) == (True, 1, None)
    assert state["error_file"] == str(file.with_name("people-refused.csv"))
    assert not Person.objects.exists()


def test_the_second_run_changes_nothing_and_the_first_can_be_undone(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ran(*words: object) -> dict[str, Any]:
        import_._import(arguments(file, "--type", "people", *words))
        return cast("dict[str, Any]", json.loads(capsys.readouterr().out))

    def taken_back(*words: object) -> dict[str, Any]:
        undo._undo(build_parser().parse_args(["undo", *map(str, words)]))
        return cast("dict[str, Any]", json.loads(capsys.readouterr().out))

    file.write_text("Name;E-mail;Firma\nEva Nová;eva@example.cz;Lípa s.r.o.\n")
    words = ("--map", "Name=full_name", "--map", "E-mail=email", "--map", "Firma=company", "--match", "email")
    options = (*words, "--create", "company", "--set", "country=CZ")
    first, second = ran(*options), ran(*options)
    assert (first["created"], first["references"], first["error_file"]) == (1, {"company": 1}, None)
    assert (second["created"], second["updated"], second["unchanged"], second["failed"]) == (0, 0, 1, 0)
    assert Person.objects.get().country == "CZ"

    tried = taken_back(first["operation_id"], "--dry-run")
    assert (tried["undone"], tried["kept"], tried["operation_id"], Person.objects.count()) == (2, [], None, 1)
    done = taken_back(first["operation_id"])
    assert (done["undone"], Person.objects.exists(), Company.objects.exists()) == (2, False, False)
    with pytest.raises(CommandError, match="already undone"):
        taken_back(first["operation_id"])
    with pytest.raises(CommandError, match="no such change"):
        taken_back(10**9)


def test_a_column_becomes_a_custom_field_when_asked_to(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("Jméno;Příjmení;Číslo karty;Sleva\nEva;Nová;007;12\n")
    assert import_._import(arguments(file, "--type", "people", "--new", "Číslo karty", "--new", "Sleva=percent")) == 0
    assert json.loads(capsys.readouterr().out)["created"] == 1
    assert dict(CustomField.objects.values_list("label", "kind")) == {"Číslo karty": "text", "Sleva": "percent"}
    assert Person.objects.get().custom["x_cislo_karty"] == "007"


def test_rows_with_several_types_go_in_linked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("Surname;Firm;City;Deal\nNová;Lípa;Brno;Web\nEk;Lípa;;\n")
    words = ("--map", "Surname=family_name", "--map", "Firm=companies/name", "--map", "City=companies/city",
             "--map", "Deal=deals/name")  # fmt: skip
    states = []
    for more in (("--dry-run",), (), ()):
        assert import_._import(arguments(file, "--type", "people", *words, *more)) == 0
        states.append(json.loads(capsys.readouterr().out))
    tried, first, second = states
    made = {"companies": {"created": 1}, "people": {"created": 2}, "deals": {"created": 1}}
    assert (tried["types"], first["types"], first["created"], second["unchanged"]) == (made, made, 2, 2)
    assert [str(person.company) for person in Person.objects.filter(kind="person")] == ["Lípa", "Lípa"]
    undo._undo(build_parser().parse_args(["undo", str(first["operation_id"])]))
    assert not Company.objects.exists()


def test_without_a_name_the_first_administrator_acts(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = build_parser().parse_args(["import", str(file), "--type", "people", "--dry-run"])
    assert import_._import(command) == 3
    assert json.loads(capsys.readouterr().out)["created"] == 1
    User.objects.update(is_admin=False)
    with pytest.raises(CommandError, match="no active administrator"):
        import_._import(command)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{file}", "--type", "peeple"), "There is no such type."),
        (("{file}x", "--type", "people"), "cannot be read: No such file"),
        (("{file}", "--type", "people", "--map", "Name=last_name"), "There is no column “Name”."),
        (("{file}", "--type", "people", "--map", "Name"), "--map wants NAME=FIELD, not Name."),
        (("{file}", "--type", "people", "--map", "E-mail=email", "--map", "E-mail=companies/email"),
         "--map says two things of “E-mail”: email and companies/email."),
        (("{file}", "--type", "people", "--map", "Jméno=rockets/name"), "There is no type “rockets”."),
        (("{file}", "--type", "people", "--set", "country"), "--set wants FIELD=VALUE, not country."),
        (("{file}", "--type", "people", "--set", "contry=CZ"), "There is no field “contry”."),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_told_and_nothing_is_stored(
    file: Path, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message.replace(".", r"\.")):
        import_._import(arguments(*(word.format(file=file) for word in words)))
    assert not Person.objects.exists()


def test_a_user_who_may_not_sign_in_imports_nothing(file: Path) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="no active user"):
        import_._import(arguments(file, "--type", "people"))
