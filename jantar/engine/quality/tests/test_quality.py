"""What the data quality page tells: every number is the count of the list it opens, within rights."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jantar.engine.duplicates.models import Pair
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.services import create_custom_field
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.quality import counting
from jantar.engine.quality.counting import report_of
from jantar.engine.quality.findings import Question, findings_of
from jantar.engine.records import listing, write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C128")]
companies, people, deals, tasks = (registry.get(name) for name in ("companies", "people", "deals", "tasks"))

USUAL = Question()


@pytest.fixture
def boss():
    return make_user("Boss", admin=True)


@pytest.fixture
def admin(boss):
    return actor_for(boss)


def company(actor, name, **values):
    return write.create(companies, {"name": name, **values}, actor=actor)


def told(record_type, actor, question=USUAL):
    return {one.finding.key: one.number for one in report_of(record_type, actor, question).counted}


def long_ago(record, days):
    """The clock of the row, set back."""
    type(record)._base_manager.filter(pk=record.pk).update(updated_at=timezone.now() - timedelta(days=days))


def test_what_is_missing_and_who_is_out_of_reach(admin):
    company(admin, "Full", phone="+48601234567", email="a@b.example", city="Brno", registration_number="1", owner=None)
    company(admin, "Bare")
    by_person = company(admin, "By its person")
    write.create(people, {"family_name": "Novák", "company": by_person, "phone": "+420601234567"}, actor=admin)
    found = told(companies, admin)
    assert {key: found[key] for key in ("missing:phone", "missing:email", "missing:city", "unreachable")} == {
        "missing:phone": 2, "missing:email": 2, "missing:city": 2, "unreachable": 1,
    }  # fmt: skip
    assert told(people, admin)["unreachable"] == 0


def test_records_are_quiet_unless_they_changed_or_something_happened(admin):
    silent, called, fresh = (company(admin, name) for name in ("Silent", "Called", "Fresh"))
    for one, days in ((silent, 100), (called, 100), (fresh, 10)):
        long_ago(one, days)
    call = {"subject": "Hello", "links": [{"record": RecordKey("companies", called.pk)}]}
    write.create(registry.get("activities"), {**call, "at": timezone.now() - timedelta(days=50)}, actor=admin)
    assert [told(companies, admin, Question(days=days))["quiet"] for days in (30, 90, 180)] == [2, 1, 0]


def test_what_colleagues_do_is_no_silence_though_it_stays_theirs(admin):
    seller, colleague = make_user("Anna"), make_user("Jan")
    grant(seller, {"see": Scope.OWN}, "activities")
    grant(seller, {"see": Scope.ALL}, "companies")
    shared = company(admin, "Shared")
    silent = company(admin, "Silent")
    for one in (shared, silent):
        long_ago(one, 100)
    call = {"subject": "Secret", "links": [{"record": RecordKey("companies", shared.pk)}], "owner": colleague}
    activities = registry.get("activities")
    write.create(activities, {**call, "at": timezone.now() - timedelta(days=5)}, actor=admin)
    anna = actor_for(seller)
    assert not activities.model.objects.visible_to(anna).exists()
    assert told(companies, anna)["quiet"] == told(companies, admin)["quiet"] == 1
    filter = next(one for one in findings_of(companies, anna, USUAL) if one.key == "quiet").filter
    assert [row.pk for row in listing.page_of(listing.Query(companies, anna, filter=filter)).rows] == [silent.pk]


def test_open_deals_without_a_next_step_or_past_their_close(admin):
    customer = company(admin, "Żubr")
    day = timezone.localdate()
    for name, values in (
        ("Late", {"expected_close": day - timedelta(days=1), "next_step": "Call"}),
        ("Idle", {"expected_close": day + timedelta(days=1)}),
        ("Done", {"expected_close": day - timedelta(days=9)}),
    ):
        deal = write.create(deals, {"name": name, "customer": customer, **values}, actor=admin)
    registry.get("deals").action("win").service(deal, actor=admin)
    found = told(deals, admin)
    assert (found["late:expected_close"], found["missing:next_step"]) == (1, 1)


def test_tasks_that_are_late_count_until_they_are_done(admin):
    late = write.create(tasks, {"title": "Call", "due_at": timezone.now() - timedelta(days=2)}, actor=admin)
    assert told(tasks, admin)["late:due_at"] == 1
    write.update(tasks, late.pk, {"done_at": timezone.now()}, actor=admin)
    assert told(tasks, admin)["late:due_at"] == 0


def test_a_custom_field_worth_having_is_told_and_others_are_not(boss):
    admin = actor_for(boss)
    create_custom_field(record_type="companies", label="Newsletter", kind="text", actor=admin)
    create_custom_field(record_type="companies", label="Route", kind="text", wanted=True, actor=admin)
    admin = actor_for(boss)
    company(admin, "With", x_route="North")
    company(admin, "Without")
    found = told(companies, admin)
    assert (found["missing:x_route"], "missing:x_newsletter" in found) == (1, False)


@pytest.mark.parametrize("only_mine", [False, True])
def test_every_number_is_the_count_of_the_list_it_opens(client, boss, admin, only_mine):
    mine = company(admin, "Mine", owner=boss)
    company(admin, "Nobody's", owner=None, phone="+48601234567")
    long_ago(mine, 200)
    write.create(people, {"family_name": "Novák", "owner": boss}, actor=admin)
    write.create(deals, {"name": "Machine", "customer": mine, "owner": boss}, actor=admin)
    write.create(tasks, {"title": "Call"}, actor=admin)
    client.force_login(boss)
    checked = 0
    for record_type in (companies, people, deals, tasks):
        for one in report_of(record_type, admin, Question(only_mine)).counted:
            if one.finding.filter is None:
                continue
            query = listing.Query(record_type, admin, filter=one.finding.filter)
            assert (one.number, one.is_exact) == listing.count_of(query), one.finding.key
            checked += one.number
        page = client.get(f"/quality/{record_type.name}/?days=90{'&whose=mine' if only_mine else ''}")
        for href in links(page):
            assert client.get(href).status_code == 200
    assert checked >= 8


def links(page):
    return [part.partition('"')[0] for part in unescape(page.content.decode()).split('class="grow" href="')[1:]]


def test_nobody_counts_what_they_may_not_see(client, admin):
    user = make_user("Seller", make_team("North"))
    grant(user, {Action.SEE: Scope.OWN}, "companies")
    company(admin, "Theirs", owner=None)
    company(admin, "Own", owner=user)
    seller = actor_for(user)
    assert told(companies, seller)["missing:phone"] == 1
    assert "duplicates" not in told(companies, seller)
    client.force_login(user)
    assert client.get("/quality/people/").status_code == 404
    assert "People" not in client.get("/quality/").content.decode()


def test_open_pairs_are_told_to_those_who_may_merge(admin):
    one, two = company(admin, "Twin"), company(admin, "Twin")
    Pair.objects.create(record_type="companies", first_id=one.pk, second_id=two.pk, points=60)
    assert told(companies, admin)["duplicates"] == 1
    assert "duplicates" not in told(companies, admin, Question(only_mine=True))


def test_a_card_is_one_statement_however_much_there_is_to_tell(admin):
    company(admin, "Bare")
    for _number in range(2):
        with CaptureQueriesContext(connection) as statements:
            report_of(companies, admin, Question())
        counting_ones = [one["sql"] for one in statements if "count(*)" in one["sql"]]
        assert (len(counting_ones), len(statements)) == (1, 5)  # a savepoint and the limit of time around it
        for number in range(3):
            company(admin, f"More {number}")


def test_beyond_what_lists_count_the_number_is_the_estimate_of_the_list(admin, monkeypatch):
    monkeypatch.setattr(counting, "EXACT_UP_TO", 1)
    monkeypatch.setattr(listing, "EXACT_UP_TO", 1)
    for number in range(4):
        company(admin, f"Bare {number}")
    one = next(one for one in report_of(companies, admin, Question()).counted if one.finding.key == "missing:phone")
    query = listing.Query(companies, admin, filter=one.finding.filter)
    assert (one.number, one.is_exact) == listing.count_of(query)
    assert not one.is_exact


def test_where_counting_takes_too_long_estimates_are_told(admin, monkeypatch):
    monkeypatch.setattr(counting, "PATIENCE", 1)
    monkeypatch.setattr(counting, "PATIENCE_EACH", 1)
    sleeping = "(SELECT count(*) FROM pg_sleep(0.2))"
    monkeypatch.setattr(counting, "bounded_counts", lambda asked: connection.cursor().execute(f"SELECT {sleeping}"))
    report = report_of(companies, admin, Question())
    assert {one.is_exact for one in report.counted} == {False}
    assert len(report.counted) == len(findings_of(companies, admin, Question()))


def test_what_took_long_is_kept_and_told_with_its_time(client, boss, admin, monkeypatch):
    monkeypatch.setattr(counting, "SLOW", -1)
    client.force_login(boss)
    company(admin, "Bare")
    assert "As of" not in client.get("/quality/companies/").content.decode()
    company(admin, "Bare too")
    page = client.get("/quality/companies/").content.decode()
    assert "As of" in page
    assert told(companies, admin)["missing:phone"] == 1
    assert "As of" not in client.get("/quality/companies/?anew=1").content.decode()
    assert told(companies, admin)["missing:phone"] == 2


@pytest.mark.parametrize(("format", "start"), [("csv", b"\xef\xbb\xbfType,What to mend"), ("xlsx", b"PK")])
def test_the_report_is_exported(client, boss, admin, format, start):
    company(admin, "Bare")
    client.force_login(boss)
    file = client.get(f"/quality/export/?format={format}")
    assert file.content.startswith(start)
    assert f'filename="Data quality.{format}"' in file["Content-Disposition"]
    if format == "csv":
        assert b"Companies,Missing: phone,1,\r\n" in file.content


def test_an_unknown_format_or_period_is_answered(client, boss):
    client.force_login(boss)
    assert client.get("/quality/export/?format=pdf").status_code == 400
    assert client.get("/quality/?days=17&whose=nobody").status_code == 200


@pytest.mark.capability("C21")
def test_today_shows_the_worst_of_ones_own(client, boss, admin):
    client.force_login(boss)
    assert "/quality/mine/" in client.get("/").content.decode()
    assert "Your records are complete." in client.get("/quality/mine/").content.decode()
    company(admin, "Mine", owner=boss)
    company(admin, "Theirs", owner=None)
    page = client.get("/quality/mine/")
    assert "companies" in page.content.decode()
    assert [client.get(href).status_code for href in links(page)] == [200] * 4
