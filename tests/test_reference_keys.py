"""References of imported rows are found by the key that is chosen, and what is not found is dealt with as chosen."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.tests.runs import counts, imported, refused, taken_out
from jantar.modules.contacts.models import Company, Person
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.project.cli import build_parser
from jantar.project.commands import import_

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

MAPPING = {"Name": "family_name", "Firm": "company"}


@pytest.fixture
def admin() -> Actor:
    make_user("Anna", admin=True)
    CustomField.objects.create(record_type="companies", key="x_theirs", label="Their id", kind="integer", unique=True)
    actor = actor_for(User.objects.get())
    for name, number, email, theirs in (
        ("Lípa", "12345678", "info@lipa.example", 501), ("Dub", "87654321", "info@dub.example", 502),
    ):  # fmt: skip
        values = {"name": name, "registration_number": number, "email": email, "x_theirs": theirs}
        write.create(registry.get("companies"), values, actor=actor)
    return actor


def run_of(text: str, admin: Actor, **settings: Any) -> ImportRun:
    return imported(f"Name;Firm\n{text}", "people", admin, mapping=MAPPING, **settings)


def employers() -> dict[str, str]:
    return {one.family_name: str(one.company or "") for one in Person.objects.filter(kind="person")}


@pytest.mark.parametrize(
    ("by", "lipa", "dub"),
    [
        ("name", "lipa", "DUB"),
        ("registration_number", "12345678", "87654321"),
        ("email", "INFO@lipa.example", "info@dub.example"),
        ("x_theirs", "501", "502"),
    ],
)
def test_the_chosen_key_finds_them_and_no_other(admin: Actor, by: str, lipa: str, dub: str) -> None:
    text = f"Nová;{lipa}\nEk;{dub}\nMalý;Buk\n"
    run = run_of(text, admin, find_by={"company": by})
    assert (counts(run), refused(run)) == ({"created": 2, "errors": 1}, [(4, "Company: There is no “Buk”.")])
    assert employers() == {"Nová": "Lípa", "Ek": "Dub"}
    other = "12345678" if by == "name" else "Lípa"
    assert refused(run_of(f"Jiná;{other}\n", admin, find_by={"company": by})) == [
        (2, f"Company: There is no “{other}”.")
    ]  # fmt: skip


def test_our_own_id_finds_them(admin: Actor) -> None:
    ids = dict(Company.objects.values_list("name", "pk"))
    run = run_of(f"Nová;{ids['Lípa']}\nEk;0\n", admin, find_by={"company": "id"})
    assert (employers(), refused(run)) == ({"Nová": "Lípa"}, [(3, "Company: There is no “0”.")])


def test_what_is_not_found_is_left_empty_and_told(admin: Actor) -> None:
    text = "Nová;501\nEk;999\nMalý;998\nSova;999\n"
    run = run_of(text, admin, find_by={"company": "x_theirs"}, leave_empty=["company"], match=["name"])
    assert (counts(run), refused(run)) == ({"created": 4}, [])
    assert run.counts["left_empty"] == {"company": {"rows": 3, "texts": ["999", "998"]}}
    assert employers() == {"Nová": "Lípa", "Ek": "", "Malý": "", "Sova": ""}
    Person.objects.filter(family_name="Ek").update(company=Company.objects.get(name="Dub"))
    again = run_of(text, admin, find_by={"company": "x_theirs"}, leave_empty=["company"], match=["name"])
    assert counts(again) == {"unchanged": 4}
    assert employers()["Ek"] == "Dub"


def test_what_is_not_found_is_created_and_taken_back(admin: Actor) -> None:
    run = run_of("Nová;Buk\nEk;Dub\n", admin, find_by={"company": "name"}, create_missing=["company"])
    assert (employers(), run.counts["references"]) == ({"Nová": "Buk", "Ek": "Dub"}, {"company": 1})
    taken_out(run, admin)
    assert not Company.objects.filter(name="Buk").exists()


def test_a_company_that_one_may_not_see_is_not_found_by_its_number(admin: Actor) -> None:
    run = imported(
        "Name;Firm\nNová;12345678\n", "people", admin, mapping=MAPPING, find_by={"company": "registration_number"}
    )
    Company.objects.get(name="Lípa").delete()
    taken_out(run, admin)
    again = run_of("Nová;12345678\n", admin, find_by={"company": "registration_number"})
    assert refused(again) == [(2, "Company: There is no “12345678”.")]


@pytest.mark.parametrize(
    ("settings", "name", "message"),
    [
        ({"find_by": {"company": "city"}}, "find_by", "“company” can't be found by “city”."),
        ({"find_by": {"owner": "name"}}, "find_by", "“owner” is no reference that a column goes to."),
        ({"find_by": {"company": "email"}, "create_missing": ["company"]}, "create_missing",
         "“company” can be created only when it is found by its name."),
        ({"leave_empty": ["name"]}, "leave_empty", "“name” is no reference that a column goes to."),
        ({"leave_empty": ["company"], "create_missing": ["company"]}, "leave_empty",
         "“company” can't be both created and left empty."),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_told(admin: Actor, settings: dict[str, Any], name: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        run_of("Nová;Buk\n", admin, **settings)
    assert caught.value.errors == {name: [message]}


def test_the_page_offers_the_keys_and_tells_what_was_left_empty(admin: Actor, client: Client) -> None:
    client.force_login(User.objects.get())
    client.post("/people/import/", {"file": SimpleUploadedFile("a.csv", b"Surname;Company\nEk;501\nEs;9\n")})
    run = ImportRun.objects.get()
    form = {"mapping": "1", "column-0": "family_name", "column-1": "company", "reference": "company"}
    answer = client.post(f"/import/{run.pk}/plan/", {**form, "find-company": "email", "missing-company": "create"})
    assert (answer.status_code, "only when it is found by its name" in answer.content.decode()) == (422, True)
    form |= {"find-company": "x_theirs", "missing-company": "empty"}
    answer = client.post(f"/import/{run.pk}/plan/", form)
    assert '<option value="x_theirs" selected>' in answer.content.decode()
    client.post(f"/import/{run.pk}/run/", form)
    run_waiting_jobs()
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert "“Company” was left empty in 1 row, because nothing was found: 9" in page
    assert employers() == {"Ek": "Lípa", "Es": ""}


@pytest.mark.django_db(transaction=True)
def test_the_command_finds_by_a_key_too(admin: Actor, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Name;Firm\nNová;502\nEk;9\n")
    words = ["import", str(file), "--type", "people", "--map", "Name=family_name", "--map", "Firm=company",
             "--find", "company=x_theirs", "--leave-empty", "company"]  # fmt: skip
    assert import_._import(build_parser().parse_args(words)) == 0
    state = json.loads(capsys.readouterr().out)
    assert (state["created"], state["left_empty"]) == (2, {"company": {"rows": 1, "texts": ["9"]}})
    assert employers() == {"Nová": "Dub", "Ek": ""}
