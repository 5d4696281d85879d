"""Synthetic data hangs together, is the same for the same seed, and the same whichever way it is stored."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count, F, Q
from stdnum.cz import dic

from jantar.engine.history.models import Change, Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.database import tracked_tables
from jantar.engine.records.registry import registry
from jantar.platform.accounts.models import User
from jantar.project.cli import main
from jantar.project.seed.run import Sizes, seed_database
from jantar.project.seed.state import prepare

TODAY = date(2026, 11, 22)
SIZES = Sizes(people=200, companies=60, deals=80, entries=400)

pytestmark = pytest.mark.django_db


def model(label: str) -> Any:
    return apps.get_model(label)


def rows(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def stored() -> dict[str, Any]:
    """Everything that was stored, without the ids of parts, which come from sequences."""
    found = {
        one.table: rows(f"SELECT (to_jsonb(t) - 'id')::text FROM {one.table} t ORDER BY 1") for one in tracked_tables()
    }
    found["history"] = rows(
        "SELECT source, root, root_id, action, before, after FROM history_change ORDER BY 1, 2, 3, 4"
    )
    found["search"] = rows("SELECT to_jsonb(e)::text FROM search_entry e ORDER BY 1")
    found["words"] = rows("SELECT DISTINCT word FROM search_word ORDER BY 1")
    found["timeline"] = rows(
        "SELECT e.kind, e.at, e.actor_id, e.source_type, e.data, p.record_type, p.record_id, p.at, p.kind "
        "FROM timeline_entry e JOIN timeline_place p ON p.entry_id = e.id ORDER BY 1, 2, 3, 4, 5, 6, 7"
    )
    found["operations"] = rows("SELECT cause, label FROM history_operation")
    return found


def structure() -> Any:
    return rows(
        "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE conrelid > 0 "
        "UNION ALL SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), '' FROM pg_index "
        "UNION ALL SELECT tgrelid::regclass::text, tgname::text, tgenabled::text "
        "FROM pg_trigger WHERE NOT tgisinternal "
        "ORDER BY 1, 2, 3"
    )


def seeded(lift: bool, seed: int = 1) -> dict[str, Any]:
    """What is stored by seeding an empty database; nothing stays."""
    with transaction.atomic():
        seed_database(SIZES, seed=seed, today=TODAY, lift=lift)
        found = stored()
        transaction.set_rollback(True)
    return found


def test_data_history_and_search_are_the_same_with_and_without_triggers() -> None:
    prepare(1, TODAY)
    slow, fast = seeded(lift=False), seeded(lift=True)
    assert len(slow["contacts_party"]) == 260
    assert len(slow["history"]) > 2_000
    assert len(slow["search"]) == 60 + 200 + 80 + 400 + 16
    assert {row[0] for row in slow["timeline"]} == {"activity", "task", "task_done", "changed"}
    for table, content in slow.items():
        assert fast[table] == content, table


def test_lifting_leaves_tables_as_they_were() -> None:
    prepare(1, TODAY)
    before = structure()
    seed_database(SIZES, today=TODAY, lift=True)
    assert structure() == before
    assert Change.objects.filter(operation=None).count() == 0
    model("contacts.Party").objects.filter(kind="company").update(industry="x")
    assert Change.objects.filter(action="U").count() == 60


def test_equal_seeds_give_equal_data_and_others_do_not() -> None:
    prepare(1, TODAY)
    first = seeded(lift=True)
    assert seeded(lift=True) == first
    assert seeded(lift=True, seed=2)["contacts_party"] != first["contacts_party"]


def test_a_second_run_adds_to_the_first() -> None:
    seed_database(SIZES, today=TODAY)
    seed_database(SIZES, seed=2, today=TODAY)
    assert registry.get("people").model.objects.count() == 400
    assert Operation.objects.filter(label="Synthetic data").count() == 2
    assert User.objects.count() == 20


def test_seeded_records_hang_together() -> None:
    seed_database(SIZES, today=TODAY)
    deals, activities = model("sales.Deal").objects, model("communications.Activity").objects
    assert not deals.exclude(status=F("stage__status"), pipeline=F("stage__pipeline")).exists()
    assert not deals.exclude(probability=F("stage__probability")).exists()
    assert not deals.filter(Q(status="open") ^ Q(closed_at=None)).exists()
    assert not deals.filter(Q(status="lost") ^ ~Q(loss_reason="")).exists()
    assert not deals.filter(amount_base=None).exists()
    assert not deals.annotate(moves=Count("stage_changes")).exclude(moves=F("version")).exists()
    assert activities.count() == 400
    assert not activities.filter(links=None).exists()
    assert not activities.exclude(owner=F("created_by")).exists()
    assert model("communications.Task").objects.filter(done_at=None).exists()
    for company in model("contacts.Company").objects.filter(country__in=["CZ", "SK"]):
        assert dic.validate(company.registration_number) == company.registration_number
    person = model("contacts.Person").objects.exclude(company=None).first()
    assert {point.kind: point.value for point in person.contact_points.all()} == {
        "email": person.email,
        "phone": person.phone,
    }


def test_the_first_person_is_a_busy_one_and_sellers_see_their_team_only() -> None:
    seed_database(SIZES, today=TODAY)
    first = model("contacts.Person").objects.order_by("pk").first()
    assert first.pk in model("communications.ActivityLink").objects.filter(record_type="people").values_list(
        "record_id", flat=True
    )
    seller = actor_for(User.objects.get(email="seller01@seed.example"))
    seen = registry.get("deals").visible_to(seller)
    assert 0 < seen.count() < 80
    assert set(seen.values_list("team", flat=True)) == set(seller.teams)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["seed"], "Say how many"),
        (["seed", "--people", "5", "--deals", "5"], "Deals need companies"),
        (["seed", "--companies", "5", "--entries", "5"], "Entries need people"),
    ],
)
def test_the_command_says_what_is_missing(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
