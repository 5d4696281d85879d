"""What is told by e-mail: to whom, when, and never twice."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import reading
from jantar.engine.following.jobs import mail_notifications
from jantar.engine.following.mailing import daily_moment, is_quiet, mail_user
from jantar.engine.following.models import Kind, Notification, Preference, Way
from jantar.engine.following.preferences import store_preference
from jantar.engine.following.watching import watch_record
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books
from jantar.engine.timeline import services
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.mail.models import SentMail

pytestmark = pytest.mark.django_db
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture
def ada():
    return actor_for(make_user("Ada", admin=True))


@pytest.fixture
def eva():
    return make_user("Eva", scope=Scope.ALL)


@pytest.fixture
def book(ada, eva):
    book = write.create(books, {"title": "The Doll", "genre": "novel"}, actor=ada)
    watch_record(RecordKey("books", book.pk), actor=actor_for(eva))
    return book


def wants(user, way, *, hour=7, quiet=None):
    store_preference(user.pk, ways=dict.fromkeys(Kind, way), watches_own=True, daily_hour=hour, quiet=quiet)


def do_jobs():
    """As when the minute has passed."""
    JobRun.objects.update(run_at=None)
    run_waiting_jobs()


def test_what_is_wanted_at_once_is_mailed_with_a_link(ada, eva, book, settings):
    settings.ADDRESS = "https://crm.example.com"
    wants(eva, Way.NOW)
    services.add_comment(book, text="Please <read> this", actor=ada)
    assert mail.outbox == []
    do_jobs()
    (message,) = mail.outbox
    [row] = Notification.objects.filter(user=eva)
    assert (message.to, message.subject) == (["eva@jantar.example"], "The Doll: Ada commented")
    assert f"https://crm.example.com/notifications/{row.pk}/" in message.body
    assert "Please <read> this" in message.body
    assert "https://crm.example.com/account/notifications/" in message.body
    html = message.alternatives[0][0]
    assert f'href="https://crm.example.com/notifications/{row.pk}/"' in html
    assert "Please &lt;read&gt; this" in html


def test_several_within_a_minute_are_one_mail_in_the_language_of_the_reader(ada, eva, book):
    User.objects.filter(pk=eva.pk).update(language="cs")
    wants(eva, Way.NOW)
    services.add_comment(book, text="One", actor=ada)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    assert JobRun.objects.filter(kind=mail_notifications.kind).count() == 1
    do_jobs()
    (message,) = mail.outbox
    assert message.subject == "2 oznámení"
    assert message.body.count("/notifications/") == 3


def test_nobody_is_mailed_without_having_chosen_it(ada, eva, book):
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    assert not JobRun.objects.filter(kind=mail_notifications.kind).exists()
    mail_notifications.later()
    do_jobs()
    assert mail.outbox == []
    assert reading.unread(actor_for(eva)) == 1


def test_who_wants_nothing_is_told_nothing(ada, eva, book):
    wants(eva, Way.NEVER)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    assert not Notification.objects.filter(user=eva).exists()


def test_what_was_read_in_the_bell_is_not_mailed(ada, eva, book):
    wants(eva, Way.NOW)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    reading.mark_read(actor_for(eva))
    do_jobs()
    assert mail.outbox == []
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_a_job_that_runs_again_mails_nothing_twice(ada, eva, book):
    wants(eva, Way.NOW)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    do_jobs()
    mail_notifications.later()
    do_jobs()
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_before_the_end_leaves_it_to_the_next(ada, eva, book, monkeypatch):
    wants(eva, Way.NOW)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    with monkeypatch.context() as patch:
        patch.setattr("jantar.engine.following.mailing.Notification.objects.visible_to", _dies)
        do_jobs()
    assert (SentMail.objects.count(), Notification.objects.filter(mailed_at=None).count()) == (0, 1)
    mail_notifications.later()
    do_jobs()
    assert len(mail.outbox) == 1


def _dies(_actor):
    raise RuntimeError


def test_what_one_may_no_longer_see_is_not_mailed(ada):
    prague, brno = make_team("Prague"), make_team("Brno")
    ida = make_user("Ida", prague, scope=Scope.TEAM)
    wants(ida, Way.NOW)
    book = write.create(books, {"title": "The Doll", "team": prague}, actor=ada)
    watch_record(RecordKey("books", book.pk), actor=actor_for(ida))
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    write.update(books, book.pk, {"team": brno}, actor=ada)
    do_jobs()
    assert mail.outbox == []


def test_who_left_the_company_is_not_mailed(ada, eva, book):
    wants(eva, Way.NOW)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    User.objects.filter(pk=eva.pk).update(is_active=False)
    do_jobs()
    assert mail.outbox == []


def test_the_daily_mail_comes_once_after_its_hour(ada, eva, book):
    wants(eva, Way.DAILY, hour=7)
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    Notification.objects.update(at=datetime(2026, 3, 10, 15, 0, tzinfo=PRAGUE))
    assert not mail_user(eva.pk, now=datetime(2026, 3, 11, 6, 59, tzinfo=PRAGUE))
    assert mail_user(eva.pk, now=datetime(2026, 3, 11, 7, 0, tzinfo=PRAGUE))
    assert not mail_user(eva.pk, now=datetime(2026, 3, 11, 7, 15, tzinfo=PRAGUE))
    assert SentMail.objects.count() == 1


def test_what_comes_in_the_quiet_hours_is_mailed_when_they_end(ada, eva, book):
    wants(eva, Way.NOW, quiet=(time(20), time(7, 30)))
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    for night in (datetime(2026, 3, 10, 20, 0, tzinfo=PRAGUE), datetime(2026, 3, 11, 7, 29, tzinfo=PRAGUE)):
        assert not mail_user(eva.pk, now=night)
    assert mail_user(eva.pk, now=datetime(2026, 3, 11, 7, 30, tzinfo=PRAGUE))


def test_the_quiet_hours_are_those_of_the_readers_time_zone(ada, eva, book):
    User.objects.filter(pk=eva.pk).update(time_zone="America/New_York")
    wants(eva, Way.NOW, quiet=(time(20), time(7)))
    write.update(books, book.pk, {"pages": 650}, actor=ada)
    assert not mail_user(eva.pk, now=datetime(2026, 3, 11, 8, 0, tzinfo=PRAGUE))
    assert mail_user(eva.pk, now=datetime(2026, 3, 11, 14, 0, tzinfo=PRAGUE))


@pytest.mark.parametrize(
    ("start", "end", "at", "quiet"),
    [
        (time(12), time(14), time(12), True),
        (time(12), time(14), time(14), False),
        (time(22), time(6), time(23), True),
        (time(22), time(6), time(5, 59), True),
        (time(22), time(6), time(6), False),
        (None, None, time(3), False),
    ],
)
def test_quiet_hours_may_go_over_midnight(start, end, at, quiet):
    assert is_quiet(at, Preference(quiet_from=start, quiet_until=end)) is quiet


def test_the_daily_moment_keeps_its_hour_when_the_clock_changes():
    after = datetime(2026, 3, 29, 8, 0, tzinfo=PRAGUE)
    assert daily_moment(after, 7).astimezone(ZoneInfo("UTC")) == datetime(2026, 3, 29, 5, 0, tzinfo=ZoneInfo("UTC"))
    before = after - timedelta(hours=2)
    assert daily_moment(before, 7).date() == before.date() - timedelta(days=1)


def test_no_administrator_reads_what_was_mailed_to_others(ada, eva, book, client):
    wants(eva, Way.NOW)
    services.add_comment(book, text="Between us", actor=ada)
    JobRun.objects.filter(kind=mail_notifications.kind).update(run_at=timezone.now())
    client.force_login(User.objects.get(pk=ada.user_id))
    mail_user(eva.pk, now=timezone.now())
    sent = SentMail.objects.get()
    for state in ("waiting", "sent"):
        for page in ("/settings/mail/", f"/settings/mail/{sent.pk}/"):
            text = client.get(page).content.decode()
            assert "Private mail" in text, state
            assert "The Doll" not in text
            assert "Between us" not in text
        run_waiting_jobs()
    assert len(mail.outbox) == 1
    sent.refresh_from_db()
    assert (sent.state, sent.subject, sent.body, sent.html) == ("sent", "", "", "")
