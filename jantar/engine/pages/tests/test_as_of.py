"""Lists, boards and record pages as they stood."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.past import moment_of
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_user
from jantar.engine.testing.fake.records import books, shelves

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N8")]
NOON = (datetime.now(UTC) - timedelta(days=10)).strftime("%Y-%m-%dT12:00:00Z")


def earlier(days):
    """What was recorded just now happened so many days ago."""
    recent = Change.objects.filter(at__gt=datetime.now(UTC) - timedelta(hours=1))
    recent.update(at=F("at") - timedelta(days=days))


@pytest.fixture
def story(actor, make_book):
    """Before noon: A on the shelf Attic, novel, 10 euros, two copies; B. Since: everything changed."""
    shelf = write.create(shelves, {"name": "Attic"}, actor=actor)
    copies = [{"number": "1", "is_main": True}, {"number": "2"}]
    a = make_book("A", price="10", shelf=shelf, genre="novel", copies=copies, summary="then")
    b = make_book("B", price="5", genre="law")
    earlier(20)
    write.update(shelves, shelf.pk, {"name": "Cellar"}, actor=actor)
    write.update(books, a.pk, {"title": "A2", "price": None, "shelf": None, "genre": "law", "copies": []}, actor=actor)
    write.delete(books, [b.pk], actor=actor)
    earlier(5)
    make_book("C", price="100")
    return a, b, shelf


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_record_page_shows_values_parts_and_titles_of_then(client, story):
    a, b, shelf = story
    html = page(client, f"/books/{a.pk}/?as_of={NOON}")
    assert '<h1 id="record-title">A</h1>' in html
    assert "As it stood on" in html
    facts = {name: re.sub("<[^>]*>", "", value).strip() for name, value in re.findall(
        r'<dd id="fact-(\w+)">(.*?)</dd>', html, re.DOTALL)}  # fmt: skip
    assert (facts["shelf"], facts["genre"], facts["summary"]) == ("Attic", "Novel", "then")
    assert re.sub(r"\s", " ", facts["price"]) == "EUR 10.00"
    assert html.count('<span class="cell-text">') == 2
    assert f'href="/shelves/{shelf.pk}/?as_of={NOON}"' in html
    assert '<h1 id="record-title">B</h1>' in page(client, f"/books/{b.pk}/?as_of={NOON}")
    later = write_pk(client)
    page(client, f"/books/{later}/?as_of={NOON}", 404)
    assert "Attic" in page(client, f"/shelves/{shelf.pk}/?as_of={NOON}")


def write_pk(client):
    return books.model.objects.get(title="C").pk


def test_nothing_can_be_changed_and_every_way_on_keeps_the_moment(client, story):
    a, _b, _shelf = story
    for address in (f"/books/{a.pk}/", "/books/", "/books/board/"):
        html = page(client, f"{address}?as_of={NOON}")
        content = html[html.index('class="banner as-of-banner"') :]
        assert "inline-edit" not in content
        assert "hx-post" not in re.sub(r'<form hx-post="/books/views.*?</form>', "", content, flags=re.DOTALL).split(
            "</main>")[0]  # fmt: skip
        ways = re.findall(r'(?:href|hx-get)="(/books/(?:\d+/|board/)?(?:\?[^"]*)?)"', html)
        assert ways
        back = [one for one in ways if "as_of" not in one]
        assert back == [address], back
    refused = client.post(f"/books/{a.pk}/?as_of={NOON}", {})
    assert refused.status_code == 403


def test_lists_filter_sort_count_and_add_up_what_was(client, story):
    html = page(client, f"/books/?as_of={NOON}&sort=-title&sums=price")
    assert re.findall(r'<td class="cell-title"><a href="/books/\d+/[^"]*">(\w+)</a>', html) == ["B", "A"]
    assert "Attic" in html
    assert 'class="filter-search"' not in html
    assert "15" in page(client, f"/books/sums/?as_of={NOON}&sums=price")
    tree = '{"field":"genre","op":"is","value":"law"}'
    assert re.findall(
        r'td class="cell-title"><a [^>]*>(\w+)<', page(client, f"/books/?as_of={NOON}&filter={tree}")
    ) == ["B"]
    tree = '{"relation":"copies","has":"at_least","count":2}'
    assert re.findall(
        r'td class="cell-title"><a [^>]*>(\w+)<', page(client, f"/books/?as_of={NOON}&filter={tree}")
    ) == ["A"]
    tree = '{"field":"shelf.name","op":"is","value":"Attic"}'
    assert re.findall(
        r'td class="cell-title"><a [^>]*>(\w+)<', page(client, f"/books/?as_of={NOON}&filter={tree}")
    ) == ["A"]
    assert ">2<" in page(client, f"/books/count/?as_of={NOON}")
    grouped = page(client, f"/books/?as_of={NOON}&by=genre")
    assert set(re.findall(r'aria-controls="group-\d+".*?<span>(\w+)</span>', grouped, re.DOTALL)) == {"Law", "Novel"}
    assert "The past can’t be searched" in page(client, f"/books/?as_of={NOON}&search=A", 400).replace("&#x27;", "’")


def test_a_board_shows_cards_and_sums_of_then(client, story):
    page(client, f"/books/board/?as_of={NOON}")
    column = page(client, f"/books/board/column/?as_of={NOON}&place=board&column=novel")
    assert ">A</a>" in re.sub(r"\s+", "", column)
    assert "10" in column
    assert ">A2" not in page(client, f"/books/board/column/?as_of={NOON}&place=board&column=law")


def test_what_came_later_is_neither_in_the_history_nor_on_the_timeline(client, story):
    a, _b, shelf = story
    html = page(client, f"/books/{a.pk}/history/?as_of={NOON}")
    assert "A2" not in html
    assert html.count('class="timeline-item"') == 1
    assert "timeline" in page(client, f"/books/{a.pk}/timeline/?as_of={NOON}")
    related = page(client, f"/shelves/{shelf.pk}/related/books/?as_of={NOON}")
    assert re.findall(r'<a href="/books/\d+/\?as_of=[^"]*">(\w+)</a>', related) == ["A"]


@pytest.mark.capability("C110")
def test_rights_are_those_of_today(client_of, actor):
    ann, ben = make_user("Ann", scope=Scope.OWN), make_user("Ben", scope=Scope.OWN)
    shelf = write.create(shelves, {"name": "Secret", "owner": ben}, actor=actor)
    book = write.create(books, {"title": "Passed on", "owner": ann, "shelf": shelf}, actor=actor)
    erased = write.create(books, {"title": "Erased", "owner": ann}, actor=actor)
    earlier(20)
    write.update(books, book.pk, {"owner": ben}, actor=actor)
    books.model.objects.filter(pk=erased.pk).delete()
    write.update(shelves, shelf.pk, {"owner": ann}, actor=actor)
    of_ann, of_ben = client_of(ann), client_of(ben)
    page(of_ann, f"/books/{book.pk}/?as_of={NOON}", 404)
    assert "Passed on" not in page(of_ann, f"/books/?as_of={NOON}")
    html = page(of_ben, f"/books/{book.pk}/?as_of={NOON}")
    assert "Passed on" in html
    assert "Secret" not in html
    assert "(not visible to you)" in html
    assert "Secret" not in page(of_ben, f"/books/?as_of={NOON}")
    assert "Erased" not in page(of_ann, f"/books/?as_of={NOON}")


@pytest.mark.capability("C110")
def test_a_document_in_a_folder_that_is_closed_today_is_not_told_of_the_past(client_of, actor):
    folders = registry.get("folders")
    ann, eva = make_user("Ann", scope=Scope.ALL), make_user("Eva", scope=Scope.ALL)
    folder = write.create(folders, {"name": "Wages"}, actor=actor_for(eva))
    earlier(20)
    assert "Wages" in page(client_of(ann), f"/folders/?as_of={NOON}")
    write.update(folders, folder.pk, {"access": "private"}, actor=actor_for(eva))
    for one in (ann, make_user("Chief", admin=True)):
        assert "Wages" not in page(client_of(one), f"/folders/?as_of={NOON}")
        page(client_of(one), f"/folders/{folder.pk}/?as_of={NOON}", 404)
    assert "Wages" in page(client_of(eva), f"/folders/?as_of={NOON}")


def test_the_day_is_chosen_in_a_dialog(client, story):
    assert 'type="date"' in page(client, "/as-of/?path=/books/%3Fsort=title")
    led = client.post("/as-of/", {"path": "/books/?sort=title&cursor=x", "day": "2026-01-31", "clock": ""})
    assert led["HX-Redirect"] == "/books/?sort=title&as_of=2026-01-31"
    led = client.post("/as-of/", {"path": "/books/?sort=title", "day": "2026-01-31", "clock": "09:30"})
    assert led["HX-Redirect"] == "/books/?sort=title&as_of=2026-01-31T09:30"
    for day, said in (("", "is not a date"), ("2199-01-01", "future"), ("x", "is not a date")):
        refused = client.post("/as-of/", {"path": "/books/", "day": day, "clock": ""})
        assert refused.status_code == 422
        assert said in refused.content.decode()
    for path in ("", "//evil.example/books/", "https://evil.example/", "/settings/users/", "/books/new/"):
        assert client.post("/as-of/", {"path": path, "day": "2026-01-31"}).status_code == 404


@pytest.mark.parametrize("wrong", ["x", "2026-13-01", "2999-01-01", "2026-11-01T25:00", "9999-12-31"])
def test_what_is_no_moment_of_the_past_is_refused(client, wrong):
    page(client, f"/books/?as_of={wrong}", 400)


def test_a_day_ends_at_midnight_of_the_user(db):
    actor = make_actor("Ada", admin=True)
    assert actor.time_zone == "Europe/Prague"
    assert moment_of("2026-01-31", actor) == datetime(2026, 1, 31, 22, 59, 59, 999999, tzinfo=UTC)
    assert moment_of("2026-01-31T09:30", actor) == datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
    assert moment_of("2026-01-31T09:30:00Z", actor) == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert moment_of(actor.today.isoformat(), actor) <= datetime.now(UTC)


def test_other_pages_know_nothing_of_the_past(client, actor):
    assert "as-of-banner" not in page(client, f"/?as_of={NOON}")
