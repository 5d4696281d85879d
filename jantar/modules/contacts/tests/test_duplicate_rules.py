"""The rules for duplicates that administrators choose: kept, tried beforehand, and in force wherever pairs are."""

from html import unescape

import pytest
from django.core.cache import cache

from jantar.engine.duplicates import preview, services
from jantar.engine.duplicates.finding import find_like
from jantar.engine.duplicates.models import Pair, Rules, State
from jantar.engine.duplicates.preview import preview_of
from jantar.engine.duplicates.rules import checked_rules, keep_rules, reasons_of, rules_of
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_actor, make_user
from jantar.engine.testing.api_client import ApiClient, data_of
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C2"), pytest.mark.capability("N4")]
companies, people = registry.get("companies"), registry.get("people")
ALL = ["name", "email", "phone", "address", "registration_number", "tax_number", "vat_number"]
PAGE = "/settings/duplicates/companies/"


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


@pytest.fixture
def boss():
    return make_user("Boss", admin=True)


@pytest.fixture
def admin(boss):
    return actor_for(boss)


@pytest.fixture
def register(admin):
    """Pairs of 70 points (name and place), 55 (registration number, another name) and 20 (phone, another name)."""
    rows = [
        {"name": "Żubr", "city": "Łódź", "phone": "601 234 567"},
        {"name": "Zubr", "city": "Lodz"},
        {"name": "Dvořák", "registration_number": "123 456"},
        {"name": "Bizon", "registration_number": "123456"},
        {"name": "Tur", "phone": "+48601234567"},
    ]
    return [write.create(companies, row, actor=admin) for row in rows]


def kept(admin, record_type=companies, counting=None, proposed_from=50, hinted_from=40):
    counting = list(reasons_of(record_type)) if counting is None else counting
    rules = checked_rules(record_type, proposed_from=proposed_from, hinted_from=hinted_from, counting=counting)
    return keep_rules(record_type, rules, actor=admin)


def scanned(admin):
    run = services.start_scan(companies, actor=admin)
    execute(run.pk, aside=False)
    return {frozenset(str(one) for one in pair.records) for pair in services.pairs_of(companies, admin)}


ZUBRS, NUMBERED = frozenset({"Żubr", "Zubr"}), frozenset({"Dvořák", "Bizon"})


def test_without_rules_of_ones_own_the_usual_ones_hold():
    rules = rules_of(people)
    assert (rules.proposed_from, rules.hinted_from, rules.left_out) == (50, 40, [])
    assert list(reasons_of(people)) == ["name", "email", "phone", "address", "company", "birthday"]


def test_the_score_decides_what_a_scan_proposes(admin, register):
    assert scanned(admin) == {ZUBRS, NUMBERED}
    assert kept(admin, proposed_from=60) is False
    assert [pair.points for pair in Pair.objects.all()] == [70]
    assert scanned(admin) == {ZUBRS}
    assert kept(admin, proposed_from=50) is True
    assert scanned(admin) == {ZUBRS, NUMBERED}


def test_what_was_decided_outlives_a_higher_score(admin, register):
    scanned(admin)
    numbered = Pair.objects.get(points=55)
    services.decide(companies, numbered.pk, State.DIFFERENT, actor=admin)
    kept(admin, proposed_from=100)
    assert list(Pair.objects.values_list("pk", "state")) == [(numbered.pk, "different")]


def test_what_does_not_count_speaks_neither_for_nor_against(admin, register):
    assert kept(admin, counting=["name", "address"]) is True
    assert scanned(admin) == {ZUBRS}
    assert kept(admin, counting=["registration_number"]) is True
    assert scanned(admin) == {NUMBERED}
    [pair] = services.pairs_of(companies, admin)
    assert (pair.likeness.points, pair.likeness.reasons) == (80, ("same registration number",))


def test_the_hint_has_a_score_of_its_own(admin, register):
    typed = {"name": "ŻUBR"}
    assert {str(one.record) for one in find_like(companies, typed, admin)} == {"Żubr", "Zubr"}
    kept(admin, hinted_from=65)
    assert find_like(companies, typed, admin) == []
    assert len(find_like(companies, {**typed, "city": "Lodz"}, admin)) == 2
    kept(admin, counting=["email", "phone"])
    assert find_like(companies, {**typed, "city": "Lodz"}, admin) == []


