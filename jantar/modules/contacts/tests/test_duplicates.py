"""The scan of all records, and the pairs it leaves to be worked through."""

import json
import re
from argparse import Namespace
from html import unescape
from itertools import pairwise

import pytest

from jantar.engine.duplicates import services
from jantar.engine.duplicates.models import Pair, State
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute
from jantar.project.bootstrap import CommandError
from jantar.project.commands import duplicates

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C2"), pytest.mark.capability("N4")]
companies, people = registry.get("companies"), registry.get("people")


@pytest.fixture
def boss():
    return make_user("Boss", admin=True)


@pytest.fixture
def admin(boss):
    return actor_for(boss)


def company(admin, name, **values):
    return write.create(companies, {"name": name, **values}, actor=admin)


@pytest.fixture
def register(admin):
    return [
        company(admin, "Żubr sp. z o.o.", city="Łódź", email="info@zubr.example"),
        company(admin, "ZUBR", city="Lodz", phone="+48 601 234 567"),
        company(admin, "Bizon", phone="601 234 567"),
        company(admin, "Dvořák a syn", city="Brno", registration_number="123 456"),
        company(admin, "Dvorack a syn", city="Brno"),
        company(admin, "Dvořák a dcera", registration_number="123456"),
        company(admin, "Nobody"),
    ]


def scanned(admin, record_type=companies):
    run = services.start_scan(record_type, actor=admin)
    execute(run.pk, aside=False)
    run.refresh_from_db()
    return run


def pairs(admin, state=State.OPEN):
    return [
        ({str(one) for one in weighed.records}, weighed.likeness.reasons)
        for weighed in services.pairs_of(companies, admin, state)
    ]


def test_a_scan_finds_the_pairs_and_says_why(admin, register):
    run = scanned(admin)
    assert (run.state, run.result["records"], run.result["pairs"]) == ("done", 7, 3)
    found = pairs(admin)
    assert ({"Żubr sp. z o.o.", "ZUBR"}, ("same name", "same place")) in found
    assert ({"Dvořák a syn", "Dvorack a syn"}, ("similar name", "same place")) in found
    assert ({"Dvořák a syn", "Dvořák a dcera"}, ("same registration number",)) in found


def test_what_was_decided_stays_with_the_next_scan(admin, register):
    scanned(admin)
    first, second, _third = services.pairs_of(companies, admin)
    services.decide(companies, first.pair.pk, State.DIFFERENT, actor=admin)
    services.decide(companies, second.pair.pk, State.LATER, actor=admin)
    scanned(admin)
    assert [len(pairs(admin, state)) for state in State.values] == [1, 1, 1]
    services.decide(companies, first.pair.pk, State.OPEN, actor=admin)
    assert len(pairs(admin)) == 2


def test_merged_pairs_leave_and_those_alike_no_more_are_forgotten(admin, register):
    scanned(admin)
    merge(companies, register[0].pk, [register[1].pk], actor=admin)
    assert len(pairs(admin)) == 2
    write.update(companies, register[5].pk, {"registration_number": "987"}, actor=admin)
    scanned(admin)
    assert [names for names, _reasons in pairs(admin)] == [{"Dvořák a syn", "Dvorack a syn"}]


def test_a_scan_goes_on_where_it_was_and_one_at_a_time(admin, register, monkeypatch):
    monkeypatch.setattr("jantar.engine.duplicates.scanning.CHUNK", 2)
    run = services.start_scan(companies, actor=admin)
    assert services.start_scan(companies, actor=admin) == run
    checkpoint = {"after": register[4].pk, "done": 5, "pairs": 3, "begun": "2000-01-01T00:00:00+00:00"}
    JobRun.objects.filter(pk=run.pk).update(checkpoint=checkpoint)
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert (run.state, run.progress, run.result["records"], Pair.objects.count()) == ("done", 7, 7, 0)


def test_a_cancelled_scan_keeps_what_it_found(admin, register):
    run = services.start_scan(companies, actor=admin)
    JobRun.objects.filter(pk=run.pk).update(cancel_requested=True)
    execute(run.pk, aside=False)
    run.refresh_from_db()
    assert (run.state, services.scan_of(companies)) == ("cancelled", None)


