"""The lists of the register read their first page, and any further one, from an index in the order shown."""

import pytest
from django.db import connection

from jantar.engine.permissions.actor import system_actor
from jantar.engine.records.listing import Query, in_order, page_of, rows_of, sort_keys
from jantar.engine.records.ordering import after, decode_cursor, stretches
from jantar.engine.records.registry import registry
from jantar.engine.records.write import store_new

pytestmark = pytest.mark.django_db


def plan_of(rows):
    """The plan when sorting is dear, as it is with a million rows."""
    sql, parameters = rows[:51].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("type_name", "sort", "index"),
    [
        ("people", "", "party_person_by_family"),
        ("people", "name", "party_person_by_name"),
        ("people", "-name", "party_person_by_name"),
        ("people", "-created_at", "party_by_created"),
        ("companies", "", "party_company_by_name"),
        ("tasks", "", "task_all_by_due"),
    ],
)
def test_a_list_is_read_from_its_index(type_name, sort, index):
    actor, record_type = system_actor(), registry.get(type_name)
    named = {"people": {"given_name": "Jan", "family_name": "Novák"}, "tasks": {"title": "Call"}}
    names = named.get(type_name, {"name": "Novák"})
    store_new(record_type, [names] * 3, actor=actor)
    query = Query(record_type, actor, sort=sort, columns=record_type.columns, limit=1)
    keys = sort_keys(query)
    cursor = page_of(query).next_cursor
    back = [key.backwards() for key in keys]
    for rows in (
        in_order(query, keys),
        in_order(query, keys).filter(after(keys, decode_cursor(cursor, keys))),
        in_order(query, back).filter(after(back, decode_cursor(cursor, keys))),
    ):
        plan = plan_of(rows)
        assert f"using {index} on" in plan, plan
        assert "Sort" not in plan.replace("Incremental Sort", "Sort"), plan


@pytest.mark.parametrize(
    ("type_name", "sort", "index"),
    [
        ("people", "company", "party_company_by_name"),
        ("people", "-company", "party_company_by_name"),
        ("companies", "parent", "party_company_by_name"),
        ("deals", "customer", "party_by_name"),
    ],
)
def test_a_list_by_a_related_title_follows_the_index_of_the_titles(type_name, sort, index):
    keys = sort_keys(query := Query(registry.get(type_name), system_actor(), sort=sort))
    titled, _untitled = [stretch for stretch, _start in stretches(keys, None)]
    [(further, _start), _rest] = stretches(keys, ["kov", 1])
    for rows in (in_order(query, titled), in_order(query, further).filter(after(further, ["kov", 1]))):
        plan = plan_of(rows)
        assert f"using {index} on" in plan, plan
        assert "Presorted Key" in plan, plan


@pytest.mark.parametrize(
    ("type_name", "column", "index"),
    [
        ("companies", "registration_number", "party_by_registration"),
        ("companies", "vat_number", "party_by_vat_number"),
        ("people", "phone", "party_by_phone"),
    ],
)
def test_a_party_is_found_by_its_numbers_in_an_index(type_name, column, index):
    actor, record_type = system_actor(), registry.get(type_name)
    name = "family_name" if type_name == "people" else "name"
    store_new(record_type, [{name: "Novák", column: f"+4206012{n:05}"} for n in range(300)], actor=actor)
    for op, value in (("is", "+420601200017"), ("any_of", ["+420601200017", "+420601200018"])):
        rows = rows_of(Query(record_type, actor, filter={"field": column, "op": op, "value": value}))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE contacts_party")
            sql, parameters = rows.query.sql_with_params()
            cursor.execute(f"EXPLAIN {sql}", parameters)
            assert index in "\n".join(line for (line,) in cursor.fetchall())
        assert rows.count() == (1 if op == "is" else 2)


def test_a_number_that_folds_to_nothing_is_still_found():
    """Partial indexes leave empty numbers out, so that asking for one is not narrowed to what they hold."""
    actor, companies = system_actor(), registry.get("companies")
    store_new(companies, [{"name": "A", "vat_number": "CZ1"}, {"name": "B"}], actor=actor)

    def names(op, value):
        rows = rows_of(Query(companies, actor, filter={"field": "vat_number", "op": op, "value": value}))
        return {row.name for row in rows}

    lone_accent = "\u0301"
    assert names("any_of", [lone_accent, "cz1"]) == {"A", "B"}
    assert names("any_of", ["cz1"]) == {"A"}
    assert names("is", lone_accent) == {"B"}
