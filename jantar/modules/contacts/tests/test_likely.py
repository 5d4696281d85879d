"""Companies and people that may be there already: found under another spelling, told why, within rights."""

import pytest

from jantar.engine.duplicates.finding import find_like
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_actor, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C2")]
companies, people = registry.get("companies"), registry.get("people")


@pytest.fixture
def admin():
    return make_actor("Admin", admin=True)


@pytest.fixture
def zubr(admin):
    values = {
        "name": "Żubr sp. z o.o.", "city": "Łódź", "registration_number": "123 456 785", "email": "info@zubr.example",
        "contact_points": [{"kind": "phone", "value": "+48 601 234 567"}],
    }  # fmt: skip
    return write.create(companies, values, actor=admin)


@pytest.mark.parametrize(
    ("typed", "reasons"),
    [
        ({"name": "ZUBR"}, ("same name",)),
        ({"name": "Zubr a.s.", "city": "lodz"}, ("same name", "same place")),
        ({"name": "Zuubr", "city": "Lodz"}, ("similar name", "same place")),
        ({"registration_number": "123456785"}, ("same registration number",)),
        ({"name": "Zubr", "email": "INFO@zubr.example"}, ("same e-mail", "same name")),
        ({"phone": "601 234 567"}, ("same phone",)),
        ({"contact_points": [{"kind": "phone", "value": "0048601234567"}]}, ("same phone",)),
    ],
)
@pytest.mark.capability("N4")
def test_a_company_is_recognised_in_any_spelling(admin, zubr, typed, reasons):
    [found] = find_like(companies, typed, admin)
    assert (found.record.pk, found.likeness.reasons) == (zubr.pk, reasons)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name": "sp. z o.o."},
        {"name": "Bizon"},
        {"name": "Zubr", "registration_number": "987654321"},
        {"name": "Bizon", "email": "sales@zubr.example"},
        {"name": "Bizon", "phone": "601 234 567"},
        {"city": "Łódź"},
    ],
)
def test_what_only_looks_alike_is_not_shown(admin, zubr, typed):
    assert find_like(companies, typed, admin) == []


def test_people_of_one_name_are_told_apart_by_place_and_company(admin, zubr):
    names = {"given_name": "Jan", "family_name": "Nowak"}
    here = write.create(people, {**names, "company": zubr}, actor=admin)
    there = write.create(people, {**names, "city": "Kraków"}, actor=admin)
    typed = {"given_name": "Jan", "family_name": "Nowák", "company": zubr}
    found = find_like(people, typed, admin)
    assert [(one.record.pk, one.likeness.points) for one in found] == [(here.pk, 55), (there.pk, 40)]
    assert found[0].likeness.reasons == ("same name", "same company")


def test_a_name_that_many_have_is_no_hint_by_itself(admin):
    names = {"given_name": "Jan", "family_name": "Nowak"}
    for _number in range(12):
        write.create(people, names, actor=admin)
    near = write.create(people, {**names, "city": "Kraków"}, actor=admin)
    assert find_like(people, names, admin) == []
    assert [one.record.pk for one in find_like(people, {**names, "city": "Krakow"}, admin)] == [near.pk]


def test_what_may_not_be_seen_or_is_deleted_is_not_told(admin, zubr):
    user = make_user("Seller")
    grant(user, dict.fromkeys(Action, Scope.OWN))
    assert find_like(companies, {"name": "Żubr"}, actor_for(user)) == []
    write.delete(companies, [zubr.pk], actor=admin)
    assert find_like(companies, {"name": "Żubr"}, admin) == []


def test_the_hint_is_drawn_while_the_form_is_typed(client, zubr):
    client.force_login(make_user("Boss", admin=True))
    page = client.get("/companies/new/").content.decode()
    assert 'hx-post="/companies/new/likely/"' in page
    typed = {"form_fields": "name,city,employees", "name": "Zubr", "city": "", "employees": "many"}
    hint = client.post("/companies/new/likely/", typed).content.decode()
    assert f'href="/companies/{zubr.pk}/"' in hint
    assert "This may be there already:" in hint
    assert client.post("/companies/new/likely/", {"form_fields": "name", "name": "Else"}).content.strip() == b""
