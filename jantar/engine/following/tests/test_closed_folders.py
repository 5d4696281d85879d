"""What lies in a closed folder is told to nobody who may not see it: not in the bell, not by mail, not as a number."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from jantar.engine.documents.services import attach
from jantar.engine.fields.errors import Invalid
from jantar.engine.following import reading
from jantar.engine.following.jobs import mail_notifications
from jantar.engine.following.models import Kind, Notification, Way
from jantar.engine.following.preferences import store_preference
from jantar.engine.following.watching import watch_record
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotFound
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.records import shelves
from jantar.engine.timeline import services
from jantar.engine.timeline.mentions import Mentions
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C27", "N11")]
documents, folders = registry.get("documents"), registry.get("folders")


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}


@pytest.fixture
def ada(db: None) -> Actor:
    """An administrator who wants to be mailed everything."""
    return wanting_mail(make_user("Ada", admin=True))


@pytest.fixture
def jan(db: None) -> Actor:
    return wanting_mail(make_user("Jan", scope=Scope.ALL))


@pytest.fixture
def eva(db: None) -> Actor:
    return actor_for(make_user("Eva", scope=Scope.ALL))


@pytest.fixture
def attic(ada: Actor, jan: Actor) -> Any:
    """Owned by the administrator, watched by Jan."""
    shelf = write.create(shelves, {"name": "Attic"}, actor=ada)
    watch_record(key_of(shelf), actor=jan)
    return shelf


@pytest.fixture
def private(eva: Actor, attic: Any) -> Any:
    return write.create(folders, {"name": "Salaries", "about": key_of(attic), "access": "private"}, actor=eva)


def wanting_mail(user: User) -> Actor:
    ways = dict.fromkeys(Kind, Way.NOW)
    store_preference(user.pk, ways=ways, watches_own=True, daily_hour=7, quiet=None)
    return actor_for(user)


def put(name: str, attic: Any, by: Actor, **values: Any) -> Any:
    return attach(io.BytesIO(b"Hello"), name, actor=by, about=key_of(attic), **values)


def do_jobs() -> None:
    JobRun.objects.update(run_at=None)
    run_waiting_jobs()


def nothing_told(*actors: Actor) -> None:
    mail_notifications.later()
    do_jobs()
    for actor in actors:
        assert (reading.unread(actor), reading.newest(actor, limit=50)) == (0, [])
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id or 0))
        for page in ("/notifications/", "/notifications/newest/"):
            assert "kryptonym" not in client.get(page).content.decode()
        for row in Notification.objects.filter(user=actor.user_id):
            assert client.get(f"/notifications/{row.pk}/").status_code == 404
    assert [one for one in mail.outbox if "kryptonym" in f"{one.subject} {one.body}"] == []


def test_a_document_put_into_it_is_not_told(attic: Any, private: Any, eva: Actor, ada: Actor, jan: Actor) -> None:
    put("kryptonym.txt", attic, eva, folder=private)
    nothing_told(ada, jan)
    put("open.txt", attic, eva)
    assert [one.sentence for one in reading.newest(jan, limit=5)] == ["Eva: File added: open.txt"]


def test_what_was_told_before_it_was_closed_is_told_no_more(
    attic: Any, private: Any, eva: Actor, ada: Actor, jan: Actor
) -> None:
    document = put("kryptonym.txt", attic, eva)
    watch_record(key_of(document), actor=jan)
    services.add_comment(document, text="kryptonym", actor=eva, mentions=Mentions(users=frozenset({jan.user_id or 0})))
    assert reading.unread(jan) > 0
    write.update(documents, document.pk, {"folder": private}, actor=eva)
    nothing_told(ada, jan)
    with pytest.raises(NotFound):
        watch_record(key_of(document), actor=ada)


def test_many_of_them_are_not_told_by_their_number(attic: Any, private: Any, eva: Actor, jan: Actor) -> None:
    rows = [put(f"kryptonym {n}.txt", attic, eva) for n in range(6)]
    for row in rows:
        watch_record(key_of(row), actor=jan)
    Notification.objects.all().delete()
    for row in rows:
        write.update(documents, row.pk, {"folder": private}, actor=eva)
    write.delete(documents, [row.pk for row in rows], actor=eva)
    nothing_told(jan)


def test_who_may_not_see_it_cannot_be_named_there(attic: Any, private: Any, eva: Actor, ada: Actor) -> None:
    document = put("kryptonym.txt", attic, eva, folder=private)
    with pytest.raises(Invalid, match="Ada may not see this record"):
        services.add_comment(document, text="@Ada", actor=eva, mentions=Mentions(users=frozenset({ada.user_id or 0})))
    nothing_told(ada)
