"""Files in fields of records travel with the archive of everything, and come in once."""

import io
from typing import Any

import pytest

from jantar.engine.fields.models import CustomField, HeldFile, Holder
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import held_files, write
from jantar.engine.records.registry import registry
from jantar.engine.testing.samples import sample_file
from jantar.engine.transfer.archive.storing import read_archive
from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User
from jantar.platform.files.services import open_file
from jantar.project.tests.test_archive import admin, emptied, storage, written  # noqa: F401 - two are fixtures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("N19", "C25", "C126")]


@pytest.fixture
def holding(admin: Any) -> Actor:  # noqa: F811
    """Two companies have a contract with the same content, and a logo each; an upload is in no record."""
    for key, kind in (("x_contract", "file"), ("x_logo", "image")):
        CustomField.objects.create(record_type="companies", key=key, label=key, kind=kind)
    actor = actor_for(User.objects.get(email="admin@demo.example"))
    companies = registry.get("companies")
    fields: Any = companies.fields(actor)
    for company in Company.objects.order_by("pk")[:2]:
        files: Any = {one: fields[one].load(sample_file(fields[one], actor, 1)) for one in ("x_contract", "x_logo")}
        write.update(companies, company.pk, files, actor=actor)
    sample_file(fields["x_contract"], actor, 9)
    return actor


def test_files_go_out_and_come_in_with_the_records_that_hold_them(holding: Actor) -> None:
    told = sorted(Company.objects.filter(custom__has_key="x_logo").values_list("name", "custom"))
    archive = written(holding, private=True)
    importer = emptied(ids_from=5000, settings_of_its_own=True)

    assert read_archive(io.BytesIO(archive), actor=importer).documents == 9
    found = Company.objects.filter(custom__has_key="x_logo")
    names = [(name, custom["x_contract"], custom["x_logo"]) for name, custom in told]
    assert sorted((one.name, one.custom["x_contract"], one.custom["x_logo"]) for one in found) == names
    for company in found:
        assert company.pk > 5000
        held = held_files.seen_file(company.custom["x_contract"]["id"], importer)
        with open_file(held.file) as content:
            assert content.read() == b"File 1"
        assert held_files.seen_file(company.custom["x_logo"]["id"], importer).small is not None

    assert read_archive(io.BytesIO(archive), actor=importer).operation_id is None
    assert (HeldFile.objects.count(), Holder.objects.count()) == (4, 4)
