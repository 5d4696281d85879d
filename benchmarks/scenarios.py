"""What is measured: each scenario is an act of the application and the floor under it.

The floor is what nobody can go below: the same rows by hand-written SQL through psycopg, put into a minimal
template. A page is asked for by somebody who is signed in, so the floor of a page is a bare page that answers
such a request (decision 17); the results tell the ratio to the SQL and template alone too. Budgets are those of
the design.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection
from django.template import Context, Engine
from django.test import Client

from benchmarks.urls import bare_pages
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.listing import Query, count_of, page_of
from jantar.engine.records.registry import registry
from jantar.platform.accounts.models import User

TABLE = Engine().from_string(
    "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
LACKS_DEALS = {"all": [{"relation": "deals", "has": "none", "where": {"field": "status", "op": "is", "value": "won"}}]}

LONG_TALKS = {"all": [{"relation": "activities", "has": "sum", "field": "duration", "op": "gte", "value": 300}]}


@dataclass(frozen=True)
class Scenario:
    """`alone` is the floor of a page without its request."""

    name: str
    app: Callable[[], object]
    floor: Callable[[], object]
    ratio: float
    statements: int | None = None
    p95_ms: float | None = None
    rounds: int = 40
    alone: Callable[[], object] | None = None


class Floor:
    """One plain connection to the same database."""

    def __init__(self) -> None:
        settings = connection.get_connection_params()
        known = {key: settings[key] for key in ("dbname", "user", "password", "host", "port") if settings.get(key)}
        self.connection = psycopg.connect(**known, autocommit=True)

    def rows(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters).fetchall()

    def page(self, sql: str, parameters: Any = None) -> str:
        return TABLE.render(Context({"rows": self.rows(sql, parameters)}))


PEOPLE = """SELECT p.id, p.name, p.job_title, c.name, p.phone, p.email, p.city, p.lifecycle, u.full_name
    FROM contacts_party p LEFT JOIN contacts_party c ON c.id = p.company_id LEFT JOIN accounts_user u ON u.id = p.owner_id
    WHERE p.kind = 'person' AND p.deleted_at IS NULL"""
BY_NAME = " ORDER BY jantar_fold(p.family_name), jantar_fold(p.given_name), p.id LIMIT 51"
NO_WON_DEAL = """ AND NOT EXISTS (SELECT 1 FROM sales_deal d WHERE d.customer_id = p.id AND d.status = 'won' AND d.deleted_at IS NULL)"""

COMPANIES = "SELECT p.id, p.version, p.kind, p.name, p.city FROM contacts_party p WHERE p.kind = 'company' AND p.deleted_at IS NULL"
TALKED_LONG = """ AND p.id IN (SELECT l.record_id FROM communications_activitylink l
    JOIN communications_activity a ON a.id = l.activity_id
    WHERE l.record_type = 'companies' AND a.deleted_at IS NULL GROUP BY 1 HAVING sum(a.duration) >= 300)"""


def scenarios(*, with_archives: bool) -> Iterator[Scenario]:
    from benchmarks.archives import archives
    from benchmarks.transfer import transfers

    user = User.objects.filter(is_admin=True).order_by("pk").first()
    assert user
    floor, client, actor = Floor(), signed_in(user), actor_for(user)
    yield from lists(floor, client, actor)
    yield from pages(floor, client)
    yield from searches(floor, client)
    yield from hints(floor, client)
    yield from transfers(floor, client, actor)
    if with_archives:
        yield from archives(floor, actor)


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=True, headers={"host": "localhost"})
    client.force_login(user)
    return client


def get(client: Client, path: str) -> Callable[[], object]:
    def act() -> object:
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code, response.content[:500])
        return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]

    return act


def page(client: Client, name: str, path: str, alone: Callable[[], object], **budgets: Any) -> Scenario:
    """A page of the application against a bare page with the same rows, both asked for by the same user."""
    bare_pages[name] = alone
    return Scenario(name, get(client, path), get(client, f"/bare/{quote(name)}/"), 3.0, alone=alone, **budgets)


def lists(floor: Floor, client: Client, actor: Actor) -> Iterator[Scenario]:
    people = registry.get("people")
    yield page(client, "list: people", "/people/", lambda: floor.page(PEOPLE + BY_NAME), statements=8)
    deep = Query(people, actor, columns=people.columns)
    for _page in range(10):
        deep = Query(people, actor, columns=people.columns, cursor=page_of(deep).next_cursor or "")
    last = page_of(deep).rows[0]
    after = " AND (jantar_fold(p.family_name), jantar_fold(p.given_name), p.id) >= (%s, %s, %s)" + BY_NAME
    key = [last.sort_family_name, last.sort_given_name, last.pk]
    path = f"/people/?cursor={quote(deep.cursor)}"
    yield page(client, "list: page 11", path, lambda: floor.page(PEOPLE + after, key), statements=8)
    path = f"/people/?filter={quote(json.dumps(LACKS_DEALS))}"
    lacking = PEOPLE + NO_WON_DEAL + BY_NAME
    yield page(client, "list: filtered by “has none”", path, lambda: floor.page(lacking), statements=8)
    whole = f"SELECT count(*) FROM ({PEOPLE + NO_WON_DEAL} LIMIT 10001) bounded"
    query = Query(people, actor, filter=LACKS_DEALS)

    def app() -> object:
        return page_of(query), count_of(query)

    def bare() -> object:
        return floor.rows(PEOPLE.replace("p.id, p.name", "p.*", 1) + NO_WON_DEAL + BY_NAME), floor.rows(whole)

    yield Scenario("filter: “has none” with count, without page", app, bare, 1.3)
    yield measured(floor, actor)


def measured(floor: Floor, actor: Actor) -> Scenario:
    """Companies with at least five hours of activities."""
    companies = registry.get("companies")
    query = Query(companies, actor, filter=LONG_TALKS, columns=("name", "city"), narrow=True)
    rows = COMPANIES + TALKED_LONG + " ORDER BY jantar_fold(p.name), p.id LIMIT 51"
    whole = f"SELECT count(*) FROM ({COMPANIES + TALKED_LONG} LIMIT 10001) bounded"

    def app() -> object:
        return page_of(query), count_of(query)

    def bare() -> object:
        return floor.rows(rows), floor.rows(whole)

    return Scenario("filter: sum of related with count, without page", app, bare, 1.3)


def pages(floor: Floor, client: Client) -> Iterator[Scenario]:
    [(pipeline,)] = floor.rows("SELECT id FROM sales_pipeline ORDER BY position, id LIMIT 1")
    cards = """SELECT d.id, d.name, c.name, d.amount_value, d.amount_currency, d.expected_close, u.full_name
        FROM sales_deal d JOIN contacts_party c ON c.id = d.customer_id LEFT JOIN accounts_user u ON u.id = d.owner_id
        WHERE d.stage_id = %s AND d.deleted_at IS NULL ORDER BY d.updated_at DESC, d.id DESC LIMIT 21"""
    sums = "SELECT stage_id, count(*), sum(amount_base) FROM sales_deal WHERE pipeline_id = %s AND deleted_at IS NULL GROUP BY 1"
    stages = [pk for (pk,) in floor.rows("SELECT id FROM sales_stage WHERE pipeline_id = %s", [pipeline])]

    def board() -> object:
        return [*(floor.page(cards, [pk]) for pk in stages), str(floor.rows(sums, [pipeline]))]

    yield page(client, "board: deals", "/deals/board/", board)
    [(company,)] = floor.rows("SELECT id FROM contacts_party WHERE kind = 'company' ORDER BY id OFFSET 100 LIMIT 1")
    record = (
        "SELECT * FROM contacts_party WHERE id = %s",
        "SELECT * FROM contacts_contactpoint WHERE party_id = %s",
        "SELECT * FROM contacts_postaladdress WHERE party_id = %s",
        "SELECT id, name, job_title FROM contacts_party WHERE company_id = %s AND deleted_at IS NULL LIMIT 5",
        "SELECT id, name FROM sales_deal WHERE customer_id = %s AND deleted_at IS NULL LIMIT 5",
        "SELECT count(*) FROM contacts_party WHERE company_id = %s AND deleted_at IS NULL",
        "SELECT count(*) FROM sales_deal WHERE customer_id = %s AND deleted_at IS NULL",
    )

    def bare_record() -> object:
        return [floor.page(sql, [company]) for sql in record]

    yield page(client, "record: company", f"/companies/{company}/", bare_record, statements=15)


def searches(floor: Floor, client: Client) -> Iterator[Scenario]:
    types = [record_type.name for record_type in registry.all()]
    entries = (
        "SELECT type, record_id, title, subtitle FROM search_entry WHERE words @@ %s::tsquery ORDER BY title LIMIT 20"
    )

    def asked(*words: str) -> str:
        return " | ".join("(" + " & ".join(f"'{name}={word}':*" for word in words) + ")" for name in types)

    for label, words in (("name", ("novak", "jan")), ("one letter", ("k",))):
        path = f"/search/palette/?q={'+'.join(words)}"
        query = asked(*words)
        yield page(client, f"search: {label}", path, partial(floor.page, entries, [query]), p95_ms=100)
    similar = "SELECT word FROM search_word WHERE word %% %s ORDER BY similarity(word, %s) DESC LIMIT 5"

    def misspelt() -> object:
        words = [word for (word,) in floor.rows(similar, ["kowalsik"] * 2)]
        query = " | ".join(asked(word) for word in words) or "'none'"
        return floor.page(entries, [query])

    yield page(client, "search: misspelt name", "/search/palette/?q=kowalsik", misspelt, p95_ms=100)


def hints(floor: Floor, client: Client) -> Iterator[Scenario]:
    """What may be there already, while a person is typed: by name and place, and misspelt."""
    entries = """SELECT p.id, p.name, p.city, p.email, p.phone FROM search_entry e JOIN contacts_party p ON p.id = e.record_id
        WHERE e.type = 'people' AND e.words @@ %s::tsquery AND p.deleted_at IS NULL LIMIT 40"""
    for label, family, words in (
        ("name", "Novák", ("jan", "novak")),
        ("misspelt name", "Kowalsik", ("jan", "kowalski")),
    ):
        query = " & ".join(f"'people={word}'" for word in words)
        name = f"hint while typing: {label}"
        bare_pages[name] = partial(floor.page, entries, [query])
        typed = {
            "form_fields": "given_name,family_name,city",
            "given_name": "Jan",
            "family_name": family,
            "city": "Praha",
        }
        hint = partial(client.post, "/people/new/likely/", typed)
        yield Scenario(name, hint, get(client, f"/bare/{quote(name)}/"), 3.0, p95_ms=100, alone=bare_pages[name])
