"""Companies and people with contact points, addresses and employments."""

from django.apps import apps

from jantar.project.demo.parties import LIFECYCLES, SOURCES
from jantar.project.seed.sql import Draw, insert, literal, move_sequence, next_id
from jantar.project.seed.state import Range, State
from jantar.project.seed.words import SPREAD

#: Check digit of the seven digits before it, as Czech and Slovak registers count.
_ICO = """(
    SELECT base || CASE check_sum WHEN 0 THEN 1 ELSE check_sum END % 10
    FROM (
        SELECT base, (11 - sum((8 - place) * substr(base, place + 1, 1)::int)::int % 11) % 11 AS check_sum
        FROM (SELECT (1000000 + n % 8000000)::text AS base) numbered, generate_series(0, 6) place GROUP BY base
    ) summed
)"""


def seed_companies(state: State, count: int) -> None:
    """Insert companies numbered from 1; the ids are those after `state.companies.base`."""
    party = apps.get_model("contacts", "Party")
    state.companies = Range(next_id(party), count)
    draw = Draw(state.seed, "companies")
    brands = f"{draw.pick('w.brands', 'brand')} || '-' || {draw.pick('w.brands', 'other')}"
    name = f"{brands} || ' ' || {draw.pick('w.trades', 'trade')} || ' ' || {draw.pick('w.forms', 'form')}"
    values = _shared(state, draw) | {
        "id": f"{state.companies.base} + n",
        "kind": "'company'",
        "name": f"CASE WHEN n % 7 = 0 THEN {draw.pick('w.brands', 'brand')} || ' ' || n ELSE '' END || {name}",
        "email": "'info@firm' || n || '.example'",
        "website": "'https://www.firm' || n || '.example'",
        "industry": draw.pick("w.industries", "trade"),
        "employees": f"(3 + 900 * power({draw.share('size')}, 4))::int",
        "registration_number": f"CASE WHEN w.code IN ('CZ', 'SK') THEN {_ICO} ELSE lpad(n::text, 10, '0') END",
        "classification": draw.one_of({"A": 10, "B": 20, "C": 40, "": 30}, "class"),
    }
    insert(party, values, _from(count, draw))
    move_sequence(party)
    _seed_contact_points(state.companies.first, state.companies.last)
    _seed_addresses(state)


def seed_people(state: State, count: int) -> None:
    """Insert people; nineteen of twenty work in one of the companies, in few companies many."""
    party = apps.get_model("contacts", "Party")
    state.people = Range(next_id(party), count)
    draw = Draw(state.seed, "people")
    woman = draw.below(2, "woman")
    half = "cardinality(f.{0}) / 2"
    place = {
        array: f"1 + {woman} * ({half.format(array)}) + {draw.below('(' + half.format(array) + ')', array)}"
        for array in ("given", "family")
    }
    given, family = f"f.given[{place['given']}]", f"f.family[{place['family']}]"
    address = f"f.given_slug[{place['given']}] || '.' || f.family_slug[{place['family']}] || n"
    companies = state.companies
    employer = f"{companies.base} + 1 + floor({companies.count} * power({draw.share('employer')}, 1.4))::bigint"
    company = f"CASE WHEN n % 20 > 0 THEN {employer} END" if companies.count else "NULL::bigint"
    values = _shared(state, draw) | {
        "id": f"{state.people.base} + n",
        "kind": "'person'",
        "given_name": given,
        "family_name": family,
        "name": f"CASE w.language WHEN 'hu' THEN {family} || ' ' || {given} ELSE {given} || ' ' || {family} END",
        "email": f"{address} || '@firm' || 1 + {draw.below(max(1, companies.count), 'domain')} || '.example'",
        "job_title": draw.pick("w.jobs", "job"),
        "company_id": company,
    }
    insert(party, values, _from(count, draw))
    move_sequence(party)
    _seed_contact_points(state.people.first, state.people.last)
    _seed_employments(state)


def _from(count: int, draw: Draw) -> str:
    country = f"({literal(SPREAD)})[1 + {draw.below(len(SPREAD), 'country')}]"
    words = f"JOIN seed_words w ON w.id = {country} JOIN seed_names f ON f.id = w.id"
    return f"FROM generate_series(1::bigint, {count}) n {words}"


def _shared(state: State, draw: Draw) -> dict[str, str]:
    """Columns that companies and people have alike."""
    digits = f"lpad({draw.below(1_000_000, 'phone')}::text, 6, '0')"
    phone = f"'+' || w.calling_code || ' ' || {draw.pick('w.mobiles', 'mobile')} || ' ' || {digits}"
    roles = "CASE {0} WHEN 'customer' THEN '{{customer}}' WHEN 'lost' THEN '{{}}' ELSE '{{prospect}}' END::text[]"
    return state.book_keeping(draw) | {
        "phone": phone,
        "street": f"{draw.pick('w.streets', 'street')} || ' ' || 1 + {draw.below(150, 'number')}",
        "city": draw.pick("w.cities", "city"),
        "postal_code": draw.pick("w.postal_codes", "city"),
        "region": draw.pick("w.regions", "city"),
        "country": "w.code",
        "language": "w.language",
        "lifecycle": draw.one_of(LIFECYCLES, "lifecycle"),
        "roles": roles.format(draw.one_of(LIFECYCLES, "lifecycle")),
        "source": draw.one_of(SOURCES, "source"),
        "tags": f"CASE WHEN {draw.below(4, 'tag')} = 0 THEN ARRAY['newsletter'] ELSE ARRAY[]::text[] END",
    }


def _seed_contact_points(first: int, last: int) -> None:
    """The main ones, copied from the columns of the record as the write path does."""
    columns = "(VALUES ('email', 1), ('phone', 2), ('web', 3)) kinds (kind, place)"
    value = "(ARRAY[p.email, p.phone, p.website])[place]"
    insert(
        apps.get_model("contacts", "ContactPoint"),
        {"party_id": "p.id", "kind": "kinds.kind", "value": value, "is_main": "true"},
        f"FROM contacts_party p, {columns} WHERE p.id BETWEEN {first} AND {last} AND {value} <> ''",
    )


def _seed_addresses(state: State) -> None:
    values = {name: f"p.{name}" for name in ("street", "city", "postal_code", "region", "country")}
    insert(
        apps.get_model("contacts", "PostalAddress"),
        values | {"party_id": "p.id", "kind": "'seat'", "is_main": "true"},
        f"FROM contacts_party p WHERE p.id BETWEEN {state.companies.first} AND {state.companies.last}",
    )


def _seed_employments(state: State) -> None:
    insert(
        apps.get_model("contacts", "Relationship"),
        {"party_id": "p.id", "other_id": "p.company_id", "kind": "'employee'", "since": "p.created_at::date"},
        f"FROM contacts_party p WHERE p.id BETWEEN {state.people.first} AND {state.people.last} "
        "AND p.company_id IS NOT NULL",
    )