def test_a_scan_begins_anew_when_the_rules_change_under_way(admin, register):
    run = services.start_scan(companies, actor=admin)
    checkpoint = {"after": register[-1].pk - 1, "done": 4, "pairs": 9, "begun": "2000-01-01T00:00:00+00:00"}
    JobRun.objects.filter(pk=run.pk).update(checkpoint={**checkpoint, "rules": [90]})
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert (run.state, run.result["records"], run.result["pairs"]) == ("done", 5, 2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"proposed_from": 29}, "proposed_from"),
        ({"hinted_from": 101}, "hinted_from"),
        ({"counting": []}, "counting"),
        ({"counting": ["address", "nonsense"]}, "counting"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_name(wrong, field):
    with pytest.raises(Invalid) as refused:
        checked_rules(companies, **{"proposed_from": 50, "hinted_from": 40, "counting": ALL, **wrong})
    assert list(refused.value.errors) == [field]
    assert not Rules.objects.exists()


def test_only_administrators_decide(client, register):
    user = make_user("Seller")
    grant(user, dict.fromkeys(Action, Scope.ALL))
    with pytest.raises(NotAllowed):
        kept(actor_for(user))
    client.force_login(user)
    assert client.get(PAGE).status_code == 403
    for address in (PAGE, f"{PAGE}preview/", f"{PAGE}reset/"):
        assert client.post(address, {"proposed_from": 60, "hinted_from": 40, "counting": ALL}).status_code == 403
    assert not Rules.objects.exists()


def test_the_preview_of_a_small_register_is_exact_and_shows_both_sides_of_the_border(admin, register):
    scanned(admin)
    found = preview_of(companies, Rules(record_type="companies", proposed_from=60, hinted_from=50), admin)
    assert (found.proposed, found.hinted, found.tried, found.is_exact) == (1, 2, 5, True)
    assert [(one.likeness.points, {str(record) for record in one.records}) for one in found.above] == [(70, ZUBRS)]
    assert [one.likeness.points for one in found.below] == [55, 20]
    assert Pair.objects.count() == 2


def test_a_large_register_is_reckoned_from_some_of_it(admin, monkeypatch):
    monkeypatch.setattr(preview, "TRIED", 20)
    for number in range(60):
        write.create(companies, {"name": f"Twin{number // 2:02}", "city": "Brno"}, actor=admin)
    found = preview_of(companies, Rules(record_type="companies"), admin)
    assert (found.tried, found.is_exact, found.goes_on) == (20, False, False)
    assert 10 <= found.proposed <= 60
    assert found == preview_of(companies, Rules(record_type="companies"), admin)


def test_the_preview_stops_in_time_and_goes_on_when_asked_again(client, boss, admin, register, monkeypatch):
    monkeypatch.setattr(preview, "AT_ONCE", 2)
    monkeypatch.setattr(preview, "SECONDS", 0)
    found = [preview_of(companies, Rules(record_type="companies"), admin) for _question in range(4)]
    assert [(one.tried, one.is_exact, one.goes_on) for one in found] == [
        (2, False, True), (4, False, True), (5, True, False), (5, True, False),
    ]  # fmt: skip
    assert (found[-1].proposed, found[-1].hinted) == (2, 2)
    cache.clear()
    client.force_login(boss)
    sent = {"proposed_from": "50", "hinted_from": "40", "counting": ALL}
    pages = [client.post(f"{PAGE}preview/", sent).content.decode() for _question in range(3)]
    assert ["More are being looked at." in page for page in pages] == [True, True, False]


def test_what_took_long_is_compared_once_for_all_scores(admin, register, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(preview, "SLOW", 0)
    preview_of(companies, Rules(record_type="companies"), admin)
    with django_assert_max_num_queries(2):
        found = preview_of(companies, Rules(record_type="companies", proposed_from=60, left_out=["address"]), admin)
    assert (found.proposed, found.hinted) == (1, 2)


def test_nobody_is_shown_an_example_of_records_they_may_not_see(register):
    stranger = make_actor("Stranger")
    found = preview_of(companies, Rules(record_type="companies"), stranger)
    assert (list(found.above), list(found.below)) == ([], [])


def test_the_page_keeps_what_was_chosen_and_goes_back_to_the_usual(client, boss, admin, register):
    client.force_login(boss)
    assert client.get("/settings/duplicates/")["Location"] == PAGE
    assert client.get("/settings/duplicates/deals/").status_code == 404
    sent = {"proposed_from": "60", "hinted_from": "45", "counting": ["name", "email"]}
    tried = unescape(client.post(f"{PAGE}preview/", sent).content.decode())
    assert 'data-proposed="1"' in tried
    assert not Rules.objects.exists()
    assert client.post(PAGE, sent)["Location"] == PAGE
    rules = rules_of(companies)
    assert (rules.proposed_from, rules.hinted_from, sorted({*ALL} - {*rules.left_out})) == (60, 45, ["email", "name"])
    assert "Use the usual rules" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {**sent, "scan": "1"})["Location"] == "/companies/duplicates/"
    assert services.scan_of(companies)
    client.post(f"{PAGE}reset/")
    assert rules_of(companies).of_scan == [50]


@pytest.mark.parametrize(
    "wrong", [{"proposed_from": "x"}, {"hinted_from": "1000"}, {"counting": ["address"]}, {"counting": ["nonsense"]}]
)
def test_the_page_says_what_is_wrong_and_loses_nothing(client, boss, wrong):
    client.force_login(boss)
    sent = {"proposed_from": "60", "hinted_from": "45", "counting": ALL, **wrong}
    answer = client.post(PAGE, sent)
    assert answer.status_code == 422
    assert "field-errors" in answer.content.decode()
    assert "field-errors" in client.post(f"{PAGE}preview/", sent).content.decode()
    assert not Rules.objects.exists()


def test_programs_are_told_the_pairs_by_the_rules(boss, admin, register):
    kept(admin, counting=["registration_number"], proposed_from=80)
    scanned(admin)
    [pair] = data_of(ApiClient(boss).get("/companies/duplicates"))["items"]
    assert (pair["points"], pair["reasons"]) == (80, ["same registration number"])
