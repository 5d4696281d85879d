"""Modules are switched off and on again: off, nothing of them is anywhere; on again, everything is as it was."""

import json
from typing import Any

import pytest
from django.urls import reverse

from jantar.engine.fields.models import CustomField
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions import modules
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Role
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.registry import registry
from jantar.engine.search.searching import search
from jantar.engine.testing.actors import make_user, signed_in
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.timeline.services import add_comment

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C129")]
#: What only records of the module say.
SECRETS = {"sales": ["Zlatovlaska deal"], "communications": ["Zvonecek call", "Zahrada task"]}
TYPES = {"sales": ["deals"], "communications": ["activities", "tasks"]}
SWITCHED = pytest.mark.parametrize("key", ["sales", "communications"])


@pytest.fixture(autouse=True)
def no_limit(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0


@pytest.fixture
def boss() -> Any:
    return make_user("Boss", admin=True)


@pytest.fixture
def anna() -> Any:
    anna = make_user("Anna")
    Role.objects.get(key="seller").users.add(anna)
    return anna


@pytest.fixture
def records(boss: Any, anna: Any) -> dict[str, Any]:
    """One of each type, all of them about each other, owned by Anna."""
    create_field("people", label="Best deal", kind="record", target="deals", actor=actor_for(boss))
    api, found = ApiClient(boss), {}

    def make(name: str, /, **values: Any) -> int:
        made = data_of(api.post(f"/{name}", {**values, "owner": anna.pk}), 201)
        found[name] = registry.get(name).model._base_manager.get(pk=made["id"])
        return int(made["id"])

    company = make("companies", name="Amber works")
    person = make("people", family_name="Dvořák", company=company)
    deal = make("deals", name="Zlatovlaska deal", customer=company)
    data_of(api.patch(f"/people/{person}", {CustomField.objects.get().key: deal}))
    about = [{"record": {"type": "companies", "id": company}}, {"record": {"type": "deals", "id": deal}}]
    make("activities", kind="call", subject="Zvonecek call", links=about)
    make("tasks", title="Zahrada task", links=about)
    for name in ("companies", "people", "deals"):
        add_comment(found[name], text=f"Word about {found[name]}", actor=actor_for(boss))
    return found


def switch(key: str, boss: Any, *, on: bool) -> None:
    (modules.switch_on if on else modules.switch_off)(modules.find(key), actor=actor_for(boss))  # type: ignore[arg-type]


def addresses(record_type: Any, pk: int) -> list[str]:
    """The pages and parts of pages of one type that can be asked for."""
    at = f"/{record_type.name}/"
    found = [
        at, f"{at}count/", f"{at}sums/", f"{at}columns/", f"{at}filter/", f"{at}filter/all/", f"{at}new/", f"{at}bin/",
        f"{at}views/new/", f"{at}{pk}/", f"{at}{pk}/edit/", f"{at}{pk}/history/", f"{at}{pk}/timeline/",
        f"{at}{pk}/timeline/stream/", f"{at}{pk}/related/", f"{at}{pk}/related/documents/",
    ]  # fmt: skip
    return [*found, f"{at}board/"] if record_type.board else found


@SWITCHED
def test_every_page_of_what_remains_works_and_says_nothing_of_it(key: str, boss: Any, anna: Any, records: Any) -> None:
    switch(key, boss, on=False)
    for user in (boss, anna):
        client = signed_in(user)
        pages = [
            "/",
            "/search/?q=z",
            "/search/palette/?q=z",
            "/import/",
            "/quality/",
            "/notifications/",
            "/jobs/",
            "/documents/company/",
        ]
        pages += ["/settings/fields/people/", "/settings/modules/", "/settings/webhooks/new/"] if user is boss else []
        for name, record in records.items():
            if name not in TYPES[key]:
                pages += addresses(registry.get(name), record.pk)
        for page in pages:
            answer = client.get(page)
            assert answer.status_code in (200, 204), (page, answer.status_code)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            shown = text.decode()
            assert not [word for word in SECRETS[key] if word in shown], page
            assert not [name for name in TYPES[key] if f'href="/{name}/' in shown], page


@SWITCHED
def test_its_own_pages_are_not_there_and_administrators_learn_why(key: str, boss: Any, anna: Any, records: Any) -> None:
    switch(key, boss, on=False)
    pages = [page for name in TYPES[key] for page in addresses(registry.get(name), records[name].pk)]
    pages += {"sales": [reverse("sales:pipeline"), reverse("sales:settings_pipelines")]}.get(key, [])
    for user, link in ((boss, True), (anna, False)):
        client = signed_in(user)
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 404, page
            assert "is switched off" in answer.content.decode(), page
            assert ('href="/settings/modules/"' in answer.content.decode()) is link
    assert signed_in(boss).post(f"/{TYPES[key][0]}/new/", {}).status_code == 404


@SWITCHED
def test_the_api_does_not_know_it(key: str, boss: Any, records: Any) -> None:
    api = ApiClient(boss)
    whole = data_of(api.get("/openapi.json"))
    switch(key, boss, on=False)
    for name in TYPES[key]:
        at = f"/{name}/{records[name].pk}"
        for answer in (
            api.get(f"/{name}"), api.get(at), api.get(f"{at}/timeline"), api.patch(at, {}), api.post(f"/{name}", {}),
            api.delete(at), api.get(f"/{name}/export"), api.get(f"/types/{name}/fields"),
        ):  # fmt: skip
            problem_in(answer, 404)
    assert not {one["name"] for one in data_of(api.get("/types"))["items"]} & set(TYPES[key])
    document = data_of(api.get("/openapi.json"))
    assert not [path for path in document["paths"] if set(path.split("/")) & set(TYPES[key])]
    text = json.dumps(document)
    for name in set(whole["components"]["schemas"]) - set(document["components"]["schemas"]):
        assert f'schemas/{name}"' not in text
    assert len(document["components"]["schemas"]) < len(whole["components"]["schemas"])
    for name in set(records) - set(TYPES[key]):
        data_of(api.get(f"/{name}"))
        data_of(api.get(f"/{name}/{records[name].pk}/timeline"))
    switch(key, boss, on=True)
    assert data_of(api.get("/openapi.json")) == whole


@SWITCHED
def test_off_and_on_again_everything_is_as_it_was(key: str, boss: Any, anna: Any, records: Any) -> None:
    before = [state(user, records) for user in (boss, anna)]
    switch(key, boss, on=False)
    assert [state(user, records) for user in (boss, anna)] != before
    switch(key, boss, on=True)
    assert [state(user, records) for user in (boss, anna)] == before


def state(user: Any, records: Any) -> list[Any]:
    """What the user finds everywhere."""
    actor, api = actor_for(user), ApiClient(user)
    hits = [[(hit.record_id, hit.title) for hit in group.hits] for group in search("z", actor)]
    rows = [(name, api.get(f"/{name}").content, api.get(f"/{name}/{one.pk}").content) for name, one in records.items()]
    streams = [api.get(f"/{name}/{one.pk}/timeline").content for name, one in records.items()]
    return [hits, rows, streams, sorted(actor.grants.items())]


def test_views_and_filters_that_speak_of_it_do_not_break(boss: Any, anna: Any, records: Any) -> None:
    tree = {
        "all": [{"relation": "deals", "has": "any", "where": {"field": "name", "op": "contains", "value": "Zlato"}}]
    }
    view = SavedView.objects.create(record_type="companies", name="With deals", owner=anna, filter=tree)
    client = signed_in(anna)
    query = f"/companies/?filter={json.dumps(tree)}"
    assert "Amber works" in client.get(query).content.decode()
    switch("sales", boss, on=False)
    for page in (query, f"/companies/?view={view.pk}", f"/companies/views/{view.pk}/"):
        answer = client.get(page)
        assert answer.status_code == 200, page
    assert "Amber works" not in client.get(query).content.decode()
    switch("sales", boss, on=True)
    assert "Amber works" in client.get(query).content.decode()


def test_roll_ups_of_it_are_gone_and_conditions_on_it_say_why_they_find_nothing(boss: Any, records: Any) -> None:
    rollup = {"relation": "deals", "measure": "count"}
    own = create_field("companies", label="Number of chances", kind="rollup", rollup=rollup, actor=actor_for(boss))
    tree = json.dumps({"none": [{"any": [{"relation": "deals", "has": "none"}]}]})
    pages = [f"/companies/?columns={own.key}", "/companies/columns/", f"/companies/?filter={tree}"]

    def shown() -> list[str]:
        return [signed_in(boss).get(page).content.decode() for page in pages]

    for told in shown()[:2]:
        assert "Number of chances" in told
    assert "Switched off" not in shown()[2]
    switch("sales", boss, on=False)
    for told in shown()[:2]:
        assert "Number of chances" not in told
    assert "Switched off: Sales." in shown()[2]
    assert "Switched off" not in signed_in(boss).get("/companies/").content.decode()
    assert own.key not in data_of(ApiClient(boss).get(f"/companies/{records['companies'].pk}"))
    switch("sales", boss, on=True)
    assert "Number of chances" in shown()[0]


def test_what_runs_in_nobodys_name_goes_on(boss: Any, records: Any) -> None:
    switch("sales", boss, on=False)
    assert system_actor().may("edit", "deals")
    assert not actor_for(boss).may("see", "deals")


def test_administrators_switch_by_the_page_and_nobody_else(boss: Any, anna: Any) -> None:
    client = signed_in(boss)
    page = client.get("/settings/modules/").content.decode()
    assert "Always on" in page
    assert "Switch off Sales" in page
    assert "Deals" in client.get("/").content.decode()
    answer = client.post("/settings/modules/sales/", follow=True).content.decode()
    assert "Its data stay" in answer
    assert "Switch on Sales" in answer
    assert 'href="/deals/"' not in answer
    assert "settings/pipelines" not in answer
    client.post("/settings/modules/contacts/")
    client.post("/settings/modules/nonsense/")
    assert modules.switched_off() == {"sales"}
    assert 'href="/deals/"' not in signed_in(anna).get("/").content.decode()
    assert signed_in(anna).get("/settings/modules/").status_code == 403
    assert signed_in(anna).post("/settings/modules/sales/", {"on": "1"}).status_code == 403
    client.post("/settings/modules/sales/", {"on": "1"})
    assert modules.switched_off() == frozenset()
    assert 'href="/deals/"' in signed_in(anna).get("/").content.decode()


def test_what_others_need_is_switched_off_after_them(boss: Any, monkeypatch: Any) -> None:
    from dataclasses import replace

    from jantar.engine.fields.errors import Invalid

    sales: Any = modules.find("sales")
    monkeypatch.setitem(modules._modules, "sales", replace(sales, needs=("communications",)))
    with pytest.raises(Invalid, match="Sales"):
        switch("communications", boss, on=False)
    switch("sales", boss, on=False)
    switch("communications", boss, on=False)
    with pytest.raises(Invalid, match="Communication"):
        switch("sales", boss, on=True)
    assert modules.switched_off() == {"sales", "communications"}


def test_it_costs_no_statement_more(boss: Any, records: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = signed_in(boss), []
    for on in (True, False):
        if not on:
            switch("communications", boss, on=False)
        client.get("/companies/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/companies/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_its_jobs_rest_and_pages_do_not_ask_for_its_parts(boss: Any, records: Any) -> None:
    from jantar.modules.communications.jobs import send_reminders
    from jantar.platform.jobs.models import State
    from jantar.platform.jobs.running import execute

    address = reverse("communications:reminders")
    assert address in signed_in(boss).get("/").content.decode()
    switch("communications", boss, on=False)
    assert address not in signed_in(boss).get("/").content.decode()
    run = send_reminders.later()
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert run.state == State.CANCELLED
    switch("communications", boss, on=True)
    run = send_reminders.later()
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert run.state == State.DONE
