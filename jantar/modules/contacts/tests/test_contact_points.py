"""The main e-mail, phone and web site on the row, and the contact points of a party, tell the same."""

import pytest

from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor, make_user
from jantar.modules.contacts import mirrors
from jantar.modules.contacts.models import ContactPoint, Party, PostalAddress

pytestmark = pytest.mark.django_db


def created(**values):
    pk = write.create(registry.get("people"), {"family_name": "Kovács", **values}, actor=make_actor(admin=True)).pk
    points = ContactPoint.objects.filter(party=pk).order_by("id").values_list("kind", "value", "is_main")
    return Party.objects.get(pk=pk), list(points)


def test_what_is_typed_on_the_row_becomes_the_main_contact_point():
    _party, points = created(email="a@jantar.example", phone="+36 30 123 4567")
    assert points == [("email", "a@jantar.example", True), ("phone", "+36 30 123 4567", True)]


def test_contact_points_of_a_new_party_fill_the_row():
    rows = [{"kind": "phone", "value": "+36 30 123 4567"}, {"kind": "email", "value": "a@jantar.example"},
            {"kind": "email", "value": "b@jantar.example", "is_main": True}]  # fmt: skip
    party, _points = created(contact_points=rows)
    assert (party.phone, party.email, party.website) == ("+36 30 123 4567", "b@jantar.example", "")


@pytest.mark.parametrize("count", [2, 8])
def test_points_and_addresses_of_many_parties_fill_their_rows_together(count, django_assert_num_queries):
    rows = [{"family_name": f"Kovács {n}"} for n in range(count)]
    parties = write.store_new(registry.get("people"), rows, actor=system_actor())
    for n, party in enumerate(parties):
        ContactPoint.objects.create(party_id=party.pk, kind="email", value=f"k{n}@jantar.example", is_main=True)
        PostalAddress.objects.create(party_id=party.pk, kind="home", city=f"Szeged {n}", is_main=True)
    with django_assert_num_queries(7):  # two reads and one change for each, and a savepoint
        mirrors.mirror_changed(parties, frozenset({"contact_points", "addresses"}), system_actor())
    found = Party.objects.filter(pk__in=[one.pk for one in parties]).order_by("pk").values_list("email", "city")
    assert list(found) == [(f"k{n}@jantar.example", f"Szeged {n}") for n in range(count)]


def test_nothing_is_lost_when_both_are_given():
    rows = [{"kind": "email", "value": "b@jantar.example", "is_main": True}]
    party, points = created(email="a@jantar.example", contact_points=rows)
    assert party.email == "b@jantar.example"
    assert points == [("email", "b@jantar.example", True), ("email", "a@jantar.example", False)]


def changed(party, **values):
    write.update(registry.get("people"), party.pk, values, actor=system_actor())
    points = ContactPoint.objects.filter(party=party).order_by("id").values_list("kind", "value", "is_main")
    return Party.objects.get(pk=party.pk), list(points)


def test_a_new_address_on_the_row_replaces_the_main_contact_point():
    party, _points = created(email="a@jantar.example")
    _party, points = changed(party, email="b@jantar.example")
    assert points == [("email", "b@jantar.example", True)]
    assert changed(party, email="")[1] == []


def test_an_address_that_was_a_further_one_becomes_the_main_one_and_both_stay():
    rows = [{"kind": "email", "value": "a@jantar.example"}, {"kind": "email", "value": "b@jantar.example"}]
    party, _points = created(contact_points=rows)
    party, points = changed(party, email="b@jantar.example")
    assert sorted(points) == [("email", "a@jantar.example", False), ("email", "b@jantar.example", True)]
    assert party.email == "b@jantar.example"


def test_nothing_is_lost_when_row_and_points_are_changed_together():
    party, _points = created(email="a@jantar.example")
    [point] = ContactPoint.objects.filter(party=party)
    rows = [{"id": point.pk}, {"kind": "phone", "value": "+36 30 123 4567"}]
    party, points = changed(party, email="b@jantar.example", contact_points=rows)
    assert (party.email, party.phone) == ("b@jantar.example", "+36 30 123 4567")
    assert points == [("email", "b@jantar.example", True), ("phone", "+36 30 123 4567", True)]


def test_each_kind_of_contact_point_has_one_main():
    rows = [{"kind": "phone", "value": "1 234", "is_main": True}, {"kind": "phone", "value": "5 678", "is_main": True},
            {"kind": "email", "value": "a@jantar.example"}]  # fmt: skip
    _party, points = created(contact_points=rows)
    assert sorted(points) == [
        ("email", "a@jantar.example", True), ("phone", "1 234", False), ("phone", "5 678", True),
    ]  # fmt: skip


def test_the_main_address_and_the_row_follow_each_other():
    rows = [{"kind": "home", "city": "Brno", "country": "CZ"}, {"kind": "billing", "city": "Győr", "is_main": True}]
    party, _points = created(addresses=rows)
    assert (party.city, party.country) == ("Győr", "")
    party, _points = changed(party, city="Pécs")
    assert sorted(party.addresses.values_list("city", "is_main")) == [("Brno", False), ("Pécs", True)]
    home = party.addresses.get(city="Brno")
    party, _points = changed(party, addresses=[{"id": home.pk, "is_main": True}])
    assert (party.city, party.country) == ("Brno", "CZ")


def test_a_city_without_an_address_stays_on_the_row():
    party, _points = created(city="Brno")
    party, _points = changed(party, city="Pécs")
    assert (party.city, party.addresses.count()) == ("Pécs", 0)


def test_the_page_tells_each_phone_and_e_mail_once(client):
    admin = make_user("Alice", admin=True)
    client.force_login(admin)
    rows = [
        {"kind": "phone", "value": "+36 30 123 4567", "is_main": True},
        {"kind": "phone", "value": "+36 30 999 8888"},
        {"kind": "email", "value": "a@jantar.example", "is_main": True, "label": "work"},
    ]
    values = {"family_name": "Kovács", "contact_points": rows}
    person = write.create(registry.get("people"), values, actor=actor_for(admin))
    facts, _key_facts = client.get(f"/people/{person.pk}/facts/").content.decode().split("hx-swap-oob")
    assert facts.count(">+36 30 123 4567<") == 1
    assert facts.count(">+36 30 999 8888<") == 1
    assert "work" in facts, "a note is told beside its address"
