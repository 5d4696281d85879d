"""The bell, the page of notifications and the button on the record page."""

from datetime import time

import pytest

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following.models import Kind, Notification, Preference, Watch
from jantar.engine.following.watching import watch_record
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.records import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva(db):
    return make_user("Eva", scope=Scope.ALL)


@pytest.fixture
def told(eva, actor, make_book):
    """A notification of Eva's about a book that Ada changed."""
    book = make_book("The Doll")
    watch_record(RecordKey("books", book.pk), actor=actor_for(eva))
    write.update(books, book.pk, {"pages": 650}, actor=actor)
    return Notification.objects.get(user=eva)


def test_the_shell_loads_the_bell_after_the_page(client):
    assert 'hx-get="/notifications/bell/"' in client.get("/books/").content.decode()


def test_the_bell_tells_how_many_are_unread(told, eva, client_of, client):
    assert "Notifications, 1 unread" in client_of(eva).get("/notifications/bell/").content.decode()
    assert "unread" not in client.get("/notifications/bell/").content.decode()


def test_the_page_lists_them_and_each_leads_to_its_record(told, eva, client_of):
    browser = client_of(eva)
    page = browser.get("/notifications/").content.decode()
    assert "The Doll" in page
    assert "Ada changed: pages" in page
    answer = browser.get(f"/notifications/{told.pk}/")
    assert answer.headers["Location"] == f"/books/{told.record_id}/"
    told.refresh_from_db()
    assert told.read_at is not None
    assert "Ada changed" not in browser.get("/notifications/?unread=1").content.decode()


def test_one_and_all_can_be_marked_as_read(told, eva, client_of, actor):
    browser = client_of(eva)
    answer = browser.post(f"/notifications/{told.pk}/read/")
    assert "data-unread" not in answer.content.decode()
    assert "notifications:changed" in answer.headers["HX-Trigger"]
    write.update(books, told.record_id, {"pages": 1}, actor=actor)
    assert browser.post("/notifications/read/").headers["Location"] == "/notifications/"
    assert not Notification.objects.filter(user=eva, read_at=None).exists()


def test_somebody_elses_notification_is_not_there(told, client):
    assert client.get(f"/notifications/{told.pk}/").status_code == 404
    assert client.post(f"/notifications/{told.pk}/read/").status_code == 404
    told.refresh_from_db()
    assert told.read_at is None


def test_the_page_goes_on_where_it_ended(told, eva, client_of, actor):
    for pages in range(31):
        write.update(books, told.record_id, {"pages": pages}, actor=actor)
    browser = client_of(eva)
    first = browser.get("/notifications/").content.decode()
    last = Notification.objects.filter(user=eva).order_by("-pk")[29]
    assert f"?before={last.pk}" in first
    assert browser.get(f"/notifications/?before={last.pk}").content.decode().count('class="told"') == 2


def test_a_record_is_watched_by_its_button(eva, client_of, make_book):
    book = make_book("The Doll")
    browser = client_of(eva)
    assert f'hx-post="/books/{book.pk}/watch/"' in browser.get(f"/books/{book.pk}/").content.decode()
    answer = browser.post(f"/books/{book.pk}/watch/")
    assert "Stop watching" in answer.content.decode()
    assert Watch.objects.get(user=eva).is_on
    assert f'hx-post="/books/{book.pk}/watch/?end=1"' in browser.get(f"/books/{book.pk}/").content.decode()
    browser.post(f"/books/{book.pk}/watch/?end=1")
    assert not Watch.objects.get(user=eva).is_on


def test_the_owner_watches_without_pressing(client, make_book):
    assert "Stop watching" in client.get(f"/books/{make_book('The Doll').pk}/").content.decode()


def test_a_record_one_may_not_see_cannot_be_watched(client_of, make_book):
    ida = make_user("Ida", scope=Scope.OWN)
    assert client_of(ida).post(f"/books/{make_book('The Doll').pk}/watch/").status_code == 404
    assert not Watch.objects.exists()


def test_how_one_is_told_is_chosen_in_the_account(eva, client_of):
    browser = client_of(eva)
    page = browser.get("/account/notifications/").content.decode()
    assert 'aria-current="page"' in page
    values = {f"way_{kind}": "daily" for kind in Kind}
    times = {"daily_hour": "6", "quiet_from": "20:00", "quiet_until": "07:00"}
    assert browser.post("/account/notifications/", values | times).status_code == 302
    preference = Preference.objects.get(pk=eva.pk)
    assert set(preference.ways.values()) == {"daily"}
    assert (preference.watches_own, preference.daily_hour) == (False, 6)
    assert (preference.quiet_from, preference.quiet_until) == (time(20), time(7))
    assert '<option value="6" selected>' in browser.get("/account/notifications/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"quiet_from": "20:00"}, "Fill in both times or none."),
        ({"quiet_from": "20:00", "quiet_until": "20:00"}, "The two times have to differ."),
        ({"quiet_from": "25:00", "quiet_until": "20:00"}, "Enter a valid time."),
        ({"daily_hour": "24"}, "Select a valid choice."),
        ({"way_changed": "pigeon"}, "Select a valid choice."),
    ],
)
def test_wrong_choices_are_refused_and_kept_in_the_form(eva, client_of, wrong, message):
    values = {f"way_{kind}": "now" for kind in Kind} | {"daily_hour": "6"} | wrong
    answer = client_of(eva).post("/account/notifications/", values)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "20:00" not in wrong.values() or "20:00" in answer.content.decode()
    assert not Preference.objects.exists()
