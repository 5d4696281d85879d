"""The main e-mail, phone and web site on the row, and the contact points of a party, tell the same."""

import pytest

from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_actor
from jantar.modules.contacts.models import ContactPoint, Party

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


def test_nothing_is_lost_when_both_are_given():
    rows = [{"kind": "email", "value": "b@jantar.example", "is_main": True}]
    party, points = created(email="a@jantar.example", contact_points=rows)
    assert party.email == "b@jantar.example"
    assert points == [("email", "b@jantar.example", True), ("email", "a@jantar.example", False)]
