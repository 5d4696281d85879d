import argparse
from pathlib import Path

import pytest

from jantar.modules.contacts.models import Person
from jantar.platform.accounts.models import User
from jantar.project.bootstrap import CommandError
from jantar.project.cli import build_parser
from jantar.project.commands import export

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    User.objects.create_user("admin@example.com", "password", full_name="Admin", is_admin=True)
    Person.objects.create(kind="person", name="Eva Nová", given_name="Eva", family_name="Nová", country="CZ")
    Person.objects.create(kind="person", name="Jan Ek", given_name="Jan", family_name="Ek", country="SE")
    return tmp_path / "people.csv"


def arguments(*words: object, user: str = "admin@example.com") -> argparse.Namespace:
    return build_parser().parse_args(["export", *map(str, words), "--user", user])


def test_the_chosen_columns_of_the_filtered_records_are_written(target: Path) -> None:
    tree = '{"field": "country", "op": "is", "value": "CZ"}'
    export._export(arguments("people", target, "--columns", "given_name,country", "--filter", tree))
    assert target.read_text("utf-8-sig") == "given_name,country\nEva,CZ\n"
    export._export(arguments("people", target, "--columns", "family_name,country", "--sort=-name", "--labels"))
    assert target.read_text("utf-8-sig") == "Family name,Country\nEk,Sweden\nNová,Czechia\n"


def test_without_a_file_the_records_go_to_the_output_in_the_format_asked_for(
    target: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    export._export(build_parser().parse_args(["export", "people", "--columns", "given_name", "--sort=name"]))
    assert capfdbinary.readouterr().out.decode("utf-8-sig").split() == ["given_name", "Eva", "Jan"]
    export._export(build_parser().parse_args(["export", "people", "--columns", "given_name", "--format", "xlsx"]))
    assert capfdbinary.readouterr().out.startswith(b"PK")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("peeple",), "There is no type peeple."),
        (("people", "--filter", "{"), "--filter is no JSON"),
        (("people", "--sort", "nothing"), "can't be sorted"),
        (("people", "--filter", '{"field": "nothing", "op": "is"}'), "There is no field “nothing”."),
    ],
)
def test_what_cannot_be_followed_is_told_and_no_file_is_left(
    target: Path, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        export._export(arguments(words[0], target, *words[1:]))
    assert not target.exists()
