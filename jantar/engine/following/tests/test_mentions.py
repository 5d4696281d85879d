"""Who is named in a comment, or wrote in its thread, is told of it."""

import pytest
from django.core import mail

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import reading
from jantar.engine.following.models import Notification
from jantar.engine.following.watching import unwatch_record, watch_record
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotFound
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services
from jantar.engine.timeline.marking import marked
from jantar.engine.timeline.mentions import Mentions, not_told
from jantar.engine.timeline.models import Comment, Mention
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return actor_for(make_user("Ada", admin=True))


@pytest.fixture
def eva():
    return actor_for(make_user("Eva", scope=Scope.ALL))


@pytest.fixture
def ida():
    """Sees her own records only."""
    return actor_for(make_user("Ida", scope=Scope.OWN))


@pytest.fixture
def book(ada):
    return write.create(books, {"title": "The Doll"}, actor=ada)


def told(actor):
    return [(one.title, one.sentence, one.text) for one in reading.newest(actor, limit=50)]


def users(*actors):
    return Mentions(users=frozenset(actor.user_id for actor in actors))


@pytest.mark.capability("C27")
def test_who_is_mentioned_is_told_without_watching(ada, eva, book):
    services.add_comment(book, text="@Eva please look", actor=ada, mentions=users(eva))
    assert told(eva) == [("The Doll", "Ada mentioned you", "@Eva please look")]


def test_who_watches_and_is_mentioned_is_told_once_and_of_the_mention(ada, eva, book):
    watch_record(RecordKey("books", book.pk), actor=eva)
    services.add_comment(book, text="@Eva please look", actor=ada, mentions=users(eva))
    assert told(eva) == [("The Doll", "Ada mentioned you", "@Eva please look")]


def test_who_let_go_of_the_record_is_told_of_a_mention_all_the_same(ada, eva, book):
    unwatch_record(RecordKey("books", book.pk), actor=ada)
    services.add_comment(book, text="Look", actor=eva)
    assert told(ada) == []
    services.add_comment(book, text="@Ada look", actor=eva, mentions=users(ada))
    assert told(ada) == [("The Doll", "Eva mentioned you", "@Ada look")]


def test_a_mention_is_mailed_unless_chosen_otherwise(ada, eva, book):
    services.add_comment(book, text="@Eva please look", actor=ada, mentions=users(eva))
    JobRun.objects.update(run_at=None)
    run_waiting_jobs()
    assert [(one.to, one.subject) for one in mail.outbox] == [(["eva@jantar.example"], "The Doll: Ada mentioned you")]


def test_each_member_of_a_team_is_told(ada, eva, book):
    team = make_team("Sales")
    otto = actor_for(make_user("Otto", team, scope=Scope.ALL))
    services.add_comment(book, text="@Sales look", actor=ada, mentions=Mentions(teams=frozenset({team.pk})))
    assert told(otto) == [("The Doll", "Ada mentioned you", "@Sales look")]
    assert told(eva) == []


def test_who_may_not_see_the_record_is_refused_by_name(ada, ida, book):
    with pytest.raises(Invalid) as refused:
        services.add_comment(book, text="@Ida look", actor=ada, mentions=users(ida))
    assert refused.value.errors == {
        "text": ["Ida may not see this record and can't be told. Take the name out, or share the record."]
    }
    assert not Comment.objects.exists()
    assert not Notification.objects.exists()


def test_a_team_of_which_nobody_may_see_the_record_is_refused(ada, book):
    team = make_team("Brno")
    make_user("Iva", team, scope=Scope.OWN)
    with pytest.raises(Invalid, match="Brno may not see this record"):
        services.add_comment(book, text="@Brno", actor=ada, mentions=Mentions(teams=frozenset({team.pk})))


def test_the_writer_learns_who_of_a_team_is_not_told(ada, book):
    team = make_team("Brno")
    iva = actor_for(make_user("Iva", team, scope=Scope.OWN))
    make_user("Otto", team, scope=Scope.ALL)
    comment = services.add_comment(book, text="@Brno", actor=ada, mentions=Mentions(teams=frozenset({team.pk})))
    assert not_told(comment) == ["Iva"]
    assert (told(iva), reading.unread(iva)) == ([], 0)


def test_who_left_cannot_be_mentioned(ada, eva, book):
    User.objects.filter(pk=eva.user_id).update(is_active=False)
    with pytest.raises(Invalid, match="no longer here"):
        services.add_comment(book, text="@Eva", actor=ada, mentions=users(eva))


def test_who_is_named_when_a_comment_is_edited_is_told_then(ada, eva, book):
    otto = actor_for(make_user("Otto", scope=Scope.ALL))
    comment = services.add_comment(book, text="@Eva look", actor=ada, mentions=users(eva))
    reading.mark_read(eva)
    services.edit_comment(comment.pk, text="@Otto look", actor=ada, mentions=users(otto))
    assert told(otto) == [("The Doll", "Ada mentioned you", "@Otto look")]
    assert list(Mention.objects.values_list("user", flat=True)) == [otto.user_id]
    assert len(told(eva)) == 1
    assert reading.unread(eva) == 0


def test_a_reply_is_told_to_who_wrote_or_was_named_in_the_thread(ada, eva, book):
    otto = actor_for(make_user("Otto", scope=Scope.ALL))
    vera = actor_for(make_user("Vera", scope=Scope.ALL))
    first = services.add_comment(book, text="@Otto what now?", actor=eva, mentions=users(otto))
    answer = services.reply(first.pk, text="Wait", actor=ada)
    assert answer.begins_id == first.pk
    second = services.reply(answer.pk, text="Done", actor=otto)
    assert second.begins_id == first.pk
    assert told(eva) == [("The Doll", "Otto replied", "Done"), ("The Doll", "Ada replied", "Wait")]
    assert told(otto) == [("The Doll", "Ada replied", "Wait"), ("The Doll", "Eva mentioned you", "@Otto what now?")]
    assert told(ada)[0] == ("The Doll", "Otto replied", "Done")
    assert told(vera) == []


def test_a_comment_one_may_not_see_cannot_be_answered(ada, ida, book):
    comment = services.add_comment(book, text="Between us", actor=ada)
    with pytest.raises(NotFound):
        services.reply(comment.pk, text="Me too", actor=ida)
    assert Comment.objects.count() == 1


def test_a_private_note_names_nobody(ada, eva, book):
    services.add_note(book, text="@Eva secret", actor=ada)
    assert told(eva) == []


def test_a_form_names_those_whose_name_still_stands_in_the_text(eva, ida):
    keys = [f"u{eva.user_id}", f"u{ida.user_id}", "u0", "x1", "u", "u" + "9" * 30]
    assert Mentions.read(keys, "@Eva look") == users(eva)


def test_names_are_marked_and_the_rest_is_text():
    assert marked("<b> @Eva & @Eve", ["Eva"]) == '&lt;b&gt; <span class="mention">@Eva</span> &amp; @Eve'
