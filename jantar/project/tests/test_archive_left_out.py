"""What an archive leaves out leaves nothing behind where it was pointed to."""

import io

import pytest

from jantar.engine.documents.models import Access, Document
from jantar.engine.documents.services import attach
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.transfer.archive.storing import read_archive
from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User
from jantar.project.tests import test_archive
from jantar.project.tests.test_archive import PDF, emptied, listed, rewritten, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("N19", "C126")]
admin, storage = test_archive.admin, test_archive.storage


def test_what_an_archive_leaves_out_is_no_value_of_a_field_with_several_records(admin: Actor) -> None:
    CustomField.objects.create(
        record_type="companies", key="x_contracts", label="Contracts", kind="records", target="documents"
    )
    anna, company = User.objects.get(email="anna@demo.example"), Company.objects.order_by("pk")[0]
    open_one = Document.objects.get()
    folder = write.create(registry.get("folders"), {"name": "Closed", "access": Access.PRIVATE}, actor=actor_for(anna))
    closed = attach(io.BytesIO(PDF), "closed.pdf", actor=actor_for(anna), folder=folder)
    Company.objects.filter(pk=company.pk).update(
        custom={**company.custom, "x_contracts": [str(open_one.pk), str(closed.pk)]}
    )
    archive = written(actor_for(User.objects.get(email="admin@demo.example")))
    as_before = listed("documents", file={"highest": open_one.pk})  # archives once told the highest id they hold
    archive = rewritten(archive, {"manifest.json": as_before})
    importer = emptied(ids_from=1000)
    read_archive(io.BytesIO(archive), actor=importer)
    here = Company.objects.get(name=company.name)
    assert here.custom["x_contracts"] == [str(Document.objects.get().pk)]
