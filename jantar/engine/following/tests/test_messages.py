"""Who is told of messages in the channels of teams."""

import pytest
from django.core import mail

from jantar.engine.following import reading
from jantar.engine.following.models import Kind, Notification, Way
from jantar.engine.following.preferences import store_preference
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services
from jantar.engine.timeline.mentions import Mentions
from jantar.platform.accounts.models import Membership
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def north():
    return make_team("North")


@pytest.fixture
def ada(north):
    return actor_for(make_user("Ada", north, scope=Scope.TEAM))


@pytest.fixture
def eva(north):
    return actor_for(make_user("Eva", north, scope=Scope.TEAM))


def told(actor):
    return [(one.title, one.sentence, one.text) for one in reading.newest(actor, limit=50)]


def choose(actor, way):
    store_preference(actor.user_id, ways={Kind.MESSAGE: way}, watches_own=True, daily_hour=7, quiet=None)


@pytest.mark.capability("C27")
def test_members_are_told_of_a_message_and_its_author_is_not(north, ada, eva):
    above = actor_for(make_user("Boss", make_team("All"), admin=True))
    services.add_comment(north, text="Fair on Monday", actor=ada)
    assert told(eva) == [("Channel of North", "Ada wrote", "Fair on Monday")]
    assert told(ada) == told(above) == []


def test_an_address_of_a_record_is_told_by_its_title_to_who_may_see_it(north, ada, eva):
    book = write.create(books, {"title": "Dune"}, actor=ada)
    text = f"See http://localhost:8000/books/{book.pk}/ and https://example.com/books/1/"
    services.add_comment(north, text=text, actor=ada)
    assert told(eva)[0][2] == "See Dune and https://example.com/books/1/"
    blind = actor_for(make_user("Ida", north))
    assert reading.shown(list(Notification.objects.filter(user=eva.user_id)), blind)[0].text.startswith(text[:20])


def test_who_leads_from_above_reads_but_is_not_told(ada, eva):
    above = make_team("All")
    low = make_team("South", parent=above)
    boss, ida = actor_for(make_user("Boss", above)), actor_for(make_user("Ida", low))
    services.add_comment(low, text="Hello", actor=boss)
    services.add_comment(low, text="Hello back", actor=ida)
    assert (told(boss), told(ida)) == ([], [("Channel of South", "Boss wrote", "Hello")])


def test_nobody_is_told_twice_of_a_message_that_names_them_and_their_team_and_answers_them(north, ada, eva):
    first = services.add_comment(north, text="Hello", actor=eva)
    mentions = Mentions(users=frozenset({eva.user_id}), teams=frozenset({north.pk}))
    services.reply(first.pk, text="@Eva @North yes", actor=ada, mentions=mentions)
    assert told(eva) == [("Channel of North", "Ada mentioned you", "@Eva @North yes")]


def test_who_wants_to_hear_nothing_of_messages_still_hears_of_being_named(north, ada, eva):
    choose(eva, Way.NEVER)
    services.add_comment(north, text="Hello", actor=ada)
    assert told(eva) == []
    services.add_comment(north, text="@Eva", actor=ada, mentions=Mentions(users=frozenset({eva.user_id})))
    assert told(eva) == [("Channel of North", "Ada mentioned you", "@Eva")]


def test_messages_are_mailed_once_to_who_wants_that(north, ada, eva):
    choose(eva, Way.NOW)
    services.add_comment(north, text="Fair on Monday", actor=ada)
    JobRun.objects.update(run_at=None)
    run_waiting_jobs()
    run_waiting_jobs()
    assert [(one.to, one.subject) for one in mail.outbox] == [(["eva@jantar.example"], "Channel of North: Ada wrote")]
    assert "Fair on Monday" in mail.outbox[0].body


def test_a_deleted_message_and_a_channel_one_left_are_told_no_longer(north, ada, eva):
    message = services.add_comment(north, text="Hello", actor=ada)
    services.add_comment(north, text="Hello again", actor=ada)
    services.delete_comment(message.pk, actor=ada)
    assert [text for _title, _sentence, text in told(eva)] == ["Hello again"]
    Membership.objects.filter(user=eva.user_id).delete()
    left = actor_for(Membership._meta.get_field("user").related_model.objects.get(pk=eva.user_id))
    assert (told(left), reading.unread(left), reading.unread_messages(left)) == ([], 0, {})


@pytest.mark.capability("C27")
def test_unread_messages_are_counted_with_the_bell_and_reading_the_channel_reads_them(
    north, ada, eva, django_assert_num_queries
):
    first = services.add_comment(north, text="One", actor=ada)
    second = services.add_comment(north, text="Two", actor=ada, mentions=Mentions(users=frozenset({eva.user_id})))
    with django_assert_num_queries(2):
        assert reading.counts(eva) == reading.Unread(number=2, in_channels=2)
    assert reading.unread_messages(eva) == {north.pk: {first.pk, second.pk}}
    assert reading.mark_channel_read(eva, north.pk) == 2
    assert reading.counts(eva) == reading.Unread(number=0, in_channels=0)
    assert Notification.objects.filter(user=eva.user_id, read_at=None).count() == 0
