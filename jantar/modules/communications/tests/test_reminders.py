"""Reminders: at the chosen time, each once, on the screen and by a mail that really goes out."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings as project
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.communications import reminding
from jantar.modules.communications.jobs import send_reminders
from jantar.modules.communications.models import Activity, Reminder, ReminderPreference
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.mail.models import SentMail

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C23")]


@pytest.fixture
def north():
    return make_team("North")


@pytest.fixture
def ada(north):
    return make_user("Ada", north, scope=Scope.OWN)


def meet(user, minutes, **values):
    """A meeting that begins in so many minutes."""
    at = timezone.now() + timedelta(minutes=minutes)
    values = {"kind": "call", "subject": "Pump", "at": at, "duration": 30, **values}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def plan(user, minutes, **values):
    due = timezone.now() + timedelta(minutes=minutes)
    return write.create(registry.get("tasks"), {"title": "Offer", "due_at": due, **values}, actor=actor_for(user))


def told(user):
    return [one.title for one in reminding.to_show(actor_for(user))]


def test_the_usual_lead_is_a_quarter_of_an_hour_for_meetings_and_the_time_itself_for_tasks(ada):
    meet(ada, 16, subject="Too early")
    meet(ada, 14)
    plan(ada, 1, title="Too early")
    plan(ada, -1)
    assert reminding.remind() == 2
    assert told(ada) == ["Task: Offer", "Call: Pump"]


def test_each_one_can_have_a_lead_of_its_own_and_each_user_another_usual_one(ada):
    ReminderPreference.objects.create(user=ada, activity_lead="60", task_lead="never")
    meet(ada, 50)
    meet(ada, 50, subject="At the time", reminder="0")
    plan(ada, -1)
    plan(ada, 1000, title="Contract", reminder="1440")
    reminding.remind()
    assert told(ada) == ["Call: Pump", "Task: Contract"]


def test_nobody_is_reminded_of_what_is_done_deleted_past_or_was_only_written_down(ada):
    done = plan(ada, -1)
    write.update(registry.get("tasks"), done.pk, {"done_at": timezone.now()}, actor=actor_for(ada))
    deleted = meet(ada, 5)
    write.delete(registry.get("activities"), [deleted.pk], actor=actor_for(ada))
    meet(ada, 5, outcome="agreed")
    meet(ada, 0)
    plan(ada, -13 * 60)
    assert reminding.remind() == 0


def test_it_comes_once_however_often_the_job_runs_and_again_when_the_time_is_changed(ada):
    meeting = meet(ada, 10)
    assert [reminding.remind(), reminding.remind()] == [1, 0]
    write.update(registry.get("activities"), meeting.pk, {"at": meeting.at + timedelta(hours=2)}, actor=actor_for(ada))
    assert (told(ada), reminding.remind()) == ([], 0)
    assert reminding.remind(timezone.now() + timedelta(hours=2)) == 1
    assert (Reminder.objects.count(), SentMail.objects.count()) == (2, 2)


def test_who_takes_part_is_reminded_of_the_time_at_least(ada, north):
    eva = make_user("Eva", north)  # without a role that lets her see activities
    meet(ada, 10, subject="Secret merger", participants=[{"user": eva}])
    assert reminding.remind() == 2
    assert told(eva) == ["An appointment whose details you may not see"]
    run_waiting_jobs()
    texts = {one.to[0]: one.subject + one.body for one in mail.outbox}
    assert "Secret" in texts[ada.email]
    assert "Secret" not in texts[eva.email]


@pytest.mark.capability("C24")
def test_the_reminder_of_a_call_tells_whom_and_which_number(ada, client, settings):
    settings.ADDRESS = "https://crm.example.com"
    person = write.create(
        registry.get("people"), {"given_name": "Jan", "family_name": "Nowak", "phone": "+48 601 234 567"},
        actor=actor_for(ada),
    )  # fmt: skip
    call = meet(ada, 10, links=[{"record": RecordKey("people", person.pk)}], text="He wants <20> pieces & a price.")
    reminding.remind()
    client.force_login(ada)
    page = client.get("/reminders/").content.decode()
    assert 'href="tel:+48 601 234 567"' in page
    assert f'href="/people/{person.pk}/">Jan Nowak</a>' in page
    assert "He wants &lt;20&gt; pieces &amp; a price." in page
    run_waiting_jobs()
    (message,) = mail.outbox
    assert "Jan Nowak: +48 601 234 567" in message.body
    assert "He wants <20> pieces & a price." in message.body
    assert f"https://crm.example.com/activities/{call.pk}/" in message.body


def test_what_is_dismissed_stays_away_and_later_means_ten_minutes(ada, client, north):
    meet(ada, 10)
    meet(ada, 12, subject="Second")
    reminding.remind()
    client.force_login(ada)
    first, second = Reminder.objects.order_by("starts_at").values_list("pk", flat=True)
    assert client.get(f"/reminders/?known={first},{second}").status_code == 204
    client.post(f"/reminders/{first}/dismiss/")
    client.post(f"/reminders/{second}/later/")
    assert told(ada) == []
    Reminder.objects.filter(pk=second).update(shown_from=timezone.now())
    assert told(ada) == ["Call: Second"]
    client.force_login(make_user("Eva", north))
    client.post(f"/reminders/{second}/dismiss/")
    assert told(ada) == ["Call: Second"]


def test_the_account_says_how_one_is_reminded(ada, client):
    client.force_login(ada)
    assert 'href="/account/reminders/"' in client.get("/account/").content.decode()
    wrong = client.post("/account/reminders/", {"activity_lead": "7", "task_lead": "0"})
    assert (wrong.status_code, ReminderPreference.objects.count()) == (422, 0)
    client.post("/account/reminders/", {"activity_lead": "30", "task_lead": "never", "on_screen": "on"})
    preference = ReminderPreference.objects.get()
    assert (preference.activity_lead, preference.task_lead, preference.on_screen, preference.by_mail) == (
        "30", "never", True, False,
    )  # fmt: skip
    meet(ada, 20)
    reminding.remind()
    assert (told(ada), SentMail.objects.count()) == (["Call: Pump"], 0)


def test_a_page_without_reminders_asks_one_statement_for_them(ada, client):
    client.force_login(ada)

    def statements():
        with CaptureQueriesContext(connection) as found:
            client.get("/reminders/")
        return [one["sql"] for one in found if "communications_" in one["sql"]]

    assert len(statements()) == 1
    counts = []
    for number in (1, 4):
        for _n in range(number):
            meet(ada, 5)
        reminding.remind()
        counts.append(len(statements()))
    assert counts[0] == counts[1]


def test_a_worker_that_dies_in_the_middle_has_done_nothing(ada, monkeypatch):
    meet(ada, 10)

    def die(*_arguments):
        raise RuntimeError("The lights go out.")

    with monkeypatch.context() as broken:
        broken.setattr(reminding, "mail", die)
        with pytest.raises(RuntimeError):
            reminding.remind()
    assert Reminder.objects.count() == 0
    assert reminding.remind() == 1
    assert SentMail.objects.count() == 1


def test_the_job_runner_and_a_mail_server_deliver_exactly_one(ada, mail_server):
    ada.language = "cs"
    ada.save()
    meet(ada, 10, subject="Čerpadlo")
    for _minute in range(3):
        send_reminders.later()
        JobRun.objects.update(run_at=None)
        run_waiting_jobs()
    (message,) = (message_from_bytes(one, policy=policy.default) for one in mail_server.received)
    assert message["To"] == ada.email
    assert message["Subject"].strip().startswith("Připomenutí: ")
    assert message["Subject"].endswith("Hovor: Čerpadlo")
    assert "Čerpadlo" in message.get_content()
    assert (
        JobRun.objects.filter(kind="communications.remind").values_list("state", flat=True).distinct().get() == "done"
    )
    assert project.ADDRESS in message.get_content()
    assert Activity.objects.get().at > datetime.now(tz=timezone.get_current_timezone())
