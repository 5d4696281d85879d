"""Words of a file that mean nothing here become what is chosen for them: on the page, by API and command line."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user, signed_in
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.browserless import fields_of
from jantar.engine.transfer import services
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.tests.runs import counts, imported, refused
from jantar.modules.contacts.models import Company
from jantar.modules.sales.models import Deal, Pipeline, Stage
from jantar.modules.sales.services import create_pipeline
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.project.cli import build_parser
from jantar.project.commands import import_

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

DEALS = (
    "Record ID,Deal Name,Amount,Deal Stage,Company Name\n"
    "1,Oak,100,Proposal Sent,Lípa\n2,Elm,200,Discovery Call,Lípa\n3,Fir,300,Proposal Sent,Lípa\n"
    "4,Ash,400,Closed Won,Lípa\n5,Yew,500,closedlost,Lípa\n"
)
CHOSEN = {"Proposal Sent": "Quote sent", "Discovery Call": ""}


@pytest.fixture
def anna() -> User:
    user = make_user("Anna", admin=True)
    Pipeline.objects.all().delete()
    stages = [("New", "open", 10), ("Quote sent", "open", 50), ("Signed", "won", 100), ("Gone", "lost", 0)]
    create_pipeline("Business", stages)
    return user


@pytest.fixture
def admin(anna: User) -> Actor:
    return actor_for(anna)


def stages() -> dict[str, str]:
    return dict(Deal.objects.values_list("name", "stage__name"))


EXPECTED = {"Oak": "Quote sent", "Elm": "New", "Fir": "Quote sent", "Ash": "Signed", "Yew": "Gone"}


def test_stages_of_another_program_become_ours_and_usual_ones_by_themselves(admin: Actor) -> None:
    dry = imported(DEALS, "deals", admin, create_missing=["customer"], dry_run=True)
    assert counts(dry) == {"created": 2, "errors": 3}
    asked = {"stage": {"Proposal Sent": 2, "Discovery Call": 1}}
    assert services.import_state(dry.pk, actor=admin)["unknown_values"] == asked
    settings: dict[str, Any] = {"create_missing": ["customer"], "values": {"stage": CHOSEN}}
    checked = imported(DEALS, "deals", admin, dry_run=True, **settings)
    assert (counts(checked), Deal.objects.count()) == ({"created": 5}, 0)
    done = imported(DEALS, "deals", admin, **settings)
    assert (counts(done), refused(done), stages()) == ({"created": 5}, [], EXPECTED)
    assert Deal.objects.get(name="Yew").loss_reason == "other"
    assert all(column["values"] == [] for column in done.plan["columns"])
    Deal.objects.filter(name="Yew").update(loss_reason="price")
    again = imported(DEALS, "deals", admin)  # the layout is known by now
    assert counts(again) == {"unchanged": 5}
    assert Deal.objects.get(name="Yew").loss_reason == "price"


def test_a_word_that_could_mean_two_stages_is_asked_for(admin: Actor) -> None:
    Stage.objects.create(pipeline=Pipeline.objects.get(), name="Won at last", status="won", position=9)
    create_pipeline("Renewals", [("Due", "open", 60), ("Renewed", "won", 100), ("Over", "lost", 0)])
    text = "Deal name,Customer,Pipeline,Stage\nOak,Lípa,,Closed Won\nElm,Lípa,Renewals,Closed Won\n"
    run = imported(text, "deals", admin, create_missing=["customer"])
    assert refused(run) == [(2, "Stage: There is no “Closed Won”.")]
    assert stages() == {"Elm": "Renewed"}


def test_rows_of_several_types_and_lists_of_several_values(admin: Actor) -> None:
    CustomField.objects.create(
        record_type="companies", key="x_interests", label="Interests", kind="multi_choice", choices=["Doors", "Floors"]
    )
    admin = actor_for(User.objects.get())
    text = "Surname,Firm,Interests,Gender\nNová,Lípa,doors; Carpets; Floors,f\nEk,Dub,Carpets,m\n"
    mapping = {"Surname": "family_name", "Firm": "companies/name", "Interests": "companies/x_interests"}
    words = {"companies/x_interests": {"carpets": "Floors"}}
    run = imported(text, "people", admin, mapping=mapping, values=words)
    assert (counts(run), refused(run)) == ({"created": 2}, [])
    found = {one.name: one.custom["x_interests"] for one in Company.objects.all()}
    assert found == {"Lípa": ["Doors", "Floors"], "Dub": ["Floors"]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stage": {"x": "Nowhere"}}, "“stage” has no value “Nowhere”."),
        ({"owner": {"x": ""}}, "“owner” is no field that a column goes to."),
        ({"name": {"x": "y"}}, "The values of “name” can't be replaced: it takes any."),
    ],
)
def test_what_can_not_be_followed_is_said(admin: Actor, values: dict[str, dict[str, str]], message: str) -> None:
    with pytest.raises(Invalid) as caught:
        imported(DEALS, "deals", admin, values=values)
    assert caught.value.errors == {"values": [message]}
    assert not Deal.objects.exists()


def test_a_remembered_stage_that_is_gone_is_asked_for_again(admin: Actor) -> None:
    imported(DEALS, "deals", admin, create_missing=["customer"], values={"stage": CHOSEN})
    Stage.objects.filter(name="Quote sent").update(name="Offer")
    run = services.upload(registry.get("deals"), io.BytesIO(DEALS.encode()), "deals.csv", actor=admin)
    assert run.plan["values"] == {"stage": {"Discovery Call": ""}}


def test_the_page_lists_them_and_goes_on_with_what_is_chosen(anna: User) -> None:
    client = Client()
    client.force_login(anna)
    client.post("/deals/import/", {"file": SimpleUploadedFile("deals.csv", DEALS.encode())})
    run = ImportRun.objects.get()
    html = client.get(f"/import/{run.pk}/").content.decode()
    assert "Values that are not known here" in html
    assert html.index('value="Proposal Sent"') < html.index('value="Discovery Call"')
    assert 'value="Closed Won"' not in html
    form = {**fields_of(html), "value_becomes": ["=Quote sent", "-"], "missing-customer": "create"}
    answer = client.post(f"/import/{run.pk}/plan/", form)
    assert answer.status_code == 200, answer.content.decode()
    run.refresh_from_db()
    assert run.plan["values"] == {"stage": CHOSEN}
    assert '<option value="=Quote sent" selected>Quote sent</option>' in answer.content.decode()
    client.post(f"/import/{run.pk}/run/", form)
    run_waiting_jobs()
    assert stages() == EXPECTED


def test_a_column_that_is_left_out_takes_its_values_along(anna: User) -> None:
    client = Client()
    client.force_login(anna)
    client.post("/deals/import/", {"file": SimpleUploadedFile("deals.csv", DEALS.encode())})
    run = ImportRun.objects.get()
    html = client.get(f"/import/{run.pk}/").content.decode()
    form = {**fields_of(html), "column-3": "", "value_becomes": ["=Quote sent", "-"], "missing-customer": "empty"}
    assert client.post(f"/import/{run.pk}/plan/", {**form, "column-4": ""}).status_code == 200
    run.refresh_from_db()
    assert (run.plan["values"], run.plan["leave_empty"]) == ({}, [])


def test_administrators_add_words_to_their_own_lists_on_the_way(anna: User) -> None:
    field = CustomField.objects.create(
        record_type="companies", key="x_size", label="Size", kind="choice", choices=["Small"]
    )
    client = Client()
    client.force_login(anna)
    client.post("/companies/import/", {"file": SimpleUploadedFile("c.csv", b"Name,Size\nLipa,Huge\nDub,small\n")})
    run = ImportRun.objects.get()
    form = fields_of(client.get(f"/import/{run.pk}/").content.decode()) | {"column-1": "x_size"}
    html = client.post(f"/import/{run.pk}/plan/", form).content.decode()
    assert "Add it to the list" in html
    answer = client.post(f"/import/{run.pk}/plan/", {**form, **fields_of(html), "value_becomes": "+"})
    field.refresh_from_db()
    assert (answer.status_code, field.choices) == (200, ["Small", "Huge"])
    assert "Values that are not known here" not in answer.content.decode()


def test_a_plan_that_is_refused_adds_no_word(anna: User) -> None:
    field = CustomField.objects.create(
        record_type="companies", key="x_size", label="Size", kind="choice", choices=["Small"]
    )
    client = signed_in(anna)
    client.post("/companies/import/", {"file": SimpleUploadedFile("c.csv", b"Name,Size\nLipa,Huge\n")})
    run = ImportRun.objects.get()
    form = fields_of(client.get(f"/import/{run.pk}/").content.decode()) | {"column-1": "x_size"}
    html = client.post(f"/import/{run.pk}/plan/", form).content.decode()
    chosen = {**form, **fields_of(html), "value_becomes": "+"}
    ImportRun.objects.update(state="done")
    for act in ("plan", "check"):
        answer = client.post(f"/import/{run.pk}/{act}/", chosen)
        assert (answer.status_code, "be changed any more" in answer.content.decode()) == (422, True)
        field.refresh_from_db()
        assert field.choices == ["Small"]


def test_the_api_takes_them_and_tells_what_is_unknown(anna: User) -> None:
    api = ApiClient(anna)

    def send(**form: str) -> Any:
        file = SimpleUploadedFile("deals.csv", DEALS.encode())
        data = {"file": file, "type": "deals", "create_missing": '["customer"]', **form}
        return api.client.post("/api/v1/imports", data, headers=api.headers)

    assert "expected kind" in problem_in(send(values='{"stage": "Won"}'), 422)["errors"]["values"][0]
    tried = data_of(send(dry_run="true"), 201)
    run_waiting_jobs()
    told = data_of(api.get(f"/imports/{tried['id']}"))
    assert told["unknown_values"] == {"stage": {"Proposal Sent": 2, "Discovery Call": 1}}
    send(values=json.dumps({"stage": CHOSEN}))
    run_waiting_jobs()
    assert stages() == EXPECTED


def test_on_the_command_line() -> None:
    line = ["import", "d.csv", "--type", "deals", "--value", "stage", "Closed Won", "Won", "--value", "stage", "X", ""]
    arguments = build_parser().parse_args(line)
    assert import_.values_from(arguments.value) == {"stage": {"Closed Won": "Won", "X": ""}}
    with pytest.raises(import_.UsageError):
        import_.values_from([["stage", "A", "B"], ["stage", "A", "C"]])
