"""Lists in groups by the day, week, month, quarter or year of a date."""

import re
from datetime import UTC, date, datetime

import pytest

from jantar.engine.fields.services import create_custom_field
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import actor_for
from jantar.engine.testing.actors import make_user

pytestmark = pytest.mark.capability("C108")


def text_of(response):
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


@pytest.fixture
def dated(make_book):
    make_book("New year's eve", price="5", published_on=date(2025, 12, 31))
    make_book("New year", price="7", published_on=date(2026, 1, 1))
    make_book("March", price="1", published_on=date(2026, 3, 31))
    make_book("Undated")


@pytest.mark.parametrize(
    ("unit", "heads"),
    [
        ("day", ["31 Dec 2025 1", "1 Jan 2026 1", "31 Mar 2026 1"]),
        ("week", ["Week 1, 2026 2", "Week 14, 2026 1"]),
        ("month", ["December 2025 1", "January 2026 1", "March 2026 1"]),
        ("quarter", ["Q4 2025 1", "Q1 2026 2"]),
        ("year", ["2025 1", "2026 2"]),
    ],
)
def test_heads_stand_in_the_order_of_time_with_counts(client, dated, unit, heads):
    page = client.get(f"/books/?by=published_on:{unit}").content.decode()
    found = re.findall(r"<span>([^<]*)</span> <span class=\"count\">([^<]*)</span></button>", page)
    assert [f"{label} {count}" for label, count in found] == [*heads, "Without a value 1"]


def test_sums_stand_in_the_heads_and_rows_in_their_groups(client, dated):
    assert "Q1 2026 2 EUR 8.00" in text_of(client.get("/books/?by=published_on:quarter"))
    rows = text_of(client.get("/books/group/?by=published_on:quarter&of=2026-01-01&sort=title"))
    assert "March" in rows
    assert "New year " in rows
    assert "eve" not in rows
    assert "Undated" in text_of(client.get("/books/group/?by=published_on:quarter&of="))


def test_a_moment_belongs_to_the_day_of_the_readers_time_zone(client_of, make_book):
    make_book("Late", lent_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    prague, utc = make_user("Eva", admin=True), make_user("Ulf", admin=True)
    prague.time_zone, utc.time_zone = "Europe/Prague", "UTC"
    for user, month, key in ((prague, "July 2026", "2026-07-01"), (utc, "June 2026", "2026-06-01")):
        user.save()
        page = client_of(user).get("/books/?by=lent_at:month")
        assert f"{month} 1" in text_of(page)
        assert "Late" in text_of(client_of(user).get(f"/books/group/?by=lent_at:month&of={key}"))


def test_a_custom_date_groups_like_a_column(client, ada, make_book):
    one = create_custom_field(record_type="books", label="Due", kind="date", actor=actor_for(ada))
    make_book("A", by=actor_for(ada), **{one.key: date(2026, 2, 3)})
    assert "February 2026 1" in text_of(client.get(f"/books/?by={one.key}:month"))
    assert "A" in text_of(client.get(f"/books/group/?by={one.key}:month&of=2026-02-01"))


def test_the_menu_offers_dates_by_month_and_then_the_other_units(client, dated):
    assert 'href="/books/?by=published_on:month"' in client.get("/books/").content.decode()
    page = client.get("/books/?by=published_on:year").content.decode()
    assert 'href="/books/?by=published_on:week"' in page
    assert "By year" in page


def test_a_view_keeps_the_period(client, dated, ada):
    client.post("/books/views/new/", {"state": "by=published_on:week", "name": "Weeks", "audience": "private"})
    view = SavedView.objects.get(name="Weeks")
    assert view.grouped_by == "published_on:week"
    assert "Week 14, 2026 1" in text_of(client.get(f"/books/?view={view.pk}"))


@pytest.mark.parametrize("by", ["published_on", "published_on:", "published_on:hour", "genre:month", ":month"])
def test_what_is_no_period_is_refused(client, by):
    assert client.get(f"/books/?by={by}").status_code == 400


@pytest.mark.parametrize("by", ["published_on", "lent_at"])
@pytest.mark.parametrize("of", ["x", "2026-13-01", "9999-12-31", "0001-01-01"])
def test_a_wrong_group_is_refused_or_empty(client, dated, by, of):
    answer = client.get(f"/books/group/?by={by}:year&of={of}")
    assert answer.status_code in (200, 400)
    assert "<tr data" not in answer.content.decode()
