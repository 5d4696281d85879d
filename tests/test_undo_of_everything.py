"""Whatever is done in a row, by whatever door: taken back in reverse order, every row of every table is as it was."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jantar.engine.history.models import Operation
from jantar.engine.records.undo import undo
from tests.undo_world import MERGED, Acts, World, done_in_one
from tests.whole_state import State, difference, state_of_all, tables

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C2", "N7")]

place = st.integers(0, 2)
places = st.lists(place, max_size=3, unique=True)
some = st.lists(place, min_size=1, max_size=2, unique=True)
city = st.sampled_from(["", "Brno", "Praha"])
mail = st.sampled_from(["", "a@jantar.example", "A@jantar.example"])
scope = st.sampled_from(["one", "following", "all"])
binned = st.sampled_from([*MERGED])
edits = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["X", "Y"]), "city": city, "email": mail, "tags": st.lists(city, max_size=2),
        "phone": st.sampled_from(["", "+420601111111", "+420601111119"]),
        "x_terms": st.sampled_from([None, "30", "60"]),
        "x_score": st.sampled_from([None, 2]), "description": city, "subject": st.just("S"), "all_day": st.booleans(),
    },
)  # fmt: skip


def act(name: str, *arguments: Any) -> Any:
    return st.tuples(st.just(name), st.tuples(*arguments))


acts = st.one_of(
    act("edit", st.sampled_from(["companies", "people", "deals", "activities", "documents", "lists"]), place, edits),
    act("refer", place, st.none() | place),
    act("parts", place, places),
    act("create", st.sampled_from(["companies", "people", "deals", "tasks", "folders", "lists"]), place),
    act("delete", binned, place),
    act("restore", binned, place),
    act("merge", binned, place, some),
    act("merge", st.sampled_from(["companies", "people"]), place, some),
    act("act", st.just("deals"), place, st.sampled_from(["win", "lose", "reopen"])),
    act("act", st.just("tasks"), place, st.sampled_from(["complete", "reopen"])),
    act("move_occurrence", place, st.sampled_from([1, 24]), scope),
    act("delete_occurrence", st.sampled_from(["activities", "tasks"]), place, scope),
    act("repeat", place, st.sampled_from(["", "FREQ=DAILY;COUNT=2", "FREQ=WEEKLY;COUNT=4"])),
    act("move_file", place, st.none() | place),
    act("move_folder", place, st.none() | place),
    act("close_folder", place, st.sampled_from(["open", "limited", "private"])),
    act("attach", place),
    act("add_version", place, st.integers(0, 2)),
    act("pick", st.integers(0, 1), places, st.booleans()),
    act("bulk_edit", st.just("companies"), st.just("city"), city, st.just("set"), st.booleans()),
    act("bulk_edit", st.just("people"), st.just("tags"), st.lists(city, max_size=2), st.sampled_from(["add", "remove"]),
        st.booleans()),
    act("bulk_delete", st.sampled_from(["companies", "tasks", "documents"]), st.booleans()),
    act("bulk_list", st.integers(0, 1), st.booleans(), st.booleans()),
    act("bring_in", st.sampled_from(["companies", "people"]), place, city, st.booleans()),
    act("undo", st.integers(0, 2)),
)  # fmt: skip


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}
    return World()


@settings(
    max_examples=15, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=st.lists(acts, min_size=1, max_size=8))
def test_everything_done_in_a_row_is_taken_back_to_the_last_row(world: World, steps: list[Any]) -> None:
    with transaction.atomic():
        names, acting = tables(), Acts(world)
        done: list[Done] = []
        for name, arguments in steps:
            before, last = state_of_all(names), newest()
            if done_in_one(partial(getattr(acting, name), *arguments)):
                made = Operation.objects.filter(pk__gt=last).order_by("-pk").values_list("pk", flat=True)
                done.append(Done((name, arguments), before, list(made)))
        take_back(world, names, done)
        transaction.set_rollback(True)


@dataclass
class Done:
    """An act, what everything was before it, and its operations, the newest first."""

    act: Any
    before: State
    operations: list[int]


def take_back(world: World, names: list[str], done: list[Done]) -> None:
    again: dict[int, int] = {}  # what was undone and done again is taken back by the operation that did it again
    for one in reversed(done):
        for pk in one.operations:
            undid = Operation.objects.filter(undone_by=pk).values_list("pk", flat=True).first()
            result = undo(again.get(pk, pk), actor=world.actor)
            assert result.conflicts == [], one.act
            if undid:
                again[undid] = result.operation_id
        assert difference(one.before, state_of_all(names)) == [], one.act


def newest() -> int:
    return Operation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
