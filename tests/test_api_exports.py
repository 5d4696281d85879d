"""Lists as files through the API."""

import io

import pytest
from python_calamine import CalamineWorkbook

from jantar.engine.permissions.models import Action, Grant, Scope
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.modules.contacts.models import Party
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C108")]
NAMES = ("name", "city")


@pytest.fixture
def api(settings):
    settings.API_REQUESTS_PER_MINUTE = 0
    api = ApiClient(make_user("Anna", scope=Scope.OWN))
    for name, city in (("Żubr", "Kraków"), ("Acél", "Győr"), ("Huta", "Kraków")):
        data_of(api.post("/companies", {"name": name, "city": city}), 201)
    return api


def written(api, job):
    """The job once a worker has done it."""
    execute(job["id"], aside=False)
    return data_of(api.get(f"/jobs/{job['id']}"))


def path_of(address):
    return address.removeprefix("/api/v1")


def content(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def test_a_filtered_and_sorted_list_is_a_csv_file(api):
    tree = '{"field": "city", "op": "is", "value": "Kraków"}'
    answer = api.get("/companies/export", filter=tree, sort="-name", fields="name,city")
    assert content(answer).decode("utf-8-sig").splitlines() == ["name,city", "Żubr,Kraków", "Huta,Kraków"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="companies.csv"'


def test_a_workbook_holds_the_same_rows(api):
    answer = api.get("/companies/export", format="xlsx", sort="name", fields="name")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content(answer))).get_sheet_by_index(0).to_python()
    assert rows == [["name"], ["Acél"], ["Huta"], ["Żubr"]]


def test_others_rows_are_not_in_it_and_without_the_right_there_is_none(api):
    eve = make_user("Eve", scope=Scope.OWN)
    assert content(ApiClient(eve).get("/companies/export", fields="name")).decode("utf-8-sig") == "name\r\n"
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    problem_in(ApiClient(reader).get("/companies/export"), 403)


@pytest.mark.parametrize("wrong", [{"format": "pdf"}, {"fields": "nonsense"}, {"sort": "nonsense"}, {"filter": "{"}])
def test_a_wrong_parameter_is_named(api, wrong):
    assert set(problem_in(api.get("/companies/export", **wrong), 400)["errors"]) == set(wrong)


def test_a_worker_writes_the_file_and_it_waits_for_who_asked(api):
    tree = {"field": "city", "op": "is", "value": "Kraków"}
    answer = api.post("/companies/export", {"filter": tree, "sort": "-name", "columns": [*NAMES]})
    job = data_of(answer, 202)
    assert (answer["Location"], job["state"], job["file"]) == (f"/api/v1/jobs/{job['id']}", "waiting", None)
    problem_in(api.get(f"/jobs/{job['id']}/file"), 404)
    done = written(api, job)
    assert (done["state"], done["label"], done["message"]) == (
        "done", "Export of companies", "The file is ready for a week.",
    )  # fmt: skip
    file = api.get(path_of(done["file"]))
    assert content(file).decode("utf-8-sig").splitlines() == ["name,city", "Żubr,Kraków", "Huta,Kraków"]
    assert "attachment" in file["Content-Disposition"]


def test_a_worker_writes_workbooks_and_everything_when_nothing_is_said(api):
    done = written(api, data_of(api.post("/companies/export", {"format": "xlsx", "columns": ["name"]}), 202))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content(api.get(path_of(done["file"]))))).get_sheet_by_index(0)
    assert sorted(rows.to_python()) == [["Acél"], ["Huta"], ["name"], ["Żubr"]]
    whole = written(api, data_of(api.post("/companies/export", {}), 202))
    header = content(api.get(path_of(whole["file"]))).decode("utf-8-sig").splitlines()[0].split(",")
    assert {"name", "city", "vat_number"} <= set(header)


def test_the_file_is_for_nobody_else_and_holds_what_one_may_see_when_it_is_written(api):
    job = data_of(api.post("/companies/export", {"columns": ["name"]}), 202)
    anna = User.objects.get(full_name="Anna")
    Party.objects.filter(name="Huta").update(owner=make_user("Bob"))
    done = written(api, job)
    assert content(api.get(path_of(done["file"]))).decode("utf-8-sig").splitlines() == ["name", "Acél", "Żubr"]
    problem_in(ApiClient(make_user("Root", admin=True)).get(path_of(done["file"])), 404)
    Grant.objects.filter(role__users=anna, action=Action.EXPORT).delete()
    problem_in(api.get(path_of(done["file"])), 403)
    Grant.objects.filter(role__users=anna, action=Action.SEE).delete()
    problem_in(api.get(path_of(done["file"])), 404)


def test_without_the_right_nothing_is_asked_for_or_written(api):
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    problem_in(ApiClient(reader).post("/companies/export", {}), 403)
    assert not JobRun.objects.filter(kind="transfer.export").exists()
    job = data_of(api.post("/companies/export", {}), 202)
    Grant.objects.filter(role__users__full_name="Anna", action=Action.EXPORT).delete()
    done = written(api, job)
    assert (done["state"], done["error"], done["file"]) == ("failed", "You may not export here.", None)


def test_one_key_is_one_file_and_a_cancelled_one_is_not_written(api):
    one, two = (api.post("/companies/export", {}, headers={"Idempotency-Key": "k"}) for _time in range(2))
    assert data_of(one, 202) == data_of(two, 202)
    job = data_of(api.post(path_of(f"{one['Location']}/cancel")))
    assert (job["state"], written(api, job)["state"]) == ("cancelled", "cancelled")


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"format": "pdf"}, "format"),
        ({"columns": ["nonsense"]}, "columns"),
        ({"columns": "name"}, "columns"),
        ({"columns": [1]}, "columns"),
        ({"filter": []}, "filter"),
        ({"search": 5}, "search"),
        ({"fields": "name"}, "fields"),
    ],
)
def test_what_is_wrong_in_the_body_is_named(api, wrong, name):
    assert list(problem_in(api.post("/companies/export", wrong), 422)["errors"]) == [name]
    assert not JobRun.objects.filter(kind="transfer.export").exists()


@pytest.mark.parametrize("wrong", [{"sort": "nonsense"}, {"filter": {"field": "nonsense", "op": "is", "value": 1}}])
def test_a_filter_or_order_that_makes_no_sense_is_told_at_once(api, wrong):
    problem_in(api.post("/companies/export", wrong), 400)
    assert not JobRun.objects.filter(kind="transfer.export").exists()
