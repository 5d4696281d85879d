"""The pages of channels: their list, one of them, what the shell, the palette and the search show of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from jantar.engine.following.models import Notification
from jantar.engine.following.reading import counts
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services
from jantar.engine.timeline.models import Comment, Entry, Mention, Place
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C27")]
SECRET = "Xylofonista"


@pytest.fixture
def north(db):
    return make_team("North")


@pytest.fixture
def eva(north):
    return make_user("Eva", north, scope=Scope.TEAM)


@pytest.fixture
def ida(north):
    return make_user("Ida", north, scope=Scope.TEAM)


@pytest.fixture
def root(db):
    return make_user("Root", admin=True)


def body(answer):
    return answer.content.decode()


def say(team, user, text):
    return services.add_comment(team, text=text, actor=actor_for(user))


def test_a_message_is_written_and_shown(north, eva, ida, client_of):
    address = f"/channels/{north.pk}/"
    page = body(client_of(eva).get(address))
    assert "Channel of North" in page
    assert "Eva, Ida" in page
    assert "Nothing here yet" in page
    answer = client_of(eva).post(f"{address}write/", {"text": "Hi @Ida", "mention": [f"u{ida.pk}"]})
    assert answer.status_code == 200
    assert "timeline:changed" in answer.headers["HX-Trigger"]
    assert [mention.user for mention in Mention.objects.all()] == [ida]
    page = body(client_of(ida).get(address))
    assert 'Hi <span class="mention">@Ida</span>' in page
    assert "data-unread" in page
    assert "/delete/" not in page


def test_what_is_refused_stands_beside_what_was_typed(north, eva, root, client_of):
    answer = client_of(eva).post(f"/channels/{north.pk}/write/", {"text": "@Root look", "mention": [f"u{root.pk}"]})
    assert answer.status_code == 422
    assert "@Root look" in body(answer)
    assert "read this channel" in body(answer)
    assert Comment.objects.count() == 0


def test_the_team_named_is_told_but_for_who_may_not_read_it(north, eva, ida, client_of):
    south = make_team("South")
    make_user("Low", south)
    ida.memberships.create(team=south)
    answer = client_of(eva).post(f"/channels/{north.pk}/write/", {"text": "@South hi", "mention": [f"t{south.pk}"]})
    assert "Low can't read this channel and are not told." in answer.headers["HX-Trigger"]
    assert Notification.objects.get(user=ida).kind == "mention"


def test_channels_of_others_are_not_there(north, eva, root, client_of):
    message = say(north, eva, SECRET)
    browser = client_of(root)
    for end in ("", "stream/", "newer/"):
        assert browser.get(f"/channels/{north.pk}/{end}").status_code == 404
    assert browser.post(f"/channels/{north.pk}/write/", {"text": "x"}).status_code == 404
    for address in (f"/comments/{message.pk}/", f"/comments/{message.pk}/reply/"):
        assert browser.get(address).status_code == 404
    for address in ("/channels/", f"/channels/?q={SECRET}", f"/search/?q={SECRET}", f"/search/palette/?q={SECRET}"):
        assert SECRET not in body(browser.get(address)).replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", "")
    assert "You are in no team" in body(browser.get("/channels/"))


def test_the_list_tells_what_was_said_last_and_how_much_is_unread(north, eva, ida, client_of):
    south = make_team("South", parent=north)
    say(north, eva, "One")
    say(north, eva, "Two")
    page = body(client_of(ida).get("/channels/"))
    assert page.index(">North<") < page.index(">South<")
    assert "Eva: Two" in page
    assert "2 unread" in page
    assert "Nobody has written here yet." in page
    assert f'href="/channels/{south.pk}/"' in page
    assert "unread" not in body(client_of(eva).get("/channels/")).split("<main")[1].split("</main>")[0]


def test_reading_a_channel_empties_the_numbers_of_bell_and_navigation(north, eva, ida, client_of):
    say(north, eva, "One")
    browser = client_of(ida)
    bell = body(browser.get("/notifications/bell/"))
    assert "Notifications, 1 unread" in bell
    assert (
        '<span class="nav-count" id="nav-count-channels" hx-swap-oob="true"><span aria-hidden="true">1</span>' in bell
    )
    assert browser.post(f"/channels/{north.pk}/read/").status_code == 204
    assert "1 unread" not in body(browser.get("/notifications/count/"))


def test_a_notification_leads_to_the_channel(north, eva, ida, client_of):
    say(north, eva, "One")
    told = Notification.objects.get(user=ida)
    answer = client_of(ida).get(f"/notifications/{told.pk}/")
    assert answer.headers["Location"] == f"/channels/{north.pk}/"


def test_newer_messages_come_alone_and_nothing_is_no_content(north, eva, ida, client_of):
    say(north, eva, "One")
    browser = client_of(ida)
    page = body(browser.get(f"/channels/{north.pk}/"))
    cursor = page.split('data-cursor="')[1].split('"')[0]
    assert browser.get(f"/channels/{north.pk}/newer/?after={cursor}").status_code == 204
    say(north, eva, "Two")
    newer = body(browser.get(f"/channels/{north.pk}/newer/?after={cursor}"))
    assert ("Two" in newer, "One" in newer) == (True, False)
    assert browser.get(f"/channels/{north.pk}/newer/?after=nonsense").status_code == 400


def test_changed_and_deleted_messages_come_to_open_pages(north, eva, ida, client_of):
    first, second = say(north, eva, "One"), say(north, eva, "Two")
    services.reply(first.pk, text="An answer", actor=actor_for(ida))
    written_long_ago()
    browser = client_of(ida)
    page = body(browser.get(f"/channels/{north.pk}/"))
    cursor, since = page.split('data-cursor="')[1].split('"')[0], page.split('since-value="')[1].split('"')[0]
    address = f"/channels/{north.pk}/newer/?after={cursor}&since={since}"
    quiet = browser.get(address)
    assert quiet.status_code == 204
    assert int(quiet.headers["X-Since"]) >= int(since)
    services.edit_comment(first.pk, text="Uno", actor=actor_for(eva))
    services.delete_comment(second.pk, actor=actor_for(eva))
    for asked in (address, f"/channels/{north.pk}/newer/?changed&since={since}"):
        new, edited, gone = body(browser.get(asked)).split("data-part=")[1:]
        assert "message-" not in new
        assert f'id="message-{first.pk}"' in edited
        assert "An answer" in edited  # which quotes it
        assert edited.count("Uno") == 2
        assert f'data-message="message-{second.pk}"' in gone
        assert "Two" not in edited
    assert browser.get(f"/channels/{north.pk}/newer/?after={cursor}").status_code == 204
    for since in ("-5", "99999999999999999999", "x"):
        assert browser.get(f"{address}&since={since}").status_code in (200, 204)


def test_a_message_that_was_stored_after_a_later_one_was_shown_comes_too(north, eva, ida, client_of):
    late, shown = say(north, eva, "Late"), say(north, eva, "Shown")
    browser = client_of(ida)
    page = body(browser.get(f"/channels/{north.pk}/"))
    cursor, since = page.split('data-cursor="')[1].split('"')[0], page.split('since-value="')[1].split('"')[0]
    assert late.created_at < shown.created_at
    new = body(browser.get(f"/channels/{north.pk}/newer/?after={cursor}&since={since}"))
    assert f'id="message-{late.pk}"' in new
    written_long_ago()
    assert browser.get(f"/channels/{north.pk}/newer/?after={cursor}&since={since}").status_code == 204


def written_long_ago():
    for rows in (Entry.objects, Place.objects):
        rows.update(at=F("at") - timedelta(hours=1))


def test_an_older_message_is_shown_and_the_newer_ones_stay_unread(north, eva, ida, client_of):
    first = say(north, eva, "One")
    for number in range(3):
        say(north, eva, f"Newer {number}")
    page = body(client_of(ida).get(f"/channels/{north.pk}/"))
    assert 'unread-value="true"' in page
    page = body(client_of(ida).get(f"/channels/{north.pk}/?message={first.pk}"))
    assert 'unread-value="true"' in page  # it is among the newest, which are all shown
    for number in range(30):
        say(north, eva, f"Later {number}")
    page = body(client_of(ida).get(f"/channels/{north.pk}/?message={first.pk}"))
    assert ("One" in page, "Later 29" in page, 'unread-value="false"' in page) == (True, False, True)


def test_the_navigation_counts_messages_besides_any_number_of_other_things(north, eva, ida, client_of, monkeypatch):
    monkeypatch.setattr("jantar.engine.following.reading.MOST_COUNTED", 2)
    say(north, eva, "One")
    run_waiting_jobs()
    assert Notification.objects.filter(user=ida).count() == 1
    [message] = Notification.objects.filter(user=ida)
    book = write.create(books, {"title": "Xylophones"}, actor=actor_for(ida))
    about = {"user": ida, "kind": "given", "record_type": "books", "record_id": book.pk}
    Notification.objects.bulk_create(Notification(once=str(number), **about) for number in range(9))
    found = counts(actor_for(ida))
    assert (found.number, found.in_channels) == (3, 1)
    message.delete()
    found = counts(actor_for(ida))
    assert (found.number, found.in_channels) == (3, 0)


def test_changes_in_other_channels_are_not_told(north, eva, client_of):
    west = make_team("West")
    wim = make_user("Wim", west, scope=Scope.ALL)
    message = say(west, wim, "Secret")
    services.edit_comment(message.pk, text="Still secret", actor=actor_for(wim))
    assert client_of(eva).get(f"/channels/{north.pk}/newer/?since=0").status_code == 204
    assert client_of(eva).get(f"/channels/{west.pk}/newer/?since=0").status_code == 404


def test_many_changes_cost_as_much_as_one_and_none_a_statement_from_an_index(north, eva, client_of):
    messages = [say(north, eva, f"Word {number}") for number in range(12)]
    browser = client_of(eva)

    def statements(number):
        for message in messages[:number]:
            services.edit_comment(message.pk, text="Other", actor=actor_for(eva))
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/channels/{north.pk}/newer/?changed&since=0")
        return len(captured), captured.captured_queries

    _none, asked = statements(0)
    assert statements(1)[0] == statements(12)[0]
    [sql] = [one["sql"] for one in asked if "GREATEST" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        assert "timeline_changed_message" in str(cursor.fetchall())


def test_an_old_message_is_shown_where_it_stands(north, eva, client_of):
    first = say(north, eva, "The first one")
    for number in range(25):
        say(north, eva, f"Word {number}")
    browser = client_of(eva)
    assert "The first one" not in body(browser.get(f"/channels/{north.pk}/"))
    page = body(browser.get(f"/channels/{north.pk}/?message={first.pk}"))
    assert "The first one" in page
    assert "Newer messages are left out here." in page
    assert "Word 0" not in page
    assert "Word 24" in body(browser.get(f"/channels/{north.pk}/?message=99999999"))


def test_messages_and_channels_are_found_from_everywhere(north, eva, client_of):
    message = say(north, eva, "Nabídka pro Škodu")
    browser = client_of(eva)
    address = f"/channels/{north.pk}/?message={message.pk}#message-{message.pk}"
    for page in ("/search/?q=skodu", "/search/palette/?q=skodu", "/channels/?q=skodu"):
        assert address in body(browser.get(page))
    assert "Channel of North" in body(browser.get("/search/palette/?q=channel+nor"))
    assert "Channel of North" not in body(browser.get("/search/palette/?q=south"))


def test_the_navigation_leads_to_channels_who_is_in_a_team(eva, root, client_of):
    assert 'id="nav-count-channels"' in body(client_of(eva).get("/books/"))
    assert 'id="nav-count-channels"' not in body(client_of(root).get("/books/"))
    assert "nav-count" not in body(client_of(root).get("/notifications/bell/"))


def test_own_messages_are_changed_answered_and_deleted_like_comments(north, eva, ida, client_of):
    message = say(north, eva, "One")
    browser = client_of(eva)
    assert "<h2" in body(browser.get(f"/comments/{message.pk}/"))
    assert "The message is saved." in browser.post(f"/comments/{message.pk}/", {"text": "Uno"}).headers["HX-Trigger"]
    answer = client_of(ida).post(f"/comments/{message.pk}/reply/", {"text": "Due"})
    assert "The message is sent." in answer.headers["HX-Trigger"]
    page = body(browser.get(f"/channels/{north.pk}/"))
    assert "Uno" in page.split("timeline-quote")[1]
    assert client_of(ida).post(f"/comments/{message.pk}/delete/").status_code == 403
    assert "The message is deleted." in browser.post(f"/comments/{message.pk}/delete/").headers["HX-Trigger"]
    assert [one.text for one in Comment.objects.filter(deleted_at=None)] == ["Due"]


def test_a_channel_costs_the_same_however_much_stands_in_it(north, eva, client_of):
    browser = client_of(eva)

    def statements(address):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    say(north, eva, "One")
    addresses = (f"/channels/{north.pk}/", "/channels/", "/channels/?q=one")
    before = [statements(address) for address in addresses]
    for number in range(25):
        say(north, eva, f"one {number}")
    assert [statements(address) for address in addresses] == before
    assert before[0] <= 15