def test_nobody_learns_of_pairs_they_may_not_see(admin, register):
    scanned(admin)
    user = make_user("Seller")
    grant(user, dict.fromkeys(Action, Scope.OWN))
    seller = actor_for(user)
    assert services.pairs_of(companies, seller) == []
    with pytest.raises(NotFound):
        services.decide(companies, Pair.objects.first().pk, State.LATER, actor=seller)
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    with pytest.raises(NotAllowed):
        services.start_scan(companies, actor=actor_for(reader))


def test_the_page_works_through_the_pairs(client, boss, admin, register):
    client.force_login(boss)
    assert "No pairs here" in client.get("/companies/duplicates/").content.decode()
    assert client.post("/companies/duplicates/scan/")["Location"] == "/companies/duplicates/"
    assert "job-progress" in client.get("/companies/duplicates/").content.decode()
    assert client.get("/companies/duplicates/progress/").status_code == 200
    execute(services.scan_of(companies).pk, aside=False)
    assert client.get("/companies/duplicates/progress/")["HX-Redirect"] == "/companies/duplicates/"
    page = unescape(client.get("/companies/duplicates/").content.decode())
    one, two = register[:2]
    assert f'href="/companies/merge/?with={one.pk}&with={two.pk}"' in page
    pair = Pair.objects.get(first_id=one.pk)
    answer = client.post("/companies/duplicates/decide/different/", {"pair": pair.pk})
    assert answer.content.strip() == b""
    assert json.loads(answer["HX-Trigger"])["toast:show"]["message"] == "Remembered: not the same."
    assert "ZUBR" not in client.get("/companies/duplicates/").content.decode()
    assert "ZUBR" in client.get("/companies/duplicates/?state=different").content.decode()
    assert client.post("/companies/duplicates/decide/nonsense/", {"pair": pair.pk}).status_code == 404
    assert client.post("/companies/duplicates/decide/different/").status_code == 404
    assert client.get("/deals/duplicates/").status_code == 404


def test_the_page_says_when_and_among_how_many_was_searched(client, boss, admin):
    client.force_login(boss)
    company(admin, "Bizon")
    company(admin, "Żubr")
    empty = client.get("/companies/duplicates/").content.decode()
    assert "Look for duplicates to go through all records." in empty
    scanned(admin)
    page = client.get("/companies/duplicates/").content.decode()
    assert re.search(r"Searched on \d+ \w+ \d{4}, \d\d:\d\d in 2 records\.", page)
    assert "Look for duplicates to go through all records." not in page


def test_numbers_of_a_pair_are_named_and_said_once(client, boss, admin):
    client.force_login(boss)
    numbers = {"registration_number": "47072504", "tax_number": "CZ47072504", "vat_number": "CZ47072504"}
    company(admin, "Bizon", **numbers, city="Brno")
    company(admin, "Bizon s.r.o.", registration_number="47072504")
    scanned(admin)
    page = client.get("/companies/duplicates/").content.decode()
    assert "Registration number: 47072504 · Tax number, VAT number: CZ47072504 · Brno" in page


def test_a_page_of_pairs_costs_the_same_for_one_and_for_many(client, boss, admin, django_assert_num_queries):
    client.force_login(boss)
    company(admin, "Twin", city="Brno")
    company(admin, "Twin", city="Brno")
    scanned(admin)
    client.get("/companies/duplicates/")
    with django_assert_num_queries(STATEMENTS):
        client.get("/companies/duplicates/")
    for _number in range(4):
        company(admin, "Twin", city="Brno")
    scanned(admin)
    with django_assert_num_queries(STATEMENTS):
        assert client.get("/companies/duplicates/").content.decode().count('pair-side"') == 6


STATEMENTS = 13


def test_records_that_hang_together_are_one_group_to_be_merged_at_once(client, boss, admin):
    """Three that share a number, and two of another name."""
    three = [company(admin, name, registration_number="777") for name in ("Żubr Łódź", "Żubr Kraków", "Bison Group")]
    two = [company(admin, "Dvořák", city="Brno"), company(admin, "Dvořák", city="Brno")]
    scanned(admin)
    groups, has_more = services.groups_of(companies, admin)
    assert ([{one.pk for one in group.records} for group in groups], has_more) == (
        [{one.pk for one in two}, {one.pk for one in three}], False,
    )  # fmt: skip
    client.force_login(boss)
    page = unescape(client.get("/companies/duplicates/").content.decode())
    assert page.count("card pair") == 2
    [address] = [one for one in page.split('"') if one.startswith("/companies/merge/") and one.count("with=") == 3]
    assert client.get(address).status_code == 200


