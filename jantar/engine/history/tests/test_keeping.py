"""Old changes are deleted in bounded steps; what can be undone stays, and no past with holes is shown."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from jantar.engine.history import keeping
from jantar.engine.history.jobs import delete_old_history
from jantar.engine.history.models import Change
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.past import moment_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_user
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.settings.models import Workspace

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N8")]
companies = registry.get("companies")


@pytest.fixture
def old():
    """Ten changes, one for each of the last ten years; another of just now."""
    actor = make_actor("Ada", admin=True)
    pk = write.create(companies, {"name": "Amber"}, actor=actor).pk
    for number in range(9):
        write.update(companies, pk, {"employees": number}, actor=actor)
    for years, change in zip(range(10, 0, -1), Change.objects.order_by("pk").values_list("pk", flat=True), strict=True):
        Change.objects.filter(pk=change).update(at=F("at") - timedelta(days=years * 366))
    write.update(companies, pk, {"employees": 100}, actor=actor)
    return actor


def left():
    return Change.objects.count()


def test_nothing_is_deleted_unless_it_is_asked_for(old):
    delete_old_history.later()
    run_waiting_jobs()
    assert (left(), keeping.kept_since()) == (11, None)
    assert moment_of("1999-01-01", old).year == 1999


def test_what_is_older_is_deleted_in_steps_and_can_not_be_looked_at(old, monkeypatch):
    Workspace.get()
    Workspace.objects.update(history_months=36)
    monkeypatch.setattr(keeping.delete_some, "__defaults__", (3,))
    delete_old_history.later()
    run_waiting_jobs()
    kept = timezone.now() - timedelta(days=36 * 31)
    assert left() == 4
    assert not Change.objects.filter(at__lt=kept).exists()
    assert abs((keeping.kept_since() or kept) - kept) < timedelta(minutes=5)
    with pytest.raises(BadQuery) as refused:
        moment_of((kept - timedelta(days=2)).date().isoformat(), old)
    assert "The history is kept since" in refused.value.message
    assert moment_of((kept + timedelta(days=2)).date().isoformat(), old)
    Workspace.objects.update(history_months=None)
    delete_old_history.later()
    run_waiting_jobs()
    assert left() == 4
    with pytest.raises(BadQuery):
        moment_of((kept - timedelta(days=2)).date().isoformat(), old)


def test_a_step_is_bounded_and_leaves_what_can_be_undone(old):
    soon = timezone.now() - timedelta(days=keeping.LEAST_DAYS)
    assert keeping.delete_some(soon, 4) == (4, True)
    assert keeping.delete_some(soon, 4) == (4, True)
    assert keeping.delete_some(soon, 4) == (2, False)
    assert keeping.delete_some(soon, 4) == (0, False)
    assert left() == 1


def test_an_administrator_says_how_long():
    client = Client()
    client.force_login(make_user("Ada", admin=True))
    page = client.get("/settings/company/").content.decode()
    assert "Keep the history for" in page
    assert (
        client.post("/settings/company/", {"name": "A", "base_currency": "EUR", "history_months": "60"}).status_code
        == 302
    )
    assert Workspace.get().history_months == 60
    assert (
        client.post("/settings/company/", {"name": "A", "base_currency": "EUR", "history_months": ""}).status_code
        == 302
    )
    assert Workspace.get().history_months is None
    refused = client.post("/settings/company/", {"name": "A", "base_currency": "EUR", "history_months": "1"})
    assert refused.status_code == 422
