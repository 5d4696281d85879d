"""Importing companies and people from the files other programs export."""

import io
from pathlib import Path
from typing import Any

import pytest

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_actor
from jantar.engine.transfer import services
from jantar.engine.transfer.importing import OUTCOMES
from jantar.engine.transfer.targets import targets_of
from jantar.modules.contacts.importing import read_full_name
from jantar.modules.contacts.models import Company, ContactPoint, Person, PostalAddress
from jantar.platform.jobs.running import run_waiting_jobs

ROOT = Path(__file__).resolve().parents[4]
OWN = ROOT / "tests" / "samples"
FOREIGN = ROOT.parent / "shared" / "specs" / "samples"

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]


@pytest.fixture
def admin(db: None) -> Actor:
    return make_actor("Admin", admin=True)


@pytest.fixture(autouse=True)
def files_in_a_folder_of_the_test(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


def imported(path: Path, type_name: str, actor: Actor, **plan: Any) -> dict[str, int]:
    run = services.start_import(io.BytesIO(path.read_bytes()), path.name, type_name, actor=actor, **plan)
    run_waiting_jobs()
    run = services.find_import(run.pk, actor=actor)
    return {kind: run.counts[kind] for kind in OUTCOMES if run.counts[kind]} | {"operation": run.operation_id}


def outcome(path: Path, type_name: str, actor: Actor, **plan: Any) -> dict[str, int]:
    found = imported(path, type_name, actor, **plan)
    del found["operation"]
    return found


@pytest.mark.parametrize(
    ("file", "people", "companies"),
    [("people-windows-1250.csv", 30, 12), ("people-iso-8859-2.csv", 12, 6), ("people.xlsx", 6, 6)],
)
def test_our_samples_go_in_and_out_again(admin, file, people, companies):
    done = imported(OWN / file, "people", admin, create_missing=["company"])
    assert (done["created"], Person.objects.count(), Company.objects.count()) == (people, people, companies)
    assert outcome(OWN / file, "people", admin, create_missing=["company"]) == {"unchanged": people}
    result = undo(done["operation"], actor=admin)
    assert (result.undone, result.conflicts) == (people + companies, [])
    assert (Person.objects.count(), Company.objects.count(), ContactPoint.objects.count()) == (0, 0, 0)


def test_names_are_read_in_the_right_encoding(admin):
    imported(OWN / "people-windows-1250.csv", "people", admin, create_missing=["company"])
    petr = Person.objects.select_related("company").get(email="petr.dvorak@bohemiasklo.example")
    assert (petr.name, petr.job_title, petr.company.name) == ("Petr Dvořák", "vedoucí nákupu", "Bohemia Sklo s.r.o.")
    assert (petr.phone, petr.city, petr.country) == ("+420 601 234 502", "Brno", "CZ")


def test_companies_keep_amount_and_currency_from_two_columns(admin):
    assert outcome(OWN / "companies.csv", "companies", admin) == {"created": 12}
    glass = Company.objects.get(name="Bohemia Sklo s.r.o.")
    assert (str(glass.annual_revenue), glass.website) == ("18400000.00 CZK", "https://www.bohemiasklo.example")


def test_a_second_mail_address_and_a_delivery_address_are_kept_beside_the_main_ones(admin, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(
        "First Name,Last Name,Email,Work Email,Phone,Mobile,City,ShippingCity,ShippingCountry\n"
        'Eva,Nagy,eva@a.example,"eva@b.example, eva@c.example",+36 1 234,+36 30 567,Pécs,Győr,Hungary\n'
    )
    assert outcome(path, "people", admin) == {"created": 1}
    points = ContactPoint.objects.order_by("kind", "value").values_list("kind", "value", "is_main")
    assert list(points) == [
        ("email", "eva@a.example", True), ("email", "eva@b.example", False), ("email", "eva@c.example", False),
        ("phone", "+36 1 234", True), ("phone", "+36 30 567", False),
    ]  # fmt: skip
    addresses = PostalAddress.objects.order_by("pk").values_list("kind", "city", "country", "is_main")
    assert list(addresses) == [("seat", "Pécs", "", True), ("delivery", "Győr", "HU", False)]
    assert outcome(path, "people", admin) == {"unchanged": 1}


def test_people_of_one_name_with_different_addresses_are_two(admin, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("Name,Email\nJan Novák,a@x.example\nJan Novák,b@x.example\nJan Novák,\n")
    run = services.start_import(io.BytesIO(path.read_bytes()), "f.csv", "people", actor=admin)
    run_waiting_jobs()
    assert Person.objects.count() == 2
    assert list(run.refused.values_list("number", "reason")) == [(4, "Row 2 has the same value in “name”.")]


@pytest.mark.parametrize(
    ("text", "values", "given", "family", "before", "after"),
    [
        ("Ing. Jan Novák, Ph.D.", {}, "Jan", "Novák", "Ing.", "Ph.D."),
        ("Novák, Jan", {}, "Jan", "Novák", "", ""),
        ("Mgr. et Mgr. Eva Malá", {}, "et Mgr. Eva", "Malá", "Mgr.", ""),
        ("Nagy Éva Mária", {"country": "HU"}, "Éva Mária", "Nagy", "", ""),
        ("dr Anna Maria Kowalska", {}, "Anna Maria", "Kowalska", "dr", ""),
        ("Cher", {}, "", "Cher", "", ""),
    ],
)
def test_a_whole_name_is_taken_apart(text, values, given, family, before, after):
    found = {"title_before": "", "title_after": "", **read_full_name(text, values)}
    assert found == {"given_name": given, "family_name": family, "title_before": before, "title_after": after}


@pytest.mark.skipif(not FOREIGN.exists(), reason="the samples of other programs are not beside this checkout")
@pytest.mark.parametrize(
    ("file", "type_name", "expected"),
    [
        ("crm-csv/salesforce-account-export.csv", "companies", {"created": 119, "errors": 1}),
        ("crm-csv/salesforce-insertAccountCsv.csv", "companies", {"created": 100}),
        ("crm-csv/salesforce-import-sample_contacts.csv", "people", {"created": 56}),
        ("crm-csv/salesforce-report-contact-thirdparty.csv", "people", {"created": 1}),
        ("crm-csv/hubspot-contacts-thirdparty.csv", "people", {"created": 3}),
        ("crm-csv/pipedrive-official-sample-import.csv", "people", {"created": 1}),
        ("crm-csv/pipedrive-person-thirdparty.csv", "people", {"created": 1}),
        ("crm-csv/messy-european-semicolon.csv", "people", {"created": 2}),
    ],
)
def test_exports_of_other_programs_go_in_without_a_mapping_by_hand(admin, file, type_name, expected):
    settings = {"create_missing": ["company"]} if type_name == "people" else {}
    assert outcome(FOREIGN / file, type_name, admin, **settings) == expected
    again = {"unchanged": expected["created"], **({"errors": expected["errors"]} if "errors" in expected else {})}
    assert outcome(FOREIGN / file, type_name, admin, **settings) == again


def test_every_name_of_another_program_leads_to_a_field_that_exists(admin):
    for name in ("companies", "people"):
        record_type = registry.get(name)
        assert set(record_type.import_names) <= set(targets_of(record_type, admin))


def test_of_several_companies_with_one_name_each_is_named_with_what_it_can_be_found_by(
    admin: Actor, tmp_path: Path
) -> None:
    first = Company.objects.create(kind="company", name="Lípa", registration_number="27074358")
    second = Company.objects.create(kind="company", name="LIPA", email="info@lipa.example")
    file = tmp_path / "people.csv"
    file.write_text("Name,Company\nEva Nová,Lípa\nJan Ek,27074358\nOta Pes,info@lipa.example\nIva Malá,Nobody at all\n")
    run = services.start_import(
        io.BytesIO(file.read_bytes()), file.name, "people", actor=admin,
        mapping={"Name": "full_name", "Company": "company"},
    )  # fmt: skip
    run_waiting_jobs()

    assert [row.reason for row in services.find_import(run.pk, actor=admin).refused.all()] == [
        "Company: “Lípa” is the name of several records: "
        f"Lípa 27074358 #{first.pk}; LIPA info@lipa.example #{second.pk}",
        "Company: There is no “Nobody at all”.",
    ]
    assert dict(Person.objects.values_list("name", "company")) == {"Jan Ek": first.pk, "Ota Pes": second.pk}