def test_one_of_a_group_is_told_apart_and_the_others_stay(client, boss, admin):
    three = [company(admin, f"Żubr {name}", registration_number="777") for name in ("A", "B", "C")]
    scanned(admin)
    [group] = services.groups_of(companies, admin)[0]
    odd, every = three[2], [one.pair.pk for one in group.pairs]
    address = "/companies/duplicates/decide/different/?" + "&".join(f"pair={pk}" for pk in group.pairs_with(odd))
    client.force_login(boss)
    left = client.post(address, {"rest": every, "state": "open"}).content.decode()
    assert (left.count('pair-side"'), "Żubr C" in left) == (2, False)
    scanned(admin)
    [group] = services.groups_of(companies, admin)[0]
    assert {one.pk for one in group.records} == {one.pk for one in three[:2]}
    apart = services.groups_of(companies, admin, State.DIFFERENT)[0]
    services.decide_all(companies, [one.pair.pk for group in apart for one in group.pairs], State.OPEN, actor=admin)
    assert len(services.groups_of(companies, admin)[0][0].records) == 3


def test_a_group_that_goes_over_several_pages_is_shown_once(admin):
    """A chain, each alike the next; every group stands where its likeliest pair does."""
    chain = [company(admin, f"Link {number}") for number in range(6)]
    for points, (one, other) in enumerate(pairwise(chain), start=60):
        Pair.objects.create(record_type="companies", first_id=one.pk, second_id=other.pk, points=points)
    pages = [services.groups_of(companies, admin, start=start, limit=2) for start in (0, 2, 4)]
    assert [len(groups) for groups, _more in pages] == [1, 0, 0]
    assert [more for _groups, more in pages] == [True, True, False]
    assert {one.pk for one in pages[0][0][0].records} == {one.pk for one in chain}


def test_nobody_is_led_from_one_record_to_another_through_one_they_may_not_see(admin):
    user = make_user("Seller")
    grant(user, dict.fromkeys(Action, Scope.OWN))
    ends = [company(admin, f"End {number}", owner=user) for number in range(4)]
    hidden = company(admin, "Hidden")
    for one, other in ((ends[0], ends[1]), (ends[2], ends[3]), (ends[1], hidden), (ends[3], hidden)):
        first, second = sorted((one.pk, other.pk))
        Pair.objects.create(record_type="companies", first_id=first, second_id=second, points=60)
    assert len(services.groups_of(companies, admin)[0]) == 1
    groups, _more = services.groups_of(companies, actor_for(user))
    assert [len(group.records) for group in groups] == [2, 2]


def test_programs_are_told_the_pairs_page_by_page(boss, admin, register):
    scanned(admin)
    api = ApiClient(boss)
    first = data_of(api.get("/companies/duplicates", limit=2))
    assert (len(first["items"]), first["next_cursor"]) == (2, "2")
    second = data_of(api.get("/companies/duplicates", limit=2, cursor="2"))
    assert (len(second["items"]), second["next_cursor"]) == (1, None)
    titles = {one["title"] for pair in [*first["items"], *second["items"]] for one in pair["records"]}
    assert titles == {"Żubr sp. z o.o.", "ZUBR", "Dvořák a syn", "Dvorack a syn", "Dvořák a dcera"}
    for wrong in ({"state": "none"}, {"limit": "0"}, {"cursor": "x"}, {"name": "x"}):
        assert list(problem_in(api.get("/companies/duplicates", **wrong), 400)["errors"]) == list(wrong)


def test_the_command_tells_the_pairs_as_json(capsys, boss, admin, register):
    duplicates._look(Namespace(type="companies", limit=1, user=boss.email))
    told = json.loads(capsys.readouterr().out)
    assert (told["records"], [pair["ids"] for pair in told["pairs"]]) == (7, [[register[0].pk, register[1].pk]])
    with pytest.raises(CommandError, match=r"There are: .*companies, people"):
        duplicates._look(Namespace(type="deals", limit=1, user=boss.email))
