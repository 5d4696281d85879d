"""Invitations by mail: what a calendar program reads, once for each change, and the answers by a link."""

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar

from jantar.engine.following.models import Notification
from jantar.engine.following.words import sentence
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.communications import invitations
from jantar.modules.communications.jobs import send_invitations
from jantar.modules.communications.models import Activity, Invitation, Participant, Reply
from jantar.modules.communications.telling import visible_replies
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.mail.models import SentMail

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
AT = datetime(2031, 3, 28, 9, 30, tzinfo=ZoneInfo("Europe/Prague"))


@pytest.fixture
def north():
    return make_team("North")


@pytest.fixture
def ada(north):
    return make_user("Ada", north, scope=Scope.TEAM)


@pytest.fixture
def eva(north):
    user = make_user("Eva", north, scope=Scope.OWN)
    user.language, user.time_zone = "cs", "Europe/London"
    user.save()
    return user


def meet(user, **values):
    values = {"kind": "meeting", "subject": "Pump", "at": AT, "duration": 60, "invites": True, **values}
    return write.create(registry.get("activities"), values, actor=actor_for(user))


def change(meeting, user, **values):
    return write.update(registry.get("activities"), meeting.pk, values, actor=actor_for(user))


def send():
    """What the job would write a minute later."""
    return invitations.send_due(timezone.now() + timedelta(minutes=1))


def written(method=None):
    mails = SentMail.objects.order_by("pk")
    return [(one.to, one.calendar_method, one.subject) for one in mails if method in (None, one.calendar_method)]


def event(mail):
    calendar = Calendar.from_ical(mail.calendar)
    (found,) = calendar.walk("VEVENT")
    return calendar, found


def link(mail, answer="accepted"):
    address = re.search(rf"https?://\S+&answer={answer}", mail.body)
    parts = urlsplit(address[0])
    return f"{parts.path}?{parts.query}"


