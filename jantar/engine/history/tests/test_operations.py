"""Who listens hears of everything that was written, and of nothing that was not."""

from contextlib import suppress

import pytest

from jantar.engine.history import operations
from jantar.engine.history.models import Cause, Change
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.records import shelves


@pytest.mark.django_db
def test_who_listens_is_told_at_the_end_of_each_step_and_not_when_it_failed(monkeypatch) -> None:
    told: list[tuple[int, int]] = []
    listeners = [lambda done: told.append((done.pk, Change.objects.filter(operation=done).count()))]
    monkeypatch.setattr(operations, "_listeners", [(one, "true") for one in listeners])
    actor = actor_for(make_user("Ada", admin=True))
    with operations.operation(actor, Cause.PAGE) as opened:
        write.create(shelves, {"name": "Attic"}, actor=actor)
    with operations.continued(opened.pk):
        write.create(shelves, {"name": "Cellar"}, actor=actor)
    with suppress(ZeroDivisionError), operations.continued(opened.pk):
        write.create(shelves, {"name": "Roof"}, actor=actor)
        _ = 1 / 0
    assert told == [(opened.pk, 1), (opened.pk, 2)]


@pytest.mark.django_db
def test_who_has_nothing_to_do_is_not_told_and_costs_no_statement(monkeypatch, django_assert_num_queries) -> None:
    told: list[int] = []
    monkeypatch.setattr(operations, "_listeners", [(lambda done: told.append(done.pk), "1 = 2")])
    actor = actor_for(make_user("Ada", admin=True))
    with django_assert_num_queries(5), operations.operation(actor, Cause.PAGE):
        pass  # savepoint, the operation, its announcement, the end of it, release
    assert told == []
