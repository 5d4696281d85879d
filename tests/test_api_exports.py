"""Lists as files through the API."""

import io

import pytest
from python_calamine import CalamineWorkbook

from jantar.engine.permissions.models import Action, Scope
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings):
    settings.API_REQUESTS_PER_MINUTE = 0
    api = ApiClient(make_user("Anna", scope=Scope.OWN))
    for name, city in (("Żubr", "Kraków"), ("Acél", "Győr"), ("Huta", "Kraków")):
        data_of(api.post("/companies", {"name": name, "city": city}), 201)
    return api


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
