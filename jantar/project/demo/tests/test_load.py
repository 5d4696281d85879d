"""The stored demo company: what each user sees, and whether history, links and money agree with it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import F, Q
from django.test import override_settings
from django.utils import timezone

from jantar.engine.history.models import Change, Operation
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.timeline.models import Entry
from jantar.modules.communications import services as communications
from jantar.modules.communications.today import my_tasks
from jantar.platform.accounts.models import Team, User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute
from jantar.project.demo import fill_demo
from jantar.project.demo.load import load_demo

TODAY = date(2026, 11, 22)
START = datetime(2024, 11, 20, tzinfo=UTC)
END = datetime(2026, 11, 22, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seconds(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[float]:
    """The demo company, stored once for the tests here that only read; gives the seconds it took."""
    folder = {"location": tmp_path_factory.mktemp("files")}
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}
    storages = override_settings(STORAGES={**settings.STORAGES, "default": place})
    with django_db_blocker.unblock(), transaction.atomic(), storages:
        started = monotonic()
        load_demo(TODAY)
        yield monotonic() - started
        transaction.set_rollback(True)


def actor(key: str) -> Actor:
    return actor_for(User.objects.get(email=f"{key}@demo.example"))


def model(label: str) -> Any:
    return apps.get_model(label)


def rows(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_it_is_stored_fast_even_beside_other_work(seconds: float) -> None:
    """About three seconds on a quiet machine."""
    assert seconds < 60


def test_the_four_users_can_sign_in(seconds: float) -> None:
    for key in ("admin", "manager", "anna", "jan"):
        assert authenticate(username=f"{key}@demo.example", password="demo") is not None
    assert User.objects.get(email="admin@demo.example").is_admin
    assert set(Team.objects.values_list("name", "parent__name")) == {
        ("Sales", None),
        ("Czechia and Slovakia", "Sales"),
        ("Hungary and Poland", "Sales"),
    }


def test_sellers_see_the_deals_of_their_team_and_the_manager_those_of_both(seconds: float) -> None:
    seen = {key: set(registry.get("deals").visible_to(actor(key)).values_list("pk", flat=True))
            for key in ("admin", "manager", "anna", "jan")}  # fmt: skip
    assert len(seen["admin"]) == len(seen["manager"]) == 250
    assert not seen["anna"] & seen["jan"]
    assert min(len(seen["anna"]), len(seen["jan"])) > 80


def test_sizes_of_what_the_administrator_sees(seconds: float) -> None:
    sizes = {name: registry.get(name).visible_to(actor("admin")).count()
             for name in ("companies", "people", "deals", "activities", "tasks")}  # fmt: skip
    assert sizes["companies"] == 301  # one is there twice
    assert (sizes["people"], sizes["deals"], sizes["tasks"]) == (901, 250, 223)
    assert sizes["activities"] > 4000  # meetings that come again are made ahead


def test_everybody_finds_work_on_the_first_page(seconds: float) -> None:
    for key in ("admin", "manager", "anna", "jan"):
        assert (my_tasks(actor(key)) or {}).get("rows"), key


def test_what_was_entered_twice_is_found(seconds: float) -> None:
    for name in ("companies", "people"):
        run = JobRun.objects.get(kind="duplicates.scan", arguments__type_name=name)
        execute(run.pk, aside=False)
        assert model("duplicates.Pair").objects.filter(record_type=name).exists(), name


def test_every_change_has_who_and_when_within_the_two_years(seconds: float) -> None:
    assert Change.objects.filter(operation=None).count() == 0
    now = Q(at__gte=timezone.now() - timedelta(hours=1))  # the examples are made as they are loaded
    assert not Operation.objects.exclude(Q(at__gte=START, at__lt=END) | now).exists()
    assert not Change.objects.exclude(now).exclude(at=F("operation__at")).exists()
    made = dict(rows("SELECT source, count(*) FROM history_change WHERE action = 'I' GROUP BY source"))
    for table, number in made.items():
        assert rows(f"SELECT count(*) FROM {table}") == [(number,)]
    assert made["contacts_party"] == 1202


def test_the_moves_of_a_deal_are_in_its_history(seconds: float) -> None:
    deal = model("sales.Deal").objects.filter(status="won").order_by("pk").first()
    moves = list(deal.stage_changes.order_by("at"))
    changes = Change.objects.filter(root="sales_deal", root_id=deal.pk, action="U").order_by("id")
    assert [change.after and change.after["stage_id"] for change in changes] == [move.to_stage_id for move in moves[1:]]
    assert [change.at for change in changes] == [move.at for move in moves[1:]]
    assert (deal.stage_id, deal.closed_at, deal.version) == (moves[-1].to_stage_id, moves[-1].at, len(moves))


def test_deals_agree_with_their_stages(seconds: float) -> None:
    deals = model("sales.Deal").objects
    assert not deals.exclude(status=F("stage__status"), pipeline=F("stage__pipeline")).exists()
    assert not deals.exclude(probability=F("stage__probability")).exists()
    assert not deals.filter(Q(status="open") ^ Q(closed_at=None)).exists()
    assert not deals.filter(Q(status="lost") ^ ~Q(loss_reason="")).exists()
    assert deals.values("pipeline").distinct().count() == 2
    assert deals.filter(amount_currency="PLN").exists()


def test_amounts_have_a_value_in_euros(seconds: float) -> None:
    deals = model("sales.Deal").objects
    assert not deals.filter(amount_base=None).exists()
    assert not deals.filter(amount_currency="EUR").exclude(amount_base=F("amount_value")).exists()
    deal = deals.filter(amount_currency="PLN").first()
    assert Decimal("0.22") < deal.amount_base / deal.amount_value < Decimal("0.25")


def test_activities_are_linked_as_the_write_path_links_them(seconds: float) -> None:
    activity = model("communications.Activity").objects.filter(links__record_type="deals").first()
    stored = {link.record for link in activity.links.all()}
    deal = model("sales.Deal").objects.get(pk=next(key.id for key in stored if key.type == "deals"))
    again = communications.log_activity(
        about=[deal],
        actor=actor("admin"),
        subject="x",
        participants=[{"person": row.person} for row in activity.participants.all()],
    )
    assert {link.record for link in again.links.all()} == stored
    assert key_of(deal.customer) in stored or deal.customer.kind == "company"


def places_of(entry: Any) -> set[tuple[str, int]]:
    return set(entry.places.values_list("record_type", "record_id"))


def test_moves_are_told_as_the_write_path_tells_them(seconds: float) -> None:
    deal = model("sales.Deal").objects.filter(stage_changes__from_stage__isnull=False, status="open").first()
    last = deal.stage_changes.order_by("-at").first()
    entries = Entry.objects.filter(kind="changed", source_type="deals", source_id=deal.pk)
    told = entries.order_by("-at").first()
    assert told is not None
    assert (told.at, told.actor_id) == (last.at, last.by_id)
    write.update(registry.get("deals"), deal.pk, {"stage": last.from_stage}, actor=actor("admin"))
    again = entries.order_by("-at").first()
    assert again is not None
    assert again.data == {"field": "stage", "old": last.to_stage_id, "new": last.from_stage_id}
    assert told.data == {"field": "stage", "old": last.from_stage_id, "new": last.to_stage_id}
    assert places_of(told) == places_of(again)


def test_timelines_hold_activities_tasks_moves_and_remarks(seconds: float) -> None:
    kinds = dict(rows("SELECT kind, count(*) FROM timeline_entry GROUP BY kind"))
    assert (kinds["activity"], kinds["task"]) == (model("communications.Activity").objects.count(), 223)
    assert kinds["comment"] + kinds["note"] == 362
    assert kinds["changed"] == model("sales.StageChange").objects.exclude(from_stage=None).count()
    assert not Entry.objects.exclude(at__gte=START).exists()


def test_private_notes_are_seen_by_their_author_and_readers_only(seconds: float) -> None:
    notes = model("timeline.Note").objects
    shared = notes.filter(shares__user__email="manager@demo.example")
    assert set(notes.visible_to(actor("manager"))) == set(shared) | set(
        notes.filter(author__email="manager@demo.example")
    )
    assert shared.exists()
    assert not notes.visible_to(actor("admin")).exists()


def test_contact_points_and_main_columns_agree(seconds: float) -> None:
    party = model("contacts.Party").objects.order_by("pk").first()
    points = {point.kind: point.value for point in party.contact_points.all()}
    assert points == {"email": party.email, "phone": party.phone, "web": party.website}


def test_hungarian_names_begin_with_the_family_name(seconds: float) -> None:
    person = model("contacts.Person").objects.filter(language="hu", title_before="", title_after="").first()
    assert person.name == f"{person.family_name} {person.given_name}"


def test_a_second_call_stores_nothing_and_tells_the_sign_ins(seconds: float) -> None:
    before = User.objects.count(), Operation.objects.count()
    sign_ins = fill_demo()
    assert sign_ins[0] == "Sign in as anna@demo.example with the password demo (Anna Kovářová, salesperson)"
    assert [line.split()[3].partition("@")[0] for line in sign_ins] == ["anna", "jan", "manager", "admin"]
    assert (User.objects.count(), Operation.objects.count()) == before


def test_the_first_pages_show_what_the_engine_can_do(seconds: float) -> None:
    anna, admin = actor("anna"), actor("admin")
    assert model("lists.Member").objects.count() == 14
    assert [one.name for one in model("pages.SavedView").objects.all()] == ["My next steps this week"]
    assert [one["label"] for one in User.objects.get(email="anna@demo.example").pins] == [
        "My next steps this week", "Invitations to the open day",
    ]  # fmt: skip
    assert {one.label for one in model("fields.CustomField").objects.all()} == {
        "Partner since", "Value of won deals", "Likely amount",
    }  # fmt: skip
    assert model("documents.Version").objects.count() == 4
    assert registry.get("documents").visible_to(anna).count() == 2
    assert registry.get("documents").visible_to(admin).count() == 2
    assert registry.get("documents").visible_to(actor("manager")).count() == 3
    again = model("communications.Activity").objects.exclude(series=None)
    assert again.values("subject").distinct().count() == 2
    assert model("following.Notification").objects.filter(user_id=anna.user_id).exists()
