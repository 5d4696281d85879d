"""The lists of the register read their first page, and any further one, from an index in the order shown."""

import pytest
from django.db import connection

from jantar.engine.permissions.actor import system_actor
from jantar.engine.records.listing import Query, in_order, page_of, sort_keys
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
    ],
)
def test_a_list_is_read_from_its_index(type_name, sort, index):
    actor, record_type = system_actor(), registry.get(type_name)
    names = ({"given_name": "Jan", "family_name": "Novák"} if type_name == "people" else {"name": "Novák"}) | {}
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
