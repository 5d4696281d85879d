"""Custom fields made on the way: which kind is proposed, who may, and what an import does with them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.transfer import services
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.new_fields import kind_of, proposals
from jantar.engine.transfer.tests.runs import counts, imported
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19", "C130")]

CONTENT = "Title,Print run,Reviewed,Code,Signed\nBabička,1200,2026-03-01,0042,yes\nMáj,300,2026-04-02,0043,no\n"
COMMA = Conventions(decimal_comma=True, currency="EUR")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["yes", "No"], "boolean"), (["1", "0"], "integer"), (["12", "-7"], "integer"), (["1,5", "2"], "number"),
        (["007", "12"], "text"), (["2026-01-31"], "date"), (["31.1.2026", "1.2.2026"], "date"),
        (["31.1.2026 8:30"], "datetime"), (["a@b.example"], "email"), (["a@b.example", "none"], "text"),
        (["+420 601 234 567"], "phone"), (["https://a.example/x"], "web"), (["Hard", "Soft"], "text"),
        (["one\ntwo"], "long_text"), (["12345678901234"], "text"), ([], "text"),
    ],
)  # fmt: skip
def test_the_kind_is_told_from_the_values(values, kind):
    assert kind_of(values, COMMA) == kind


def test_columns_without_a_field_are_proposed_with_their_kinds(admin):
    run = services.upload(registry.get("books"), io.BytesIO(CONTENT.encode()), "books.csv", actor=admin)
    found = [(one.header, one.kind) for one in proposals(run, range(20))]
    assert found == [("Print run", "integer"), ("Reviewed", "date"), ("Code", "text"), ("Signed", "boolean")]
    assert [one.place for one in proposals(run, [0, 2, 99])] == [2]


def test_an_import_makes_the_fields_it_is_told_to(admin):
    new = {"Print run": "", "Code": "long_text"}
    run = imported(CONTENT, "books", admin, new_fields=new)
    assert counts(run) == {"created": 2}
    made = dict(CustomField.objects.values_list("label", "kind"))
    assert made == {"Print run": "integer", "Code": "long_text"}
    assert Book.objects.get(title="Babička").custom == {"x_print_run": 1200, "x_code": "0042"}
    mapping = {"Title": "title", "Print run": "x_print_run", "Code": "x_code"}
    again = imported(CONTENT, "books", actor_for(User.objects.get(pk=admin.user_id)), mapping=mapping)
    assert counts(again) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("new", "message"),
    [({"Nothing": ""}, "There is no column “Nothing”."), ({"Code": "choice"}, "“choice” is not one of the listed")],
)
def test_what_cannot_be_made_is_told_and_nothing_is_stored(admin, new, message):
    with pytest.raises(Invalid) as refusal:
        imported(CONTENT, "books", admin, new_fields=new)
    assert refusal.value.errors["mapping"][0].startswith(message)
    assert not CustomField.objects.exists()
    assert not ImportRun.objects.exists()


def test_only_administrators_make_fields():
    with pytest.raises(NotAllowed):
        imported(CONTENT, "books", make_actor("Eva", scope=Scope.ALL), new_fields={"Code": ""})
    assert not CustomField.objects.exists()


def test_a_field_is_added_in_the_page_and_its_column_goes_there():
    client = Client()
    client.force_login(make_user("Anna", admin=True))
    client.post("/books/import/", {"file": SimpleUploadedFile("books.csv", CONTENT.encode())})
    run = ImportRun.objects.get()
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert page.count('<option value="+">New field …</option>') == 5
    form = {"column-0": "title", "column-1": "+", "column-3": "+", "mapping": "1", "match": "title"}
    begun = client.post(f"/import/{run.pk}/plan/", form).content.decode()
    assert begun.count('<option value="+" selected>') == 2
    assert '<option value="integer" selected>' in begun.split('name="kind-1"')[1].split("</select>")[0]
    again = client.post(f"/import/{run.pk}/plan/", {**form, "kind-1": "number"}).content.decode()
    assert '<option value="number" selected>' in again.split('name="kind-1"')[1].split("</select>")[0]
    assert not CustomField.objects.exists()
    made = client.post(f"/import/{run.pk}/field/", {**form, "column": "1", "kind-1": "integer"})
    run.refresh_from_db()
    assert (made.status_code, run.plan["mapping"]) == (200, ["title", "x_print_run", "", "", ""])
    page = made.content.decode()
    assert '<option value="x_print_run" selected>' in page
    assert ('name="kind-1"' in page, 'name="kind-3"' in page) == (False, True)
    again = client.post(f"/import/{run.pk}/field/", {"column": "1", "kind-1": "integer"})
    assert (again.status_code, CustomField.objects.count()) == (422, 1)
    assert client.post(f"/import/{run.pk}/field/", {"column": "99"}).status_code == 422
    form = {f"column-{place}": key for place, key in enumerate(run.plan["mapping"])}
    client.post(f"/import/{run.pk}/run/", {**form, "mapping": "1", "match": "title"})
    run_waiting_jobs()
    assert Book.objects.get(title="Máj").custom == {"x_print_run": 300}


def test_others_are_not_offered_fields_and_may_not_add_them():
    client = Client()
    client.force_login(make_user("Eva", scope=Scope.ALL))
    client.post("/books/import/", {"file": SimpleUploadedFile("books.csv", CONTENT.encode())})
    run = ImportRun.objects.get()
    assert "New field …" not in client.get(f"/import/{run.pk}/").content.decode()
    answer = client.post(f"/import/{run.pk}/plan/", {"column-0": "title", "column-1": "+", "mapping": "1"})
    assert "kind-1" not in answer.content.decode()
    assert client.post(f"/import/{run.pk}/field/", {"column": "1", "kind": "integer"}).status_code == 403
    assert not CustomField.objects.exists()
