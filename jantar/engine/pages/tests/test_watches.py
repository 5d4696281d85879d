"""The bell beside a date, the menu of a view, and the page with everything one watches."""

from datetime import date

import pytest

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following.date_watching import watch_date
from jantar.engine.following.models import DateWatch, Notification, ViewWatch, Watch
from jantar.engine.following.watching import watch_record
from jantar.engine.lists.services import create_list
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C33")]


def address(book, field="published_on"):
    return f"/books/{book.pk}/dates/{field}/"


def test_every_date_of_a_record_can_be_watched_from_its_page(client, make_book):
    book = make_book("The Doll")
    page = client.get(f"/books/{book.pk}/").content.decode()
    for name in ("published_on", "lent_at"):
        assert f'hx-get="{address(book, name)}"' in page
    assert "Reminders are on" not in page
    answer = client.post(address(book), {"days": "5, 1", "on_change": "on"})
    assert "Reminders are on: published" in answer.content.decode()
    [watch] = DateWatch.objects.all()
    assert (watch.days, watch.hours, watch.on_change) == ([1, 5], [], True)
    assert "Reminders are on: published" in client.get(f"/books/{book.pk}/").content.decode()


def test_hours_are_asked_for_where_the_date_has_a_time(client, make_book):
    book = make_book("The Doll")
    assert 'name="hours"' not in client.get(address(book)).content.decode()
    assert 'name="hours"' in client.get(address(book, "lent_at")).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"days": "soon", "on_change": "on"}, "Whole numbers with commas between them"),
        ({"days": "400"}, "Whole numbers from 0 to 365"),
        ({"days": ""}, "Say how long before, or choose to be told of changes."),
    ],
)
def test_bad_leads_are_refused_beside_the_field_and_kept(client, make_book, given, words):
    answer = client.post(address(make_book("The Doll")), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert f'value="{given["days"]}"' in answer.content.decode() or not given["days"]
    assert not DateWatch.objects.exists()


def test_what_is_no_date_or_not_visible_is_not_there(client_of, client, make_book):
    book = make_book("The Doll")
    assert client.get(address(book, "title")).status_code == 404
    ida = client_of(make_user("Ida", scope=Scope.OWN))
    assert ida.get(address(book)).status_code == 404
    assert ida.post(address(book), {"days": "1"}).status_code == 404
    assert not DateWatch.objects.exists()


def test_the_dates_of_a_view_are_watched_from_its_menu(client, ada, make_book):
    make_book("The Doll")
    mine = SavedView.objects.create(record_type="books", owner=ada, name="Mine", filter={})
    for view in ("here", str(mine.pk)):
        page = client.get(f"/books/?view={view}").content.decode()
        assert f'hx-get="/books/views/{view}/dates/"' in page
        answer = client.post(f"/books/views/{view}/dates/", {"field": "published_on", "days": "5", "on_change": ""})
        assert answer.status_code == 204
    assert "Remind me of dates" not in client.get("/books/?view=all").content.decode()
    assert sorted(one.view_key for one in DateWatch.objects.all()) == sorted(["here", str(mine.pk)])


def test_everything_watched_stands_on_one_page_and_is_ended_there(client, actor, make_book):
    book = make_book("The Doll", published_on=date(2026, 11, 23))
    watch_date(RecordKey("books", book.pk), "published_on", days=[5, 1], hours=[], on_change=True, actor=actor)
    watch_record(RecordKey("books", book.pk), actor=actor)
    client.post("/books/views/here/dates/", {"field": "lent_at", "days": "0", "hours": "2"})
    page = client.get("/account/watches/").content.decode()
    assert "Published: 5 days before, 1 day before, when it changes" in page
    assert "on the day, 2 hours before" in page
    assert "In the library" in page
    for one in DateWatch.objects.all():
        assert client.post(f"/account/watches/dates/{one.pk}/end/").headers["Location"] == "/account/watches/"
    client.post(f"/account/watches/records/{Watch.objects.get().pk}/end/")
    page = client.get("/account/watches/").content.decode()
    assert page.count("You watch nothing yet") == 1
    assert "Stop reminding" not in page


def test_a_watch_of_somebody_else_is_not_there(client, make_book):
    eva = actor_for(make_user("Eva", scope=Scope.ALL))
    book = make_book("The Doll")
    one = watch_date(RecordKey("books", book.pk), "published_on", days=[5], hours=[], on_change=True, actor=eva)
    assert client.post(f"/account/watches/dates/{one.pk}/end/").status_code == 404
    assert "The Doll" not in client.get("/account/watches/").content.decode()


def test_a_watched_record_that_is_no_longer_visible_is_told_without_its_name(client_of, actor, make_book):
    ida = make_user("Ida", scope=Scope.OWN)
    book = make_book("The Doll")
    DateWatch.objects.create(user=ida, record_type="books", record_id=book.pk, field="published_on", days=[1])
    page = client_of(ida).get("/account/watches/").content.decode()
    assert "Not visible to you" in page
    assert "The Doll" not in page


def test_a_summary_of_a_view_leads_to_the_view(client, ada, make_book):
    book = make_book("The Doll")
    row = Notification.objects.create(
        user=ada, kind="date", record_type="books", number=7, records=[book.pk], once="x",
        data={"field": "published_on", "view": "here", "watch": "date:1"},
    )  # fmt: skip
    assert client.get(f"/notifications/{row.pk}/").headers["Location"] == "/books/?view=here"


def test_a_view_is_watched_and_let_go_of_from_its_menu_and_from_the_page(client, make_book):
    make_book("The Doll")
    assert 'hx-get="/books/views/here/watch/"' in client.get("/books/?view=here").content.decode()
    assert "You will be told which records come" in client.get("/books/views/here/watch/").content.decode()
    assert client.post("/books/views/here/watch/").status_code == 204
    assert "Stop watching" in client.get("/books/views/here/watch/").content.decode()
    [watch] = ViewWatch.objects.all()
    assert "In the library" in client.get("/account/watches/").content.decode()
    client.post("/books/views/here/watch/?end=1")
    assert not ViewWatch.objects.exists()
    client.post("/books/views/here/watch/")
    assert client.post(f"/account/watches/views/{watch.pk}/end/").status_code == 404
    assert client.post(f"/account/watches/views/{ViewWatch.objects.get().pk}/end/").status_code == 302
    assert not ViewWatch.objects.exists()


def test_a_view_of_somebody_else_cannot_be_watched(client, client_of, ada):
    view = SavedView.objects.create(record_type="books", owner=ada, name="Mine", filter={})
    eva = client_of(make_user("Eva", scope=Scope.ALL))
    assert eva.get(f"/books/views/{view.pk}/watch/").status_code == 404
    assert eva.post(f"/books/views/{view.pk}/watch/").status_code == 404
    assert eva.post(f"/books/views/{view.pk}/dates/", {"field": "published_on", "days": "1"}).status_code == 404
    assert not ViewWatch.objects.exists()


def test_a_list_is_watched_from_its_menu_and_let_go_of_on_the_page(client, actor, make_book):
    fair = create_list(registry.get("books"), "Fair", actor=actor)
    make_book("The Doll")
    page = client.get(f"/books/?view=list-{fair.pk}").content.decode()
    assert "Watch this list" in page
    assert "Remind me of dates in this list" in page
    address = f"/books/views/list-{fair.pk}/watch/"
    assert "put into this list" in client.get(address).content.decode()
    assert client.post(address).status_code == 204
    assert client.post(f"/books/views/list-{fair.pk}/dates/", {"field": "published_on", "days": "5"}).status_code == 204
    for wrong in ("title", "nothing", "\x00"):
        assert client.post(f"/books/views/list-{fair.pk}/dates/", {"field": wrong, "days": "5"}).status_code == 422
    page = client.get("/account/watches/").content.decode()
    assert page.count(f'href="/books/?view=list-{fair.pk}"') == 2
    assert "You watch nothing yet" not in page
    write.delete(registry.get("lists"), [fair.pk], actor=actor)
    page = client.get("/account/watches/").content.decode()
    assert page.count('<span class="muted">A list that is no longer shared with you</span>') == 2
    assert client.post(f"/account/watches/views/{ViewWatch.objects.get().pk}/end/").status_code == 302
    assert not ViewWatch.objects.exists()


def test_a_list_of_somebody_else_or_of_other_records_cannot_be_watched(client, client_of, actor):
    mine = create_list(registry.get("books"), "Mine", actor=actor)
    eva = client_of(make_user("Eva", scope=Scope.ALL))
    assert eva.post(f"/books/views/list-{mine.pk}/watch/").status_code == 404
    assert client.post(f"/shelves/views/list-{mine.pk}/watch/").status_code == 404
    assert client.post("/books/views/list-999999999999999999999/watch/").status_code == 404
    assert not ViewWatch.objects.exists()
