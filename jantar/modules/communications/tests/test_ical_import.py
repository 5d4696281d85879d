"""Calendars of other programs brought in: events, to-dos, rules, time zones, what is broken and what is hostile."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.models import Series
from jantar.engine.records.recurrence import making
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.transfer.sheets import open_sheet
from jantar.engine.transfer.tests.runs import counts, imported, refused, taken_out
from jantar.modules.communications.invitations import send_due
from jantar.modules.communications.models import Activity, Participant, Task
from jantar.modules.communications.records import activities
from jantar.platform.accounts.models import User
from jantar.platform.mail.models import SentMail

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
PRAGUE, NEW_YORK = ZoneInfo("Europe/Prague"), ZoneInfo("America/New_York")
NOW = datetime(2026, 10, 1, 8, 0, tzinfo=PRAGUE)
SAMPLES = Path(os.environ.get("JANTAR_SHARED", "../shared")) / "specs/samples/ical"
CUSTOM_ZONE = (
    "BEGIN:VTIMEZONE", "TZID:Zone of the office", "BEGIN:STANDARD", "DTSTART:19701101T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:19700308T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0400", "END:DAYLIGHT", "END:VTIMEZONE",
)  # fmt: skip


@pytest.fixture(autouse=True)
def in_october(monkeypatch):
    monkeypatch.setattr(making.timezone, "now", lambda: NOW)


@pytest.fixture
def ada():
    return make_user("Ada", make_team("North"), scope=Scope.ALL)


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()


def event(uid, *lines, summary="Stand-up", kind="VEVENT"):
    return [f"BEGIN:{kind}", f"UID:{uid}", f"SUMMARY:{summary}", *lines, f"END:{kind}"]


def bring(content, user, type_name="activities", **settings):
    return imported(content, type_name, actor_for(user), "calendar.ics", **settings)


def clocks(zone=PRAGUE):
    rows = Activity.objects.filter(deleted_at=None).order_by("at")
    return [f"{row.at.astimezone(zone):%m-%d %H:%M}" for row in rows]


def everything():
    return list(Activity.objects.order_by("pk").values_list("pk", "at", "version", "repeats", "series", "subject"))


def test_events_come_in_once_however_often_they_are_brought(ada):
    content = calendar(
        *event("a@x", "DTSTART;TZID=Europe/Prague:20261012T090000", "DTEND;TZID=Europe/Prague:20261012T093000",
               "DESCRIPTION:Plan\\nof the week", "LOCATION:Brno"),
        *event("b@x", "DTSTART;VALUE=DATE:20261015", "DTEND;VALUE=DATE:20261017", summary="Fair"),
        *event("c@x", "DTSTART:20261016T070000Z", "DURATION:PT1H30M", summary="Call\\, short"),
    )  # fmt: skip
    run = bring(content, ada)
    assert (refused(run), counts(run)) == ([], {"created": 3})
    assert clocks() == ["10-12 09:00", "10-15 00:00", "10-16 09:00"]
    rows = Activity.objects.order_by("at").values_list("subject", "duration", "all_day", "kind", "text", "location")
    assert list(rows) == [
        ("Stand-up", 30, False, "meeting", "Plan\nof the week", "Brno"),
        ("Fair", 2880, True, "meeting", "", ""),
        ("Call, short", 90, False, "meeting", "", ""),
    ]
    before = everything()
    assert counts(bring(content, ada)) == {"unchanged": 3}
    assert everything() == before


def test_what_an_event_was_made_here_stays_when_it_is_brought_again(ada):
    begin = ("DTSTART:20261016T070000Z", "DURATION:PT1H30M")
    bring(calendar(*event("c@x", *begin)), ada)
    write.update(activities, Activity.objects.get().pk, {"kind": "call"}, actor=actor_for(ada))
    assert counts(bring(calendar(*event("c@x", *begin, summary="Offer")), ada)) == {"updated": 1}
    assert Activity.objects.values_list("subject", "kind").get() == ("Offer", "call")


def test_rules_stay_rules_with_what_was_left_out_and_moved(ada):
    content = calendar(
        *event("s@x", "DTSTART;TZID=Europe/Prague:20261005T090000", "RRULE:FREQ=WEEKLY;UNTIL=20261109T080000Z",
               "EXDATE;TZID=Europe/Prague:20261019T090000"),
        *event("s@x", "RECURRENCE-ID;TZID=Europe/Prague:20261026T090000", "DTSTART;TZID=Europe/Prague:20261027T150000",
               summary="Moved"),
    )  # fmt: skip
    run = bring(content, ada)
    assert (refused(run), counts(run)) == ([], {"created": 2})
    assert clocks() == ["10-05 09:00", "10-12 09:00", "10-27 15:00", "11-02 09:00", "11-09 09:00"]
    before = everything()
    assert counts(bring(content, ada)) == {"unchanged": 2}
    assert everything() == before
    assert taken_out(run, actor_for(ada)).conflicts == []
    assert (Activity.objects.count(), Series.objects.count()) == (0, 0)


@pytest.mark.parametrize("zone", ["America/New_York", "Eastern Standard Time", "Zone of the office"])
def test_a_series_keeps_the_clock_of_its_own_zone(ada, zone):
    """Clocks change a week later in New York than in Prague, on 1 November."""
    lines = CUSTOM_ZONE if zone.startswith("Zone") else ()
    content = calendar(*lines, *event("n@x", f"DTSTART;TZID={zone}:20261019T090000", "RRULE:FREQ=WEEKLY;COUNT=3"))
    run = bring(content, ada)
    assert (refused(run), counts(run)) == ([], {"created": 1})
    assert clocks(NEW_YORK) == ["10-19 09:00", "10-26 09:00", "11-02 09:00"]
    assert clocks() == ["10-19 15:00", "10-26 14:00", "11-02 15:00"]


GUESTS = (
    "ORGANIZER;CN=Chief:MAILTO:Chief@guests.example",
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:EVA@jantar.example",
    'ATTENDEE;PARTSTAT=TENTATIVE;CN="Novák, Petr":mailto:petr@kunde.example',
    "ATTENDEE;PARTSTAT=DECLINED:mailto:nobody@guests.example",
    "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@jantar.example",
    "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@guests.example",
    "ATTENDEE:invalid:nomail",
)


def guests(activity):
    rows = activity.participants.select_related("user", "person").order_by("pk")
    return [(str(row), "user" if row.user_id else "person" if row.person_id else "address", row.answer) for row in rows]


def about(activity):
    return set(activity.links.values_list("record_type", "record_id"))


@pytest.fixture
def petr(ada):
    """A person of the register; there is also a colleague, Eva."""
    User.objects.filter(pk=ada.pk).update(email="ada@jantar.example")
    eva = make_user("Eva", make_team("South"), scope=Scope.OWN)
    User.objects.filter(pk=eva.pk).update(email="eva@jantar.example")
    values = {"given_name": "Petr", "family_name": "Novák", "email": "petr@kunde.example"}
    return write.create(registry.get("people"), values, actor=actor_for(ada))


def test_who_takes_part_and_when_it_reminds_come_along(ada, petr):
    content = calendar(
        *event("g@x", "DTSTART:20261016T070000Z", "DURATION:PT1H", *GUESTS, "BEGIN:VALARM", "ACTION:DISPLAY",
               "TRIGGER:-PT30M", "END:VALARM", "BEGIN:VALARM", "ACTION:EMAIL", "ATTENDEE:mailto:alarm@guests.example",
               "TRIGGER:-P1D", "END:VALARM"),
    )  # fmt: skip
    run = bring(content, ada)
    assert (refused(run), counts(run)) == ([], {"created": 1})
    activity = Activity.objects.get()
    assert guests(activity) == [
        ("Eva", "user", "accepted"),
        ("Petr Novák", "person", "tentative"),
        ("nobody@guests.example", "address", "declined"),
        ("chief@guests.example", "address", "accepted"),
    ]
    assert (activity.reminder, activity.invites, activity.owner) == ("30", False, ada)
    assert ("people", petr.pk) in about(activity)
    assert send_due(NOW + timedelta(days=1)) == 0
    assert not SentMail.objects.exists()
    before = (everything(), guests(activity))
    assert counts(bring(content, ada)) == {"unchanged": 1}
    assert (everything(), guests(Activity.objects.get())) == before
    assert taken_out(run, actor_for(ada)).conflicts == []
    assert (Activity.objects.count(), Participant.objects.count()) == (0, 0)


def test_an_answer_given_here_stays_and_who_is_new_comes_along(ada, petr):
    begin = ("DTSTART:20261016T070000Z", "DURATION:PT1H")
    bring(calendar(*event("g@x", *begin, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:nobody@guests.example")), ada)
    Participant.objects.update(answer="declined")
    more = ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:nobody@guests.example", "ATTENDEE:mailto:petr@kunde.example")
    run = bring(calendar(*event("g@x", *begin, *more)), ada)
    assert (refused(run), counts(run)) == ([], {"updated": 1})
    activity = Activity.objects.get()
    assert guests(activity) == [("nobody@guests.example", "address", "declined"), ("Petr Novák", "person", "")]
    assert ("people", petr.pk) in about(activity)
    assert taken_out(run, actor_for(ada)).conflicts == []
    assert guests(Activity.objects.get()) == [("nobody@guests.example", "address", "declined")]


def test_each_of_a_series_has_who_takes_part(ada, petr):
    run = bring(calendar(*event("s@x", "DTSTART:20261005T070000Z", "RRULE:FREQ=WEEKLY;COUNT=3", *GUESTS)), ada)
    assert (refused(run), counts(run)) == ([], {"created": 1})
    assert [len(guests(one)) for one in Activity.objects.all()] == [4, 4, 4]


@pytest.mark.parametrize(
    ("trigger", "lead"),
    [
        ("TRIGGER:-PT15M", "15"),
        ("TRIGGER:-PT20M", "15"),
        ("TRIGGER:PT5M", "0"),
        ("TRIGGER:-P1W", "10080"),
        ("TRIGGER:-P30D", "10080"),
        ("TRIGGER;RELATED=END:-PT90M", "30"),
        ("TRIGGER;VALUE=DATE-TIME:20261016T060000Z", "60"),
        ("TRIGGER:soon", ""),
        ("DESCRIPTION:no time", ""),
    ],
)
def test_an_alarm_becomes_the_next_time_one_can_choose(trigger, lead):
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", trigger, "END:VALARM")
    sheet = open_sheet(calendar(*event("g@x", "DTSTART:20261016T070000Z", "DURATION:PT1H", *alarm)))
    [row] = sheet.rows()
    assert (row.notices, row.cells[7]) == ((), lead)


def test_a_sheet_names_participants_and_a_wrong_one_is_refused(ada, petr):
    text = "Subject,When,Participants,Calendar id\n" + "".join(
        f'{name},2026-10-16 09:00,"{who}",{name}\n'
        for name, who in [("A", "eva@jantar.example; petr@kunde.example (declined)"), ("B", "Eva")]
    )
    run = imported(text, "activities", actor_for(ada))
    assert [reason for _number, reason in refused(run)] == ["Participants: “Eva” is not an e-mail address."]
    assert guests(Activity.objects.get()) == [("Eva", "user", ""), ("Petr Novák", "person", "declined")]


def test_more_participants_than_any_meeting_has_are_refused(ada):
    many = [f"ATTENDEE:mailto:guest{number}@guests.example" for number in range(201)]
    run = bring(calendar(*event("g@x", "DTSTART:20261016T070000Z", *many)), ada)
    assert refused(run) == [(3, "This entry names more than 200 participants.")]


def test_to_dos_become_tasks(ada):
    content = calendar(
        *event("t@x", "DUE:20261012T150000Z", "PRIORITY:1", "BEGIN:VALARM", "TRIGGER:-PT1H", "END:VALARM",
               summary="Offer", kind="VTODO"),
        *event("u@x", "DUE:20261013T150000Z", "STATUS:COMPLETED", "COMPLETED:20261001T100000Z", kind="VTODO"),
        *event("v@x", "DTSTART:20261014T150000Z", summary="No task"),
    )  # fmt: skip
    run = bring(content, ada, "tasks", worksheet="VTODO")
    assert (refused(run), counts(run)) == ([], {"created": 2})
    assert list(Task.objects.order_by("due_at").values_list("title", "priority", "reminder", "done_at")) == [
        ("Offer", "high", "60", None),
        ("Stand-up", "normal", "", datetime(2026, 10, 1, 10, tzinfo=UTC)),
    ]


def test_what_is_broken_is_told_with_its_line_and_hurts_nothing_else(ada):
    content = calendar(
        *event("a@x", "DTSTART:tomorrow"),
        *event("b@x"),
        *event("c@x", "DTSTART;TZID=Middle of nowhere:20261012T090000"),
        *event("d@x", "DTSTART:20261012T090000Z", "DTEND:20261011T090000Z"),
        *event("e@x", "DTSTART:20261012T090000Z", "what is this"),
        *event("f@x", "DTSTART:20261012T090000Z", "STATUS:CANCELLED"),
        *event("g@x", "DTSTART:20261012T090000Z", summary="Good"),
        *event("h@x", "DTSTART;TZID=Pacific/Honolulu:99991231T235959"),
        *event("i@x", "DTSTART:99991201T235959Z", "RRULE:FREQ=DAILY"),
    )
    run = bring(content, ada)
    assert refused(run) == [
        (3, "“tomorrow” is not a time."),
        (8, "This entry does not say when it begins."),
        (12, "The time zone “Middle of nowhere” is not known."),
        (17, "The end is before the start."),
        (23, "Line 27 of the file cannot be read: “what is this”."),
        (40, "“99991231T235959” is not a time."),
        (45, "When: This date is too far away."),
    ]
    assert list(Activity.objects.values_list("subject", flat=True)) == ["Good"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=SECONDLY", "more often than every day"),
        ("FREQ=DAILY;COUNT=2000000000", "COUNT may be 5000 at most"),
        ("FREQ=DAILY;INTERVAL=99999999", "INTERVAL may be 1000 at most"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "There is no day"),
        ("FREQ=DAILY;BYSECOND=1,2,3", "Rules with BYSECOND"),
        ("FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 5000), "too long"),
    ],
)
def test_rules_that_would_flood_are_refused_with_the_reason(ada, rule, words):
    run = bring(calendar(*event("a@x", "DTSTART:20261012T090000Z", f"RRULE:{rule}")), ada)
    [(number, reason)] = refused(run)
    assert number == 3
    assert words in reason
    assert not Activity.objects.exists()


def test_an_entry_with_several_rules_is_refused(ada):
    rules = ("RRULE:FREQ=WEEKLY;BYDAY=MO", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1")
    [(number, reason)] = refused(bring(calendar(*event("a@x", "DTSTART:20261012T090000Z", *rules)), ada))
    assert (number, reason) == (3, "An entry with several rules can't be taken over. Divide it into one for each rule.")
    assert not Activity.objects.exists()


@pytest.mark.parametrize("days", [400, 40_000])
def test_many_rules_that_together_would_flood_are_refused(days):
    start = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y%m%dT090000Z")
    many = [line for n in range(60) for line in event(f"{n}@x", f"DTSTART:{start}", "RRULE:FREQ=DAILY")]
    sheet = open_sheet(calendar(*many))
    told = [str(row.notices[0]) for row in sheet.rows() if row.notices]
    assert 0 < len(told) < 60
    assert set(told) == {"With this entry the file would hold more than 20000 occurrences. Divide it."}


def test_a_rule_that_ends_beyond_all_days_is_refused_with_its_line(ada):
    rules = ("RRULE:FREQ=DAILY;UNTIL=00010101T000000Z", "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z")
    found = refused(
        bring(
            calendar(
                *(line for rule in rules for line in event(rule, "DTSTART;TZID=Europe/Prague:20261012T090000", rule))
            ),
            ada,
        )
    )
    assert [reason for _row, reason in found] == [
        f"“{rule.partition('UNTIL=')[2]}” is not a day on which a rule ends." for rule in rules
    ]
    assert not Activity.objects.exists()


def test_a_zone_that_would_never_end_is_refused():
    zone = ["BEGIN:VTIMEZONE", "TZID:Bomb", "BEGIN:STANDARD", "DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY",
            "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE"]  # fmt: skip
    sheet = open_sheet(calendar(*zone, *event("a@x", "DTSTART;TZID=Bomb:20261012T090000")))
    assert [str(row.notices[0]) for row in sheet.rows()] == ["The time zone “Bomb” is not described well."]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collected samples are not here")
def test_files_of_real_programs_are_read(ada):
    found = {path.name: open_sheet(path.read_bytes()) for path in sorted(SAMPLES.glob("*.ics"))}
    assert len(found) >= 15
    refusals = {name for name, sheet in found.items() for row in sheet.rows() if row.notices}
    assert refusals == {"issue_526_calendar_with_events.ics"}  # a zone that nobody describes
    [row] = found["america_new_york.ics"].rows()
    assert row.cells[1] == "2014-08-29T12:00:00+00:00"
