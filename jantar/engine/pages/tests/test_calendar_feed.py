"""The calendar for other programs: whole, read-only, behind a secret that can be replaced and revoked."""

import re
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.utils import timezone

from jantar.engine.pages.models import CalendarFeed
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Role, Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]


@pytest.fixture
def ada(client):
    user = make_user("Ada", make_team("North"), scope=Scope.OWN)
    client.force_login(user)
    return user


@pytest.fixture
def lent():
    return (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)


def book(user, at, **values):
    return write.create(books, {"title": "Quo vadis; a novel, long", "lent_at": at, **values}, actor=actor_for(user))


def address(client):
    page = client.post("/account/calendar/renew/").content.decode()
    return re.search(r'value="http[^"]*(/calendar\.ics\?key=[^"]*)"', page).group(1)


def events(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def test_another_program_reads_the_calendar_without_signing_in(client, ada, lent, settings):
    settings.ADDRESS = "https://crm.example.com"
    mine = book(ada, lent, reading_time=90)
    path = address(client)
    client.logout()
    (event,) = events(client, path)
    assert str(event["SUMMARY"]) == "Quo vadis; a novel, long"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (lent, lent + timedelta(minutes=90))
    assert event.decoded("DTSTART").tzinfo is not None
    assert (str(event["UID"]), str(event["URL"])) == (
        f"books-{mine.pk}@crm.example.com", f"https://crm.example.com/books/{mine.pk}/",
    )  # fmt: skip
    write.update(books, mine.pk, {"lent_at": lent + timedelta(days=1)}, actor=actor_for(ada))
    (moved,) = events(client, path)
    assert (str(moved["UID"]), moved["SEQUENCE"]) == (f"books-{mine.pk}@crm.example.com", 2)


def test_only_the_digest_is_kept_and_the_address_is_shown_once(client, ada):
    path = address(client)
    key = path.rpartition("=")[2]
    assert len(key) >= 43
    assert key not in str(CalendarFeed.objects.values().get())
    assert key not in client.get("/account/calendar/").content.decode()


def test_a_replaced_and_a_revoked_address_no_longer_work(client, ada):
    old = address(client)
    new = address(client)
    assert [client.get(one).status_code for one in (old, new)] == [404, 200]
    client.post("/account/calendar/revoke/")
    assert client.get(new).status_code == 404
    assert client.get("/calendar.ics").status_code == 404
    assert client.post(new).status_code in (403, 405)


def test_who_left_or_lost_the_right_gives_nothing_away(client, ada, lent):
    book(ada, lent)
    path = address(client)
    Role.objects.all().delete()
    assert events(client, path) == []
    ada.is_active = False
    ada.save()
    assert client.get(path).status_code == 404


def test_only_what_is_mine_and_near_is_in_it(client, ada, lent):
    eva = make_user("Eva", make_team("South"), scope=Scope.ALL)
    book(eva, lent)
    book(ada, lent + timedelta(days=800))
    book(ada, lent - timedelta(days=100))
    assert events(client, address(client)) == []


def test_what_is_done_takes_no_time(client, ada, lent):
    book(ada, lent, published_on=date(2026, 1, 1))
    (event,) = events(client, address(client))
    assert (str(event["SUMMARY"]), str(event["TRANSP"])) == ("✓ Quo vadis; a novel, long", "TRANSPARENT")
    assert "DTEND" not in event
    assert event.decoded("DTSTAMP") <= datetime.now(UTC)
