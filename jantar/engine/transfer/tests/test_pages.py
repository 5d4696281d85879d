"""The pages of an import: from the upload to the result, and what goes wrong on the way."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.transfer import exporting
from jantar.engine.transfer.models import ImportRun, State
from jantar.platform.accounts.models import User
from jantar.platform.files.models import StoredFile
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

CONTENT = "Title;Country;Pages\nBabička;CZ;120\nMáj;Česko;x\n"


@pytest.fixture
def client(db):
    client = Client()
    client.force_login(make_user("Anna", admin=True))
    return client


def uploaded(client, content=CONTENT, name="books.csv"):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode("cp1250"))
    return client.post("/books/import/", {"file": file})


def form_of(run, **changes):
    plan = ImportRun.objects.get(pk=run).plan
    mapping = {f"column-{place}": key for place, key in enumerate(plan["mapping"])}
    return {"mapping": "1", "mode": "update", "match": plan["match"], **mapping, **changes}


def test_a_file_is_uploaded_previewed_checked_and_imported(client):
    response = uploaded(client)
    run = ImportRun.objects.get()
    assert response.headers["Location"] == f"/import/{run.pk}/"
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert "Babička" in page
    assert "Pages: “x” is not a number." in page
    assert 'value="cp1250" selected' in page
    assert Book.objects.count() == 0
    assert client.post(f"/import/{run.pk}/check/", form_of(run.pk)).status_code == 302
    assert "data-job-progress-url-value" in client.get(f"/import/{run.pk}/").content.decode()
    run_waiting_jobs()
    assert "What the import would do" in client.get(f"/import/{run.pk}/").content.decode()
    client.post(f"/import/{run.pk}/run/", form_of(run.pk))
    run_waiting_jobs()
    page = client.get(f"/import/{run.pk}/").content.decode()
    book = Book.objects.get()
    assert f'href="/books/{book.pk}/"' in page
    run.refresh_from_db()
    assert f"/operations/{run.operation_id}/undo/" in page
    answer = client.get(f"/import/{run.pk}/refused.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text == "Title;Country;Pages;Why refused;Row\r\nMáj;Česko;x;Pages: “x” is not a number.;3\r\n"
    client.post(f"/operations/{run.operation_id}/undo/", headers={"HX-Request": "true"})
    assert "This import was undone" in client.get(f"/import/{run.pk}/").content.decode()
    assert Book.objects.count() == 0


def test_what_is_chosen_shows_at_once_in_the_preview(client):
    uploaded(client)
    run = ImportRun.objects.get()
    answer = client.post(f"/import/{run.pk}/plan/", form_of(run.pk, encoding="iso8859-2", **{"column-2": ""}))
    assert answer.status_code == 200
    assert "is not a number" not in answer.content.decode()
    run.refresh_from_db()
    assert (run.plan["encoding"], run.plan["mapping"]) == ("iso8859-2", ["title", "country", ""])


def test_a_wrong_choice_is_said_and_what_was_chosen_stays_on_the_page(client):
    uploaded(client)
    run = ImportRun.objects.get()
    answer = client.post(f"/import/{run.pk}/plan/", form_of(run.pk, **{"column-1": "title"}))
    assert answer.status_code == 422
    assert "Two columns go to the same field: title." in answer.content.decode()
    assert answer.content.decode().count('<option value="title" selected>') == 2
    run.refresh_from_db()
    assert run.plan["mapping"] == ["title", "country", "pages"]


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(client):
    answer = uploaded(client, b"\x89PNG\r\n\x1a\n and so on")
    assert answer.status_code == 422
    assert "This is a PNG file." in answer.content.decode()
    assert client.post("/books/import/").status_code == 422
    assert ImportRun.objects.count() == 0


def test_an_import_that_waits_can_be_cancelled_and_changed_again(client):
    uploaded(client)
    run = ImportRun.objects.get()
    client.post(f"/import/{run.pk}/run/", form_of(run.pk))
    assert client.post(f"/import/{run.pk}/plan/", form_of(run.pk)).status_code == 422
    client.post(f"/import/{run.pk}/cancel/")
    run.refresh_from_db()
    assert (run.state, Book.objects.count()) == (State.DRAFT, 0)
    assert client.post(f"/import/{run.pk}/plan/", form_of(run.pk)).status_code == 200


def test_the_end_of_the_job_brings_the_result(client):
    uploaded(client)
    run = ImportRun.objects.get()
    client.post(f"/import/{run.pk}/run/", form_of(run.pk))
    assert "0 of 2 rows" in client.get(f"/import/{run.pk}/progress/").content.decode()
    run_waiting_jobs()
    assert client.get(f"/import/{run.pk}/progress/").headers["HX-Redirect"] == f"/import/{run.pk}/"


def test_an_undone_import_says_what_was_kept_only_when_something_was(client):
    actor = actor_for(User.objects.get())
    for changed in (False, True):
        uploaded(client, "Title;Pages\nBabička;120\nMáj;80\n")
        run = ImportRun.objects.latest("pk")
        client.post(f"/import/{run.pk}/run/", form_of(run.pk))
        run_waiting_jobs()
        if changed:
            write.update(registry.get("books"), Book.objects.latest("pk").pk, {"pages": 81}, actor=actor)
        run.refresh_from_db()
        result = undo(run.operation_id, actor=actor)
        page = client.get(f"/import/{run.pk}/").content.decode()
        assert "This import was undone" in page
        assert ("Records that were changed since were kept." in page) is changed
        assert (f'href="/operations/{result.operation_id}/kept/"' in page) is changed


def test_pages_are_closed_to_those_without_the_right(client):
    uploaded(client)
    run = ImportRun.objects.get()
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    client.force_login(reader)
    assert client.get("/books/import/").status_code == 403
    for part in ("", "progress/", "refused.csv"):
        assert client.get(f"/import/{run.pk}/{part}").status_code == 404
    for part in ("plan/", "run/", "check/", "cancel/"):
        assert client.post(f"/import/{run.pk}/{part}", {"mapping": "1"}).status_code == 404
    assert client.get("/nothing/import/").status_code == 404
    client.force_login(make_user("Stranger"))
    assert client.get("/books/import/").status_code == 404


def test_the_list_offers_import_and_export_of_what_it_shows(client):
    uploaded(client)
    client.post(f"/import/{ImportRun.objects.get().pk}/run/")
    run_waiting_jobs()
    answer = client.get("/books/", {"filter": '{"field":"country","op":"is","value":"CZ"}', "columns": "title,country"})
    page = answer.content.decode()
    assert 'href="/books/import/"' in page
    export = answer.context["list"].state.exports["fields"]
    text = b"".join(client.get(export).streaming_content).decode("utf-8-sig")
    assert text == "title,country\r\nBabička,CZ\n"
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    client.force_login(reader)
    page = client.get("/books/").content.decode()
    assert "/books/import/" not in page
    assert "/books/export/" not in page


def test_settings_that_no_form_offers_are_refused_or_cleaned(client):
    uploaded(client)
    run = ImportRun.objects.get()
    plan = {f"column-{place}": key for place, key in enumerate(run.plan["mapping"])}
    for wrong in ({"encoding": "nope"}, {"encoding": "utf-16"}, {"delimiter": "ab"}):
        answer = client.post(f"/import/{run.pk}/plan/", {**plan, **wrong})
        assert answer.status_code == 422, wrong
        assert client.get(f"/import/{run.pk}/").status_code == 200
    constant = {"constant_field": "labels", "constant_value": "ra\x00re"}
    assert client.post(f"/import/{run.pk}/plan/", {**plan, **constant}).status_code == 200
    run.refresh_from_db()
    assert run.plan["constants"] == {"labels": "rare"}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"filter": '{"field":"title","op":"is","value":"\\ud83d"}'}, 400),
        ({"filter": '{"field":"title","op":"is","value":"\\u0000"}'}, 400),
        ({"filter": '{"all":[' * 3000 + "]}" * 3000}, 400),
        ({"filter": "nonsense"}, 400),
        ({"sort": "nope"}, 400),
        ({"format": "exe"}, 400),
        ({"search": "a\x00b"}, 200),
        ({"search": "nowhere to be found"}, 200),
        ({"search": "nowhere to be found", "format": "xlsx"}, 200),
        ({"columns": "nope,title\x00"}, 200),
    ],
)
def test_no_address_of_an_export_fails(client, parameters, status):
    assert client.get("/books/export/", parameters).status_code == status


@pytest.mark.parametrize("language", ["cs", "hu", "pl", "sk"])
def test_the_pages_show_in_every_language(client, language):
    user = make_user(f"User{language}", admin=True)
    user.language = language
    user.save()
    client.force_login(user)
    uploaded(client)
    run = ImportRun.objects.get()
    for address in ("/import/", "/books/import/", f"/import/{run.pk}/"):
        assert client.get(address).status_code == 200


def test_a_long_workbook_is_written_by_a_worker_and_waits_for_its_owner(client, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    actor = actor_for(User.objects.get())
    for title in ("Babička", "Quo vadis", "Bánk bán"):
        write.create(registry.get("books"), {"title": title}, actor=actor)
    asked = {"format": "xlsx", "names": "fields", "columns": "title", "sort": "-title", "search": "b"}
    answer = client.get("/books/export/", {**asked, "filter": '{"field": "title", "op": "starts_with", "value": "b"}'})
    assert (answer.status_code, answer["Location"]) == (302, "/jobs/")
    assert not StoredFile.objects.exists()
    run_waiting_jobs()
    run = JobRun.objects.get(kind="transfer.export")
    assert run.state == "done", run.error
    assert run.result_url in client.get("/jobs/").content.decode()
    file = b"".join(client.get(run.result_url).streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    assert rows == [["title"], ["Bánk bán"], ["Babička"]]
    stored = StoredFile.objects.get()
    assert timedelta(days=6) < stored.expires_at - timezone.now() < timedelta(days=8)
    client.force_login(make_user("Eve", admin=True))
    assert client.get(run.result_url).status_code == 404


def test_short_workbooks_and_long_csv_files_come_at_once(client, monkeypatch):
    uploaded(client)
    assert client.get("/books/export/", {"format": "xlsx"}).status_code == 200
    monkeypatch.setattr(exporting, "AT_ONCE", -1)
    assert client.get("/books/export/", {"format": "csv"}).status_code == 200
    assert client.get("/books/export/", {"format": "xlsx", "sort": "nonsense"}).status_code == 400
    assert not JobRun.objects.filter(kind="transfer.export").exists()


def test_a_long_export_has_the_rights_of_the_moment_it_is_written(client, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", -1)
    client.get("/books/export/", {"format": "xlsx"})
    User.objects.update(is_admin=False)
    run_waiting_jobs()
    run = JobRun.objects.get(kind="transfer.export")
    assert (run.state, run.error) == ("failed", "You may not export here.")
    assert not StoredFile.objects.filter(purpose="transfer.export").exists()
