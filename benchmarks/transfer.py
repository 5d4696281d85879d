"""Import and export against COPY of the same rows with the same indexes and triggers, in the same database."""

import io
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.test import Client

from benchmarks.scenarios import PEOPLE, Floor, Scenario, get
from jantar.engine.fields.conventions import Conventions
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.engine.transfer.importing import Importer
from jantar.engine.transfer.plan import ColumnOfSheet, Plan
from jantar.engine.transfer.sheets import open_sheet

ROWS = 2_000
TARGETS = {
    "First name": "given_name", "Last name": "family_name", "Company": "company", "E-mail": "email", "Phone": "phone",
    "City": "city", "Country": "country", "Born": "birthday", "Note": "description", "Other e-mail": "email",
}  # fmt: skip
TABLES = ("contacts_party", "contacts_contactpoint")


def transfers(floor: Floor, client: Client, actor: Actor) -> Iterator[Scenario]:
    """Budgets: an export at half the rate of COPY TO, an import at a fifth of that of COPY FROM."""
    listed = PEOPLE + " ORDER BY jantar_fold(p.family_name), jantar_fold(p.given_name), p.id"

    def copied() -> int:
        with floor.connection.cursor() as cursor, cursor.copy(f"COPY ({listed}) TO STDOUT WITH CSV") as copy:
            return sum(len(block) for block in copy)

    path = f"/people/export/?columns={','.join(registry.get('people').columns)}"
    yield Scenario("export: people as CSV", get(client, path), copied, 2.0, rounds=8)
    content = sheet()
    texts = stored_as_text(content, actor)
    yield Scenario(
        "import: 2,000 people", lambda: imported(content, actor), lambda: copied_in(texts), 5.0, rounds=8
    )  # fmt: skip


def sheet() -> bytes:
    lines = [";".join(TARGETS)]
    lines += [
        f"Jan{n};Novák{n % 977};Firma {n % 100};jan{n}@bench{n % 100}.example;+420 60{n % 10} {n:06d};Brno;CZ;"
        f"{n % 28 + 1}.{n % 12 + 1}.19{n % 60 + 30};poznámka {n};jan{n}@other.example"
        for n in range(ROWS)
    ]
    return "\n".join(lines).encode("cp1250")


def imported(content: bytes, actor: Actor, keep: list[Any] | None = None) -> None:
    """Reads, matches, checks and stores all rows with history and search index; then takes them back."""
    people = registry.get("people")
    opened = open_sheet(content, encoding="cp1250", delimiter=";", survey=False)
    plan = Plan(columns=[ColumnOfSheet(name) for name in TARGETS], mapping=list(TARGETS.values()))
    plan.match, plan.create_missing = list(people.match), ["company"]
    with transaction.atomic():
        with operation(actor, "import") as opened_operation:
            outcomes = Importer(people, plan, actor, Conventions(currency="EUR")).batch(list(opened.rows()), store=True)
        assert all(outcome.kind == "created" for outcome in outcomes)
        if keep is not None:
            keep += [text_of(table, opened_operation.pk) for table in TABLES]
        connection.check_constraints()
        transaction.set_rollback(True)


def stored_as_text(content: bytes, actor: Actor) -> list[bytes]:
    kept: list[bytes] = []
    imported(content, actor, kept)
    return kept


def text_of(table: str, operation_id: int) -> bytes:
    made = f"SELECT record_id FROM history_change WHERE operation_id = {operation_id} AND source = '{table}'"
    with connection.cursor() as cursor:
        sql = f"COPY (SELECT * FROM {table} WHERE id IN ({made}) ORDER BY id) TO STDOUT"
        with cursor.copy(sql) as copy:
            return b"".join(bytes(block) for block in copy)


def copied_in(texts: list[bytes]) -> None:
    """The floor: the finished rows go in by COPY."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table, text in zip(TABLES, texts, strict=True):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    reader = io.BytesIO(text)
                    while block := reader.read(65_536):
                        copy.write(block)
        connection.check_constraints()
        transaction.set_rollback(True)
