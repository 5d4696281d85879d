"""Exports of HubSpot, Salesforce and Pipedrive: recognised by their columns, mapped and translated by themselves."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.transfer import services
from jantar.engine.transfer.import_page import ImportPage
from jantar.engine.transfer.known import recognise
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.tests.runs import counts, imported, refused, taken_out
from jantar.modules.contacts.models import Company, Person
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

SAMPLES = Path(os.environ.get("JANTAR_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "specs/samples"
with_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collection of sample files is not there")

HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Work email,Phone Number,Company Name,Lifecycle Stage,Original Source,"
    "Lead Status\n"
    "1,Eva,Nová,eva@example.cz,e.nova@lipa.example,601 234 567,Lípa,Marketing Qualified Lead,Organic Search,New\n"
    "2,Jan,Ek,jan@example.cz,,,Lípa,Evangelist,Offline Sources,\n"
    "3,Petr,Malý,petr@example.cz,,,,Other,,\n"
)


@pytest.fixture
def admin() -> Actor:
    return actor_for(make_user("Anna", admin=True))


def uploaded(data: bytes | str, type_name: str, admin: Actor) -> ImportRun:
    content = data.encode() if isinstance(data, str) else data
    return services.upload(registry.get(type_name), io.BytesIO(content), "export.csv", actor=admin)


def mapped(run: ImportRun) -> dict[str, str]:
    headers = (column["header"] for column in run.plan["columns"])
    return {header: key for header, key in zip(headers, run.plan["mapping"], strict=True) if key}


@pytest.mark.parametrize(
    ("headers", "program", "type_name"),
    [
        ("Record ID,First Name,Last Name,Lifecycle Stage,Company Name", "HubSpot", "people"),
        ("Record ID,Company name,Company owner,City", "HubSpot", "companies"),
        ("Record ID,Deal Name,Deal Stage,Close Date,Amount", "HubSpot", "deals"),
        ("ID,NAME,TYPE,BILLINGCITY", "Salesforce", "companies"),
        ("Account Name,Billing City,Account Owner,Phone", "Salesforce", "companies"),
        ("ID,LASTNAME,FIRSTNAME,ACCOUNTID,MAILINGCITY", "Salesforce", "people"),
        ("First Name,Last Name,Account Name,Mailing City", "Salesforce", "people"),
        ("ID,NAME,STAGENAME,CLOSEDATE,ACCOUNTID", "Salesforce", "deals"),
        ("Opportunity Name,Stage,Close Date,Account Name", "Salesforce", "deals"),
        ("Person - Name,Person - ID,Organization - Name", "Pipedrive", "people"),
        ("Organization - Name,Organization - Address", "Pipedrive", "companies"),
        ("Deal - Title,Deal - Value,Deal - Stage,Organization - Name", "Pipedrive", "deals"),
    ],
)
def test_the_columns_tell_the_program_and_what_was_exported(headers: str, program: str, type_name: str) -> None:
    found = recognise(headers.split(","))
    assert found
    assert (found.export.program, found.record_type.name) == (program, type_name)


@pytest.mark.parametrize(
    "headers",
    ["Name,E-mail,City", "id,name,email,lifecycle", "Record ID,Name", "First Name,Last Name,Company", "Jméno,Příjmení"],
)
def test_other_sheets_are_taken_for_no_export(headers: str) -> None:
    assert recognise(headers.split(",")) is None


def test_columns_matching_and_values_of_hubspot_are_chosen_by_themselves(admin: Actor) -> None:
    run = uploaded(HUBSPOT, "people", admin)
    assert mapped(run) == {
        "First Name": "given_name", "Last Name": "family_name", "Email": "email", "Work email": "email",
        "Phone Number": "phone", "Company Name": "company", "Lifecycle Stage": "lifecycle",
        "Original Source": "source",
    }  # fmt: skip
    assert run.plan["match"] == ["email"]
    done = imported(HUBSPOT, "people", admin, create_missing=["company"])
    assert (counts(done), refused(done)) == ({"created": 3}, [])
    assert sorted(Person.objects.filter(kind="person").values_list("given_name", "lifecycle", "source")) == [
        ("Eva", "qualified", "web"), ("Jan", "customer", "other"), ("Petr", "lead", ""),
    ]  # fmt: skip
    assert counts(imported(HUBSPOT, "people", admin, create_missing=["company"])) == {"unchanged": 3}
    taken_out(done, admin)
    assert not Person.objects.exists()


def test_values_are_left_as_they_are_when_asked_to(admin: Actor) -> None:
    done = imported(HUBSPOT, "people", admin, create_missing=["company"], translate=False)
    assert [reason.partition(":")[0] for _row, reason in refused(done)] == ["Lifecycle", "Lifecycle", "Lifecycle"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This looks like a HubSpot export of contacts."),
        ("cs", "Vypadá to jako export z programu HubSpot: kontakty."),
    ],
)
def test_the_page_says_what_the_file_looks_like(admin: Actor, language: str, text: str) -> None:
    page = ImportPage(uploaded(HUBSPOT, "people", admin), admin)
    with translation.override(language):
        assert page.looks_like == text


def test_an_export_of_something_else_is_told(admin: Actor) -> None:
    run = uploaded("Record ID,Deal Name,Deal Stage,Company Name\n1,Oak,New,Lípa\n", "companies", admin)
    text = "This looks like a HubSpot export of deals. You are importing it as companies."
    assert ImportPage(run, admin).looks_like == text
    assert services.import_state(run.pk, actor=admin)["export_of"] == {"program": "HubSpot", "type": "deals"}


@pytest.mark.parametrize(
    ("type_name", "headers"),
    [
        ("people", "Record ID,First Name,Last Name,Lifecycle Stage,Contact owner"),
        ("companies", "Record ID,Company name,City,Industry,Company owner"),
        ("deals", "Record ID,Deal Name,Company Name,Amount,Deal Owner"),
        ("people", "Salutation,First Name,Last Name,Mailing City,Contact Owner"),
        ("companies", "Account Name,Billing City,Industry,Billing Street,Account Owner"),
        ("deals", "Opportunity Name,Account Name,Amount,Next Step,Opportunity Owner"),
        ("people", "Person - ID,Person - Name,Person - Job title,Organization - Name,Person - Owner"),
        (
            "companies",
            "Organization - ID,Organization - Name,Organization - City,Organization - Address,Organization - Owner",
        ),
        ("deals", "Deal - ID,Deal - Title,Deal - Organization,Deal - Value,Deal - Owner"),
        ("deals", "Number,Name,Company,Value,Owner"),
    ],
)
def test_owners_are_found_by_name_or_address_and_strangers_are_told(admin: Actor, type_name: str, headers: str) -> None:
    ada = User.objects.create_user("ada@jantar.example", "x", full_name="Ada Žáková")
    gone = User.objects.create_user("gone@jantar.example", "x", full_name="Jan Bývalý", is_active=False)
    rows = [("1", "ADA@jantar.example"), ("2", "Ada  Zakova"), ("3", "Nate Phillips"), ("4", gone.full_name)]
    text = headers + "\n" + "".join(f"{n},Oak {n},Lípa {n},{n},{owner}\n" for n, owner in rows)
    dry = imported(text, type_name, admin, create_missing=["company"] if type_name == "people" else [], dry_run=True)
    told = services.import_state(dry.pk, actor=admin)
    assert told["unknown_values"] == {"owner": {"Nate Phillips": 1, "Jan Bývalý": 1}}
    run = uploaded(text, type_name, admin)
    assert mapped(run)[headers.rpartition(",")[2]] == "owner"
    services.change_plan(run, {"values": {"owner": {"Nate Phillips": ada.email}}}, actor=admin)
    services.run_import(run, actor=admin)
    run_waiting_jobs()
    run.refresh_from_db()
    assert (counts(run), run.counts["left_empty"]["owner"]["texts"]) == ({"created": 4}, ["Jan Bývalý"])
    assert registry.get(type_name).model.objects.filter(owner=ada).count() == 3


def test_translating_values_can_be_switched_off_in_the_page() -> None:
    client = Client()
    client.force_login(make_user("Anna", admin=True))
    client.post("/people/import/", {"file": SimpleUploadedFile("contacts.csv", HUBSPOT.encode())})
    run = ImportRun.objects.get()
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert "This looks like a HubSpot export of contacts." in page
    assert "Marketing Qualified Lead → Qualified" in page
    form: dict[str, Any] = {f"column-{place}": key for place, key in enumerate(run.plan["mapping"])}
    form |= {"mapping": "1", "match": "email", "program": "1", "reference": "company", "missing-company": "create"}
    answer = client.post(f"/import/{run.pk}/plan/", form).content.decode()
    assert "“Evangelist” is not one of the listed values." in answer
    answer = client.post(f"/import/{run.pk}/plan/", {**form, "translate": "1"}).content.decode()
    assert "is not one of the listed values." not in answer
    client.post(f"/import/{run.pk}/run/", {**form, "translate": "1"})
    run_waiting_jobs()
    assert Person.objects.filter(kind="person").count() == 3


@with_samples
@pytest.mark.parametrize(
    ("name", "program", "type_name"),
    [
        ("hubspot-all-contacts-export-header.csv", "HubSpot", "people"),
        ("hubspot-contacts-thirdparty.csv", "HubSpot", "people"),
        ("hubspot-deals-v1-thirdparty.csv", "HubSpot", "deals"),
        ("salesforce-account-export.csv", "Salesforce", "companies"),
        ("salesforce-opportunity-export.csv", "Salesforce", "deals"),
        ("salesforce-import-sample_contacts.csv", "Salesforce", "people"),
        ("salesforce-report-contact-thirdparty.csv", "Salesforce", "people"),
        ("pipedrive-person-thirdparty.csv", "Pipedrive", "people"),
    ],
)
def test_sample_files_are_recognised(admin: Actor, name: str, program: str, type_name: str) -> None:
    run = uploaded((SAMPLES / "crm-csv" / name).read_bytes(), type_name, admin)
    assert run.plan["known"] == f"{program}:{type_name}"


@with_samples
def test_the_accounts_of_salesforce_come_in_whole(admin: Actor) -> None:
    data = (SAMPLES / "crm-csv" / "salesforce-account-export.csv").read_bytes()
    run = imported(data, "companies", admin, "accounts.csv")
    assert counts(run) == {"created": 119, "errors": 1}
    assert refused(run) == [(37, "Row 35 has the same value in “name”.")]
    assert Company.objects.get(name="Gravity Investments").city == "FORT COLLINS"
    assert counts(imported(data, "companies", admin, "accounts.csv")) == {"unchanged": 119, "errors": 1}
