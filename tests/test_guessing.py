"""Guessing ids leads nowhere: every address with an id is asked for by somebody who may not know what has it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jantar.engine.history.models import Operation
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient
from jantar.engine.testing.samples import sample_record
from jantar.engine.timeline.models import Comment, Note
from jantar.engine.timeline.services import add_comment, add_note
from jantar.engine.transfer.models import ImportRun
from jantar.platform.accounts.models import ApiToken, User
from jantar.platform.jobs.models import JobRun
from jantar.platform.mail.models import SentMail

pytestmark = pytest.mark.django_db
SECRET = "Xylofonista"
NAMED = {"companies": "name", "people": "family_name", "deals": "name", "activities": "subject", "tasks": "title"}
TYPES = ("companies", "people", "deals", "activities", "tasks")


def addresses(patterns: Any = None, before: str = "") -> Iterator[str]:
    """All addresses that hold an id, such as "<record_type:type_name>/<int:pk>/edit/"."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern) and re.search("<(int|uuid):", route):
            yield route


PAGES = sorted(route for route in addresses() if not route.startswith(("api/", "ui/")))
OF_RECORDS = [
    route for route in PAGES if "<record_type:type_name>/<int:pk>/" in route and "fields/<record" not in route
]
OTHERS = [route for route in PAGES if route not in OF_RECORDS]
NAMES = {
    "<slug:key>": "note", "fields/<slug:name>": "fields/{title}", "parts/<slug:name>": "parts/{part}",
    "acts/<slug:name>": "acts/{act}", "<str:name>": "{related}",
}  # fmt: skip


@pytest.fixture
def anna() -> User:
    return make_user("Anna", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def jan() -> Client:
    client = Client()
    client.force_login(make_user("Jan", make_team("South"), scope=Scope.TEAM))
    return client


def filled(route: str, type_name: str, pk: int) -> str:
    record_type = registry.get(type_name)
    first = {
        "title": record_type.title,
        "part": next((part.name for part in record_type.parts), "none"),
        "act": next((act.name for act in record_type.actions), "none"),
        "related": next(iter(registry.relations(record_type)), "none"),
    }
    for name, value in NAMES.items():
        route = route.replace(name, value.format(**first))
    return "/" + route.replace("<record_type:type_name>", type_name).replace("<int:pk>", str(pk))


def test_there_are_such_addresses() -> None:
    assert len(OF_RECORDS) >= 12
    assert len(OTHERS) >= 20


@pytest.mark.parametrize("type_name", TYPES)
def test_records_of_another_team_are_nowhere(anna: User, jan: Client, type_name: str) -> None:
    actor, record_type = actor_for(anna), registry.get(type_name)
    record = sample_record(record_type, actor)
    write.update(record_type, record.pk, {NAMED[type_name]: SECRET}, actor=actor)
    before = record_type.model._base_manager.filter(pk=record.pk).values().get()
    for route in OF_RECORDS:
        address = filled(route, type_name, record.pk)
        for answer in (
            jan.get(address),
            jan.post(address, {"text": "x", "version": "1"}),
            jan.get(address, headers={"HX-Request": "true"}),
            jan.post(address, {"text": "x", "version": "1"}, headers={"HX-Request": "true"}),
        ):
            assert answer.status_code in (404, 405), address
            assert SECRET not in answer.content.decode()
    assert record_type.model._base_manager.filter(pk=record.pk).values().get() == before
    assert not Note.objects.exists()


@pytest.mark.parametrize("type_name", TYPES)
def test_records_of_another_team_are_not_in_the_api(anna: User, type_name: str) -> None:
    record = sample_record(registry.get(type_name), actor_for(anna))
    api = ApiClient(make_user("Jan", make_team("South"), scope=Scope.TEAM))
    known = {int: str(record.pk)}
    for path in (f"/{type_name}/{known[int]}{rest}" for rest in ("", "/history", "/timeline")):
        assert api.get(path).status_code == 404, path
    for method, path in (
        ("PATCH", ""), ("DELETE", ""), ("POST", "/restore"), ("POST", "/notes"), ("POST", "/comments"),
        *(("POST", f"/actions/{act.name}") for act in registry.get(type_name).actions),
    ):  # fmt: skip
        answer = api.send(
            method, f"/{type_name}/{record.pk}{path}", {"text": "x"} if path in ("/notes", "/comments") else {}
        )
        assert answer.status_code in (404, 405), (method, path)
    [operation] = Operation.objects.filter(changes__root_id=record.pk).distinct()[:1]
    assert api.post(f"/operations/{operation.pk}/undo").status_code in (403, 404)
    assert registry.get(type_name).visible_to(actor_for(anna)).filter(pk=record.pk).exists()


def test_what_belongs_to_a_colleague_is_not_found(anna: User, jan: Client) -> None:
    actor = actor_for(anna)
    record = sample_record(registry.get("companies"), actor)
    note, comment = add_note(record, text=SECRET, actor=actor), add_comment(record, text=SECRET, actor=actor)
    view = SavedView.objects.create(record_type="companies", owner=anna, name=SECRET)
    imported = ImportRun.objects.create(record_type="companies", created_by=anna, file_name=SECRET, plan={"rows": 0})
    job = JobRun.objects.create(owner=anna, kind="transfer.import", label=SECRET)
    mail = SentMail.objects.create(to=SECRET, subject=SECRET, body=SECRET)
    _row, token = ApiToken.issue(anna, SECRET)
    operation = Operation.objects.latest("pk")
    ids = {
        "notes/": note.pk, "comments/": comment.pk, "<record_type:type_name>/views/": view.pk, "import/": imported.pk,
        "jobs/": job.pk, "bulk/": job.pk, "settings/mail/": mail.pk, "account/tokens/": _row.pk,
        "operations/": operation.pk, "settings/users/": anna.pk, "settings/teams/": anna.teams.get().pk,
        "channels/": anna.teams.get().pk,
    }  # fmt: skip
    for route in OTHERS:
        pk = next((pk for start, pk in ids.items() if route.startswith(start)), 1)
        address = filled(route, "companies", pk).replace("<uuid:key>", "00000000-0000-0000-0000-000000000000")
        for answer in (jan.get(address), jan.post(address, {"text": "x", "name": "x"})):
            assert answer.status_code in (403, 404, 405), (address, answer.status_code)
            assert SECRET not in answer.content.decode(), address
    assert (Note.objects.get().text, Comment.objects.get().text) == (SECRET, SECRET)
    assert SavedView.objects.get(pk=view.pk).name == SECRET
    assert ApiToken.user_of(token) == anna
    operation.refresh_from_db()
    assert operation.undone_by_id is None