def test_a_mail_server_gets_an_invitation_that_calendars_understand(ada, mail_server):
    person = write.create(
        registry.get("people"),
        {"given_name": "Jan", "family_name": "Novák", "email": "jan@example.com", "language": "sk"},
        actor=actor_for(ada),
    )
    meet(ada, subject="Čerpadlo; nové", location="Brno, Česká 1", participants=[{"person": person}])
    Activity.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    for _minute in range(3):
        send_invitations.later()
        run_waiting_jobs()
    (message,) = (message_from_bytes(one, policy=policy.default) for one in mail_server.received)
    assert (message["To"], message["Reply-To"]) == ("jan@example.com", ada.email)
    assert message["Subject"].strip().startswith("Pozvánka: Čerpadlo; nové")
    text, part = (one for one in message.walk() if one.get_content_type() in ("text/plain", "text/calendar"))
    assert part["Content-Type"].params["method"] == "REQUEST"
    assert "Brno, Česká 1" in text.get_content()
    calendar = Calendar.from_ical(part.get_content())
    (found,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "REQUEST"
    assert (found["SUMMARY"], found["LOCATION"], found["SEQUENCE"]) == ("Čerpadlo; nové", "Brno, Česká 1", 0)
    assert found["DTSTART"].dt == AT.astimezone(UTC)
    assert found["DTEND"].dt == AT.astimezone(UTC) + timedelta(hours=1)
    assert found["ORGANIZER"] == f"mailto:{ada.email}"
    assert found["ATTENDEE"] == "mailto:jan@example.com"
    assert (found["ATTENDEE"].params["PARTSTAT"], found["ATTENDEE"].params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == (
        "invite.ics",
        SentMail(calendar=part.get_content()).calendar.encode(),
    )
    mail = SentMail.objects.get()
    assert (mail.state, mail.subject, mail.body, mail.calendar) == ("sent", "", "", "")


def test_nothing_goes_out_unless_the_organiser_ticks_it(ada, eva):
    meeting = meet(ada, invites=False, participants=[{"user": eva}, {"email": "guest@example.com"}])
    assert send() == 0
    change(meeting, ada, invites=True)
    assert send() == 2
    assert {to for to, _method, _subject in written("REQUEST")} == {eva.email, "guest@example.com"}
    change(meeting, ada, invites=False, at=AT + timedelta(hours=1))
    assert send() == 0
    change(meeting, ada, invites=True)
    assert send() == 2


def test_each_change_is_told_once_and_what_is_taken_back_at_once_not_at_all(ada):
    meeting = meet(ada, participants=[{"email": "guest@example.com"}])
    assert invitations.send_due() == 0  # too early: more may follow
    assert [send(), send()] == [1, 0]
    change(meeting, ada, at=AT + timedelta(hours=2))
    change(meeting, ada, at=AT)
    assert send() == 0
    change(meeting, ada, text="What only we know", outcome="agreed")
    assert send() == 0
    change(meeting, ada, at=AT + timedelta(hours=2))
    assert [send(), send()] == [1, 0]
    first, second = SentMail.objects.order_by("pk")
    assert "What only we know" not in second.body + second.calendar
    assert second.subject.startswith("Changed: Pump")
    (_, before), (_, after) = event(first), event(second)
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["DTSTART"].dt == (AT + timedelta(hours=2)).astimezone(UTC)


def test_who_is_removed_and_everybody_when_it_is_deleted_gets_a_cancellation(ada):
    meeting = meet(ada, participants=[{"email": "a@example.com"}, {"email": "b@example.com"}])
    send()
    stays = Participant.objects.get(email="b@example.com")
    change(meeting, ada, participants=[{"id": stays.pk}])
    assert send() == 1
    write.delete(registry.get("activities"), [meeting.pk], actor=actor_for(ada))
    assert [send(), send()] == [1, 0]
    assert [to for to, _method, _subject in written("CANCEL")] == ["a@example.com", "b@example.com"]
    calendar, found = event(SentMail.objects.order_by("pk").last())
    assert (calendar["METHOD"], found["STATUS"], found["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    undo(Operation.objects.filter(cause="page").latest("pk").pk, actor=actor_for(ada))
    assert send() == 1
    _calendar, again = event(SentMail.objects.order_by("pk").last())
    assert (again["STATUS"], again["SEQUENCE"]) == ("CONFIRMED", 2)


def test_colleagues_read_it_in_their_language_and_with_their_clock(ada, eva):
    meet(ada, participants=[{"user": eva}, {"user": ada}])
    assert send() == 1
    mail = SentMail.objects.get()
    assert mail.subject == "Pozvánka: Pump (pátek 28. března 2031 08:30–09:30 (GMT))"


def test_whole_days_stay_days(ada):
    meet(ada, all_day=True, duration=2 * 1440, participants=[{"email": "guest@example.com"}])
    send()
    _calendar, found = event(SentMail.objects.get())
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2031, 3, 28), date(2031, 3, 30))


def test_no_address_no_owner_and_what_is_past_send_nothing(ada, client):
    actor = actor_for(ada)
    nobody = write.create(registry.get("people"), {"family_name": "Silent"}, actor=actor)
    silent = meet(ada, participants=[{"person": nobody}])
    meet(ada, at=timezone.now() - timedelta(hours=2), participants=[{"email": "late@example.com"}])
    meet(ada, owner=None, participants=[{"email": "lost@example.com"}])
    assert send() == 0
    client.force_login(ada)
    page = client.get(f"/activities/{silent.pk}/timeline/stream/").content.decode()
    assert "No e-mail address is known of 1 participant." in page
    assert "No invitation sent" in page


def test_opening_the_link_changes_nothing_and_a_press_answers_without_a_sign_in(client, ada, eva):
    meeting = meet(ada, participants=[{"email": "guest@example.com"}])
    send()
    mail = SentMail.objects.get()
    for _prefetch in range(3):
        page = client.get(link(mail)).content.decode()
    assert "Pump" in page
    assert (Participant.objects.get().answer, Reply.objects.count()) == ("", 0)
    answer = client.post(link(mail), {"answer": "accepted"})
    assert "Thank you" in answer.content.decode()
    client.post(link(mail), {"answer": "accepted"})
    assert (Participant.objects.get().answer, Reply.objects.count()) == ("accepted", 1)
    client.post(link(mail), {"answer": "declined"})
    assert Participant.objects.get().answer == "declined"
    actor = actor_for(ada)
    told = Notification.objects.visible_to(actor).order_by("pk")
    replies = list(Reply.objects.order_by("pk"))
    assert [sentence(one, meeting, reply, actor) for one, reply in zip(told, replies, strict=True)] == [
        "Jantar: guest@example.com accepted the invitation",
        "Jantar: guest@example.com declined the invitation",
    ]
    assert not Notification.objects.filter(user=eva).exists()
    client.force_login(ada)
    assert "Declined" in client.get(f"/activities/{meeting.pk}/").content.decode()
    stream = client.get(f"/activities/{meeting.pk}/timeline/stream/").content.decode()
    assert "1 invitation sent" in stream
    assert "guest@example.com declined the invitation" in stream


def test_a_new_time_asks_again_and_a_new_place_does_not(client, ada):
    meeting = meet(ada, participants=[{"email": "guest@example.com"}])
    send()
    client.post(link(SentMail.objects.get()), {"answer": "accepted"})
    change(meeting, ada, location="Brno")
    send()
    assert Participant.objects.get().answer == "accepted"
    _calendar, found = event(SentMail.objects.order_by("pk").last())
    assert found["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    change(meeting, ada, at=AT + timedelta(days=1))
    send()
    assert Participant.objects.get().answer == ""


@pytest.mark.parametrize("key", ["", "1", "1:forged", "\0", "1:" + "x" * 5000])
def test_a_forged_key_finds_nothing(client, ada, key):
    meet(ada, participants=[{"email": "guest@example.com"}])
    send()
    assert client.get("/invitation/", {"key": key}).status_code == 404
    assert client.post(f"/invitation/?key={key[:20]}", {"answer": "accepted"}).status_code == 404
    assert Participant.objects.get().answer == ""


def test_what_cannot_be_answered_says_why_and_tells_nothing_of_the_meeting(client, ada):
    meeting = meet(ada, participants=[{"email": "guest@example.com"}])
    send()
    address = link(SentMail.objects.get())
    wrong = client.post(address, {"answer": "perhaps"})
    assert (wrong.status_code, "Choose an answer." in wrong.content.decode()) == (422, True)
    change(meeting, ada, participants=[])
    page = client.get(address).content.decode()
    assert "no longer invited" in page
    assert "Pump" not in page
    refused = client.post(address, {"answer": "accepted"})
    assert refused.status_code == 422
    assert Reply.objects.count() == 0


def test_the_answer_of_a_person_one_may_not_see_is_not_told(client, ada, eva):
    person = write.create(
        registry.get("people"), {"family_name": "Secret", "email": "secret@example.com"}, actor=actor_for(ada)
    )
    meeting = meet(ada, participants=[{"user": eva}, {"person": person}])
    send()
    client.post(link(SentMail.objects.get(to="secret@example.com")), {"answer": "accepted"})
    assert visible_replies(actor_for(ada)).count() == 1
    assert visible_replies(actor_for(eva)).count() == 0
    client.force_login(eva)
    for address in ("", "timeline/stream/"):
        page = client.get(f"/activities/{meeting.pk}/{address}").content.decode()
        assert "Secret" not in page
        assert "secret@" not in page


def test_a_worker_that_dies_in_the_middle_has_done_nothing(ada, monkeypatch):
    meet(ada, participants=[{"email": "a@example.com"}, {"email": "b@example.com"}])

    def die(*_arguments):
        raise RuntimeError("The lights go out.")

    with monkeypatch.context() as broken:
        broken.setattr(invitations, "note", die)
        with pytest.raises(RuntimeError):
            send()
    assert (Invitation.objects.count(), SentMail.objects.count()) == (0, 0)
    assert send() == 2


def test_merged_meetings_keep_one_guest_of_each_address_and_calendars_know_them(ada):
    first = meet(ada, participants=[{"email": "a@example.com", "answer": "accepted"}, {"email": "b@example.com"}])
    second = meet(ada, participants=[{"email": "A@example.com"}, {"email": "c@example.com"}])
    send()
    merge(registry.get("activities"), first.pk, [second.pk], actor=actor_for(ada))
    assert sorted(Participant.objects.filter(activity=first).values_list("email", flat=True)) == [
        "a@example.com", "b@example.com", "c@example.com",
    ]  # fmt: skip
    SentMail.objects.all().delete()
    assert send() == 1  # what was said of the second to who is invited to the first anyway
    assert [to for to, _method, _subject in written("CANCEL")] == ["a@example.com"]
    change(first, ada, location="Brno")
    send()
    _calendar, found = event(SentMail.objects.get(to="c@example.com"))
    assert found["UID"].startswith(f"activities-{second.pk}@")


def test_people_are_invited_to_what_comes_again_a_fortnight_ahead(ada):
    start = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    meet(ada, at=start, repeats="FREQ=WEEKLY;COUNT=6", participants=[{"email": "guest@example.com"}])
    assert Activity.objects.count() == 6
    assert send() == 2
    assert invitations.send_due(timezone.now() + timedelta(days=7)) == 1
