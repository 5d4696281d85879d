"""Moving in from another program: its files as they are, through the same import as any sheet."""

import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.testing.actors import make_user
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.tests.runs import counts, imported, refused, taken_out
from jantar.modules.contacts.models import Company, Person
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

SHARED = Path(os.environ.get("JANTAR_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "specs" / "samples"
with_samples = pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of sample files is not there")


@pytest.fixture
def admin() -> Actor:
    return actor_for(make_user("Anna", admin=True))


def sample(*path: str) -> bytes:
    return SHARED.joinpath(*path).read_bytes()


@with_samples
@pytest.mark.parametrize(
    ("name", "given", "family", "email", "more"),
    [
        ("roundcube-johndoe.vcf", "John", "Doë", "roundcube@gmail.com", ["inbox@roundcube.net", "+987654321"]),
        ("rfc6350-example.vcf", "Simon", "Perreault", "simon.perreault@viagenie.ca", ["+1-418-262-6501"]),
        ("John_Doe_EVOLUTION.vcf", "John Richter, James", "Doe", "john.doe@ibm.com", ["905-555-1234"]),
    ],
)
def test_cards_of_other_programs_become_people(
    admin: Actor, name: str, given: str, family: str, email: str, more: list[str]
) -> None:
    data = sample("vcard", name)
    run = imported(data, "people", admin, name, create_missing=["company"])
    assert (counts(run), refused(run)) == ({"created": 1}, [])
    person = Person.objects.get(kind="person")
    assert (person.given_name, person.family_name, person.email) == (given, family, email)
    assert set(more) <= set(person.contact_points.values_list("value", flat=True))
    assert counts(imported(data, "people", admin, name, create_missing=["company"])) == {"unchanged": 1}
    taken_out(run, admin)
    assert not Person.objects.filter(kind="person").exists()


@with_samples
def test_the_card_of_a_company_becomes_a_company(admin: Actor) -> None:
    run = imported(sample("vcard", "roundcube-apple.vcf"), "companies", admin, "apple.vcf")
    assert (counts(run), refused(run)) == ({"created": 1}, [])
    company = Company.objects.get()
    assert (company.name, company.city, company.country) == ("Apple Computer AG", "Wallisellen-Zürich", "CH")


@with_samples
def test_what_a_card_lacks_is_told_and_the_other_cards_go_in(admin: Actor) -> None:
    """Cards of an old telephone: two hold nothing but an address, one a broken one, five a photo or note."""
    run = imported(sample("vcard", "John_Doe_ANDROID.vcf"), "people", admin, "android.vcf", create_missing=["company"])
    assert counts(run) == {"created": 3, "errors": 3}
    assert [number for number, _reason in refused(run)] == [1, 2, 5]
    assert run.notices == ["Cards go in without their photos and other attachments: 5 (1)."]


def test_cards_are_uploaded_previewed_and_imported_in_the_pages() -> None:
    client = Client()
    client.force_login(make_user("Anna", admin=True))
    card = "BEGIN:VCARD\nVERSION:3.0\nN:Nová;Eva\nORG:Lípa\nPHOTO;ENCODING=b:!!\nEMAIL:eva@example.cz\nEND:VCARD\n"
    client.post("/people/import/", {"file": SimpleUploadedFile("eva.vcf", card.encode())})
    run = ImportRun.objects.get()
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert "eva@example.cz" in page
    assert "without their photos" in page
    assert 'id="delimiter"' not in page
    form = {f"column-{place}": key for place, key in enumerate(run.plan["mapping"])}
    client.post(
        f"/import/{run.pk}/run/",
        {**form, "mapping": "1", "match": "email", "reference": "company", "missing-company": "create"},
    )
    run_waiting_jobs()
    person = Person.objects.get(kind="person")
    assert (person.name, str(person.company)) == ("Eva Nová", "Lípa")
