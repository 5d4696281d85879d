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
from jantar.engine.transfer.combined import CombinedImporter
from jantar.engine.transfer.importing import Importer
from jantar.engine.transfer.plan import ColumnOfSheet, Plan
from jantar.engine.transfer.sheets import open_sheet

ROWS = 2_000
TARGETS = {
    "First name": "given_name", "Last name": "family_name", "Company": "company", "E-mail": "email", "Phone": "phone",
    "City": "city", "Country": "country", "Born": "birthday", "Note": "description", "Other e-mail": "email",
}  # fmt: skip
TABLES = ("contacts_party", "contacts_contactpoint", "sales_deal", "sales_dealcontact")
#: A row with a person, their company (one of 500) and a deal.
OF_TYPES = {
    "First name": "given_name", "Last name": "family_name", "E-mail": "email", "Company name": "companies/name",
    "Company city": "companies/city", "Company country": "companies/country", "Deal name": "deals/name",
    "Deal amount": "deals/amount", "Deal closes": "deals/expected_close",
}  # fmt: skip
MATCH_OF_TYPES = ["email", "phone", "name", "companies/name", "deals/name"]


def transfers(floor: Floor, client: Client, actor: Actor) -> Iterator[Scenario]:
    """Budgets: an export at half the rate of COPY TO, an import at a fifth of that of COPY FROM."""
    listed = PEOPLE + " ORDER BY jantar_fold(p.family_name), jantar_fold(p.given_name), p.id"

    def copied() -> int:
        with floor.connection.cursor() as cursor, cursor.copy(f"COPY ({listed}) TO STDOUT WITH CSV") as copy:
            return sum(len(block) for block in copy)

    path = f"/people/export/?columns={','.join(registry.get('people').columns)}"
    yield Scenario("export: people as CSV", get(client, path), copied, 2.0, rounds=8)
    for name, content, made in (
        ("people", sheet(), plan_of_people),
        ("people, companies, deals", mixed(), plan_of_all),
    ):
        yield import_of(name, content, made(), actor)


def import_of(name: str, content: bytes, plan: Plan, actor: Actor) -> Scenario:
    texts = stored_as_text(content, plan, actor)
    return Scenario(
        f"import: 2,000 {name}", lambda: imported(content, plan, actor), lambda: copied_in(texts), 5.0, rounds=8
    )  # fmt: skip


def plan_of_people() -> Plan:
    plan = Plan(columns=[ColumnOfSheet(name) for name in TARGETS], mapping=list(TARGETS.values()))
    plan.match, plan.create_missing = list(registry.get("people").match), ["company"]
    return plan


def plan_of_all() -> Plan:
    plan = Plan(columns=[ColumnOfSheet(name) for name in OF_TYPES], mapping=list(OF_TYPES.values()))
    plan.match, plan.also = MATCH_OF_TYPES, ["companies", "deals"]
    return plan


def mixed() -> bytes:
    lines = [";".join(OF_TYPES)]
    lines += [
        f"Jan{n};Novák{n % 977};jan{n}@mixed{n % 500}.example;Směs {n % 500};Brno;CZ;Obchod {n};{n}.50 EUR;{n % 28 + 1}.3.2027"
        for n in range(ROWS)
    ]
    return "\n".join(lines).encode("cp1250")


def sheet() -> bytes:
    lines = [";".join(TARGETS)]
    lines += [
        f"Jan{n};Novák{n % 977};Firma {n % 100};jan{n}@bench{n % 100}.example;+420 60{n % 10} {n:06d};Brno;CZ;"
        f"{n % 28 + 1}.{n % 12 + 1}.19{n % 60 + 30};poznámka {n};jan{n}@other.example"
        for n in range(ROWS)
    ]
    return "\n".join(lines).encode("cp1250")


def imported(content: bytes, plan: Plan, actor: Actor, keep: list[Any] | None = None) -> None:
    """Reads, matches, checks and stores all rows with history and search index; then takes them back."""
    people = registry.get("people")
    opened = open_sheet(content, encoding="cp1250", delimiter=";", survey=False)
    importer = (CombinedImporter if plan.also else Importer)(people, plan, actor, Conventions(currency="EUR"))
    with transaction.atomic():
        with operation(actor, "import") as opened_operation:
            outcomes = importer.batch(list(opened.rows()), store=True)
        assert all(outcome.kind == "created" for outcome in outcomes)
        if keep is not None:
            keep += [text_of(table, opened_operation.pk) for table in TABLES]
        connection.check_constraints()
        transaction.set_rollback(True)


def stored_as_text(content: bytes, plan: Plan, actor: Actor) -> list[bytes]:
    kept: list[bytes] = []
    imported(content, plan, actor, kept)
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
        for table, text in zip(TABLES, texts, strict=True):
            put_in(table, io.BytesIO(text))
        connection.check_constraints()
        transaction.set_rollback(True)


def put_in(table: str, reader: io.BytesIO) -> None:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
        while block := reader.read(65_536):
            copy.write(block)
