"""The values of a deleted field stay for 30 days; then they are removed from the records at night."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jantar.engine.fields.models import CustomField
from jantar.engine.fields.services import create_custom_field, find_custom_field, retire_custom_field
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import system_actor
from jantar.engine.records import custom_fields, write
from jantar.engine.records.custom_fields import revive_field
from jantar.engine.records.jobs import remove_values
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_actor
from jantar.engine.testing.fake.models import Book
from jantar.platform.jobs.models import JobRun, State
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
books = registry.get("books")


@pytest.fixture
def field() -> CustomField:
    """A deleted field with a value in three books, beside one that is in use."""
    made = [create_custom_field(record_type="books", label=label, kind="text", actor=system_actor()) for label in "AB"]
    for number in range(3):
        values = {"title": f"Book {number}", "x_a": f"A {number}", "x_b": f"B {number}"}
        write.create(books, values, actor=system_actor())
    write.create(books, {"title": "Without"}, actor=system_actor())
    return retire_custom_field(made[0].pk, record_type="books", actor=system_actor())


def deleted(field: CustomField, days: int) -> None:
    CustomField.objects.filter(pk=field.pk).update(retired_at=timezone.now() - timedelta(days=days))


def at_night() -> None:
    run = remove_values.later()
    run_waiting_jobs()
    assert JobRun.objects.get(pk=run.pk).state == State.DONE


def custom() -> list[Any]:
    return list(Book.objects.order_by("pk").values_list("custom", flat=True))


def test_values_stay_for_thirty_days_and_come_back(field: CustomField) -> None:
    before = custom()
    deleted(field, 29)
    at_night()
    assert custom() == before
    assert revive_field(field, actor=system_actor()).retired_at is None


def test_then_they_are_removed_and_nothing_else(field: CustomField, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom_fields, "BATCH", 2)
    deleted(field, 31)
    at_night()
    assert custom() == [{"x_b": "B 0"}, {"x_b": "B 1"}, {"x_b": "B 2"}, {}]
    assert find_custom_field("books", "x_a") is None
    with pytest.raises(CustomField.DoesNotExist):
        revive_field(field, actor=system_actor())
    operations = Operation.objects.count()
    at_night()
    assert Operation.objects.count() == operations


def test_a_label_that_is_free_again_gets_a_key_of_its_own(field: CustomField) -> None:
    deleted(field, 31)
    at_night()
    again = create_custom_field(record_type="books", label="A", kind="integer", actor=system_actor())
    assert again.key == "x_a_2"


def test_the_removal_is_in_the_history_and_can_be_undone(field: CustomField) -> None:
    before = custom()
    deleted(field, 31)
    at_night()
    removal = Operation.objects.order_by("pk").last()
    assert removal
    assert removal.label == "Values of the deleted field “A” removed"
    undo(removal.pk, actor=make_actor(admin=True))
    assert custom() == before


def test_a_field_restored_while_its_values_are_being_removed_keeps_the_rest(field: CustomField) -> None:
    deleted(field, 31)
    CustomField.objects.filter(pk=field.pk).update(retired_at=None)
    assert custom_fields.remove_some(field.pk) == (0, False)
    assert len([one for one in custom() if "x_a" in one]) == 3
