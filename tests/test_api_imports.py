"""Importing a file through the API: with its job, its refused rows and its undo."""

import io
import json

import jsonschema_rs
import pytest
from django.test.utils import override_settings

from jantar.engine.permissions.models import Role
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as
from jantar.engine.transfer.models import ImportRun
from jantar.modules.contacts.models import Party
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.project.imports_api import IMPORT_SCHEMA

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

PEOPLE = "Jméno;Příjmení;E-mail;Město\nTomáš;Dvořák;tomas@jantar.example;Brno\nŠárka;Nová;nobody;Zlín\n"
MAPPING = {"Jméno": "given_name", "Příjmení": "family_name", "E-mail": "email", "Město": "city"}


@pytest.fixture
def api(settings, tmp_path):
    settings.API_REQUESTS_PER_MINUTE = 0
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    user = make_user("Anna", make_team("North"))
    Role.objects.get(key="seller").users.add(user)
    return ApiClient(user)


def send(api, text=PEOPLE, **form):
    file = io.BytesIO(text.encode("cp1250"))
    file.name = "lidé.csv"
    data = {"file": file, "type": "people", "mapping": json.dumps(MAPPING), **form}
    data = {name: value for name, value in data.items() if value is not None}
    return api.client.post("/api/v1/imports", data, headers=api.headers)


def test_a_file_is_imported_told_about_and_taken_back(api):
    answer = send(api)
    started = data_of(answer, 201)
    assert answer["Location"] == f"/api/v1/imports/{started['id']}"
    run_waiting_jobs()
    done = data_of(api.get(f"/imports/{started['id']}"))
    assert (done["state"], done["rows"], done["counts"]["created"], done["counts"]["errors"]) == ("done", 2, 1, 1)
    assert [row["row"] for row in done["errors"]] == [3]
    rows = api.get(f"/imports/{started['id']}/errors")
    assert rows["Content-Type"] == "text/csv; charset=utf-8"
    assert "Šárka" in b"".join(rows.streaming_content).decode()
    [person] = data_of(api.get("/people", fields="name,city"))["items"]
    assert (person["name"], person["city"]) == ("Tomáš Dvořák", "Brno")
    assert data_of(api.post(f"/operations/{done['operation_id']}/undo"))["undone"] == 1
    assert data_of(api.get("/people"))["count"] == 0


def test_rows_with_several_types_tell_what_became_of_each(api):
    mapping = {"Příjmení": "family_name", "Jméno": "companies/name", "Město": "companies/city"}
    started = data_of(send(api, mapping=json.dumps(mapping)), 201)
    assert started["also"] == ["companies"]
    run_waiting_jobs()
    done = data_of(api.get(f"/imports/{started['id']}"))
    assert done["counts"]["types"] == {"companies": {"created": 2}, "people": {"created": 2}}
    people = data_of(api.get("/people", fields="name,company"))["items"]
    assert sorted(one["company"]["title"] for one in people) == ["Tomáš", "Šárka"]
    for form, name, message in (
        ({"also": '["companies", "companies"]'}, "also", "“companies” can be in a file only once."),
        ({"also": '["people"]'}, "also", "“people” can be in a file only once."),
        ({"mapping": '{"Jméno": ["given_name", "companies/name"]}'}, "mapping", "not of the expected kind"),
        ({"mapping": '{"Jméno": "given_name", "Jméno": "companies/name"}'}, "mapping", "“Jméno” is there twice."),
        ({"mapping": json.dumps(mapping), "links": '["companies/parent"]'}, "links", "can't be filled"),
    ):
        assert message in problem_in(send(api, **form), 422)["errors"][name][0]


def test_a_dry_run_stores_nothing(api):
    started = data_of(send(api, dry_run="true"), 201)
    run_waiting_jobs()
    checked = data_of(api.get(f"/imports/{started['id']}"))
    assert (checked["state"], checked["dry_run"], checked["counts"]["created"]) == ("checked", True, 1)
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"file": None}, "file"),
        ({"file": "text"}, "file"),
        ({"type": None}, "type"),
        ({"mapping": "{"}, "mapping"),
        ({"mapping": "[]"}, "mapping"),
        ({"mapping": '{"Jméno": 5}'}, "mapping"),
        ({"mapping": '{"Jméno": "colour"}'}, "mapping"),
        ({"mapping": '{"Nothing": "name"}'}, "mapping"),
        ({"match": '["colour"]'}, "match"),
        ({"match": '"email"'}, "match"),
        ({"dry_run": "maybe"}, "dry_run"),
        ({"mode": "destroy"}, "mode"),
        ({"currency": "XXX"}, "currency"),
        ({"encoding": "base64"}, "encoding"),
        ({"text": ""}, "file"),
    ],
)
def test_a_wrong_form_is_refused_with_its_part(api, form, name):
    assert name in problem_in(send(api, **form), 422)["errors"]
    run_waiting_jobs()
    assert not Party.objects.exists()


def test_what_can_not_be_imported_is_refused(api):
    problem_in(send(api, type="nothing"), 404)
    problem_in(api.post("/imports", {"type": "people"}), 415)
    problem_in(api.post("/imports", body=b"x", headers={"Content-Type": "multipart/form-data; boundary=y"}), 422)
    problem_in(api.post("/imports", body=b"x", headers={"Content-Type": "multipart/form-data"}), 400)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        problem_in(send(api, constants=json.dumps({"city": "x" * 1000})), 413)
    assert not Party.objects.exists()


def test_imports_of_others_are_not_there(api):
    pk = data_of(send(api), 201)["id"]
    other = ApiClient(make_user("Eve"))
    for path in (f"/imports/{pk}", f"/imports/{pk}/errors", f"/imports/{10**30}"):
        problem_in(other.get(path), 404)
    problem_in(send(other), 403)


def test_the_answer_is_as_the_document_says(api):
    state = data_of(send(api), 201)
    assert set(state) == set(IMPORT_SCHEMA["properties"])
    assert jsonschema_rs.is_valid(IMPORT_SCHEMA, state)
    validate_as("Problem", problem_in(send(api, type=None), 422))


def test_a_file_sent_again_with_its_key_is_imported_once(api):
    api.headers["Idempotency-Key"] = "monday"
    first, again = send(api), send(api)
    assert data_of(again, 201) == data_of(first, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert ImportRun.objects.count() == 1
    problem_in(send(api, PEOPLE + "Jan;Nový;jan@jantar.example;Brno\n"), 422)
    assert ImportRun.objects.count() == 1


def test_imports_are_listed_newest_first_and_only_ones_own(api):
    ids = [data_of(send(api), 201)["id"] for _n in range(3)]
    page = data_of(api.get("/imports", limit=2))
    assert [one["id"] for one in page["items"]] == ids[:0:-1]
    assert "errors" not in page["items"][0]
    rest = data_of(api.get("/imports", cursor=page["next_cursor"]))
    assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == (ids[:1], None)
    assert data_of(ApiClient(make_user("Eve")).get("/imports"))["items"] == []
    assert len(data_of(ApiClient(make_user("Root", admin=True)).get("/imports"))["items"]) == 3
    assert set(problem_in(api.get("/imports", cursor="x"), 400)["errors"]) == {"cursor"}


def test_a_waiting_import_is_cancelled_and_stores_nothing(api):
    started = data_of(send(api), 201)
    assert data_of(api.post(f"/imports/{started['id']}/cancel"))["state"] == "draft"
    run_waiting_jobs()
    assert data_of(api.get("/people"))["count"] == 0
    problem_in(ApiClient(make_user("Eve")).post(f"/imports/{started['id']}/cancel"), 404)
