"""All that is wrong with a row of a file is told at once, in preview, file of refused rows and API; nothing untrue."""

import io
from typing import Any

import pytest

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.transfer import services
from jantar.engine.transfer.import_page import ImportPage
from jantar.engine.transfer.tests.runs import counts, imported, refused
from jantar.modules.contacts.models import Company, Person
from jantar.modules.sales.models import Deal

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

PEOPLE = (
    "First name;Last name;E-mail;Phone;Birthday;Company\n"
    "Petr;Žák;petr.zak(at)kovo.example;;31.2.1980;Huta\n"
    ";;;abc;;Huta\n"
    "Eva;Malá;eva@kovo.example;;5.5.1980;Huta\n"
    ";;nobody;abc;31.2.1980;Lípa\n"
)
DAY = "Birthday: “31.2.1980” is not in the calendar. Check the day and the month."
MAIL = "E-mail: “petr.zak(at)kovo.example” is not an e-mail address."
PHONE = "Phone: “abc” is not a phone number."
NAME = "Family name: A given or family name is required."


@pytest.fixture
def admin() -> Actor:
    return actor_for(make_user("Anna", admin=True))


def reasons(text: str, type_name: str, admin: Actor, **settings: Any) -> dict[int, str]:
    return dict(refused(imported(text, type_name, admin, **settings)))


def test_every_wrong_cell_of_a_row_is_named_and_what_would_have_been_made_is_not(admin: Actor) -> None:
    run = imported(PEOPLE, "people", admin, create_missing=["company"])
    assert counts(run) == {"created": 1, "errors": 3}
    told = dict(refused(run))
    for row, parts in ((2, [DAY, MAIL]), (3, [PHONE, NAME]), (5, [DAY, PHONE, NAME])):
        assert all(part in told[row] for part in parts), told[row]
        assert "Company" not in told[row]
        assert "required" not in told[row].replace(NAME, "")
    assert list(Company.objects.values_list("name", flat=True)) == ["Huta"]
    assert [row["reason"] for row in services.import_state(run.pk, actor=admin)["errors"]] == list(told.values())
    file = b"".join(services.error_file(run)).decode("utf-8-sig")
    assert all(part in file for part in (DAY, MAIL, PHONE, NAME))


def test_the_preview_tells_them_too(admin: Actor) -> None:
    run = services.upload(registry.get("people"), io.BytesIO(PEOPLE.encode()), "people.csv", actor=admin)
    page = ImportPage(run, admin).prepare()
    rows = {row.number: row.reason for row in page.preview_rows}
    assert all(part in rows[2] for part in (DAY, MAIL))
    assert "There is no" not in "".join(rows.values())
    assert all(part in rows[3] for part in (PHONE, NAME))


def test_a_company_first_named_in_a_refused_row_is_made_for_a_later_one(admin: Actor) -> None:
    text = "Last name;E-mail;Phone;Company\nEk;;abc;Dub\nNová;nova@dub.example;;Dub\n"
    assert list(reasons(text, "people", admin, create_missing=["company"])) == [2]
    assert str(Person.objects.get(family_name="Nová").company) == "Dub"


def test_a_known_record_does_not_lack_what_only_a_new_one_needs(admin: Actor) -> None:
    values = {"family_name": "Nová", "email": "nova@lipa.example"}
    write.create(registry.get("people"), values, actor=admin)
    text = "E-mail;Phone;Birthday\nnova@lipa.example;abc;31.2.1980\nek@lipa.example;;5.5.1980\n"
    assert reasons(text, "people", admin, match=["email"])[2] == f"{DAY} {PHONE}"
    assert reasons(text.replace("nova@", "eva@"), "people", admin, mode="only_update")[2] == f"{DAY} {PHONE}"


def test_rows_with_several_types_tell_what_is_wrong_with_each(admin: Actor) -> None:
    text = "Surname;Mail;Firm;Firm mail;Worth;Deal\n;nobody;Lípa;someone;x;Oak\n"
    mapping = {
        "Surname": "family_name", "Mail": "email", "Firm": "companies/name", "Firm mail": "companies/email",
        "Worth": "deals/amount", "Deal": "deals/name",
    }  # fmt: skip
    told = reasons(text, "people", admin, mapping=mapping)[2]
    for part in ("Person: e-mail: “nobody”", "Company: e-mail: “someone”", "Deal: amount: “x”"):
        assert part in told, told
    assert "required" not in told.replace("A given or family name is required.", "")
    assert not Deal.objects.exists()
