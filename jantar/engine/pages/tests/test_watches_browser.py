"""Watching a date and a view as a user does it, and what the bell says of it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.following import looking, moving, reminding
from jantar.engine.following.models import DateMove, DateWatch, ViewWatch
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import OpenPage, accessibility_faults
from jantar.engine.testing.fake.records import books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C33")]


@pytest.fixture
def ada() -> Any:
    return actor_for(make_user("Ada", admin=True))


@pytest.fixture
def eva() -> Any:
    """Reads Hungarian."""
    eva = make_user("Eva", scope=Scope.ALL)
    eva.language = "hu"
    eva.save()
    return eva


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_date_is_watched_and_told_of(open_page: OpenPage, ada: Any, eva: Any, width: int, scheme: str) -> None:
    book = write.create(books, {"title": "Quo vadis", "published_on": date(2030, 5, 15)}, actor=ada)
    page = open_page(eva, f"/books/{book.pk}/", viewport={"width": width, "height": 800}, color_scheme=scheme)
    bell = page.locator("#watch-published_on").get_by_role("link")
    expect(bell).to_have_accessible_name("Emlékeztetés: published")
    bell.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Nappal előtte").fill("sok")
    dialog.get_by_role("button", name="Emlékeztetés", exact=True).click()
    expect(dialog.get_by_text("Egész számok vesszővel elválasztva")).to_be_visible()
    assert accessibility_faults(page) == []
    dialog.get_by_role("textbox", name="Nappal előtte").fill("5, 1")
    dialog.get_by_role("button", name="Emlékeztetés", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(bell).to_have_accessible_name("Emlékeztetés bekapcsolva: published")
    write.update(books, book.pk, {"published_on": date(2030, 5, 22)}, actor=ada)
    moving.tell_step(list(DateMove.objects.values_list("pk", flat=True)))
    reminding.remind_of_dates(datetime(2030, 5, 17, 8, 30, tzinfo=ZoneInfo("Europe/Prague")))
    page.goto("/notifications/")
    expect(page.locator(".told")).to_have_count(2)
    assert accessibility_faults(page) == []
    page.goto("/account/watches/")
    expect(page.get_by_text("Published: 5 nappal előtte, 1 nappal előtte, ha változik")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Emlékeztetés leállítása Quo vadis").click()
    expect(page.get_by_text("Még semmit sem követ")).to_be_visible()
    assert not DateWatch.objects.exists()


def test_a_view_is_watched_and_says_what_came_in(open_page: OpenPage, ada: Any, eva: Any) -> None:
    book = write.create(books, {"title": "Quo vadis", "lent": True}, actor=ada)
    page = open_page(eva, "/books/?view=here")
    page.get_by_role("button", name="In the library").click()
    page.get_by_role("menuitem", name="Nézet követése").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Követés", exact=True)).to_be_visible()
    assert accessibility_faults(page) == []
    dialog.get_by_role("button", name="Követés", exact=True).click()
    expect(dialog).to_be_hidden()
    [watch] = ViewWatch.objects.all()
    looking.look(watch.pk, timezone.now())
    write.update(books, book.pk, {"lent": False}, actor=ada)
    looking.look(watch.pk, timezone.now() + timedelta(minutes=5))
    page.goto("/notifications/")
    expect(page.get_by_text("Bekerült a(z) „In the library” nézetbe")).to_be_visible()
    page.goto("/account/watches/")
    page.get_by_role("button", name="Követés leállítása In the library").click()
    expect(page.get_by_text("Még semmit sem követ")).to_be_visible()
