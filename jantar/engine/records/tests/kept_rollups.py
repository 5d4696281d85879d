"""What the tests of kept roll-ups share."""

from typing import Any

from django.db import connection

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.kept.building import build_kept
from jantar.engine.records.kept.reading import measuring_anew
from jantar.engine.records.listing import Query, sorted_rows
from jantar.engine.testing.fake.records import books, shelves

NOVELS = {"all": [{"field": "genre", "op": "is", "value": "novel"}]}
NEW_BOOK = (
    "INSERT INTO fake_book (title, shelf_id, pages, custom, version, created_at, updated_at, summary, price_currency, "
    "lent, genre, labels, formats, author_email, phone, website, country) VALUES ('Book', %s, %s, '{}', 1, now(), "
    "now(), '', '', false, '', '{}', '{}', '', '', '', '')"
)


def build() -> None:
    build_kept(lambda done, total: None)


def rollup(label: str, record_type: str = "shelves", relation: str = "books", **what: Any) -> CustomField:
    return create_field(
        record_type, label=label, kind="rollup", rollup={"relation": relation, **what}, indexed=True,
        actor=system_actor(),
    )  # fmt: skip


def add_books(shelves: int, each: int) -> None:
    """Shelves with books on them, by SQL; `pages` differ."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fake_shelf (name, city, custom, version, created_at, updated_at) "
            "SELECT 'Shelf ' || n, '', '{}', 1, now(), now() FROM generate_series(1, %s) n",
            [shelves],
        )
        cursor.execute(
            "INSERT INTO fake_book (title, shelf_id, pages, custom, version, created_at, updated_at, summary, "
            "price_currency, lent, genre, labels, formats, author_email, phone, website, country) "
            "SELECT 'Book', s.id, (s.id * 7919 + n) %% 5000, '{}', 1, now(), now(), '', '', false, '', '{}', '{}', "
            "'', '', '', '' FROM fake_shelf s, generate_series(1, %s) n",
            [each],
        )
        cursor.execute("ANALYZE fake_shelf, fake_book")


def values_of(record_type: Any, key: str, actor: Actor) -> dict[int, Any]:
    """By record what lists say, in the bin or not."""
    field = record_type.fields(actor)[key]
    rows = record_type.model._base_manager.annotate(**{field.source.alias: field.expression()})
    return {row.pk: field.read(row) for row in rows}


def is_read(definition: CustomField) -> bool:
    record_type = {"shelves": shelves, "books": books}[definition.record_type]
    rows = sorted_rows(Query(record_type, system_actor(), sort=definition.key, columns=[definition.key]))
    return f'JOIN "jantar_rollup_{definition.pk}_' in str(rows.query)


def check(*definitions: CustomField) -> None:
    """What is kept is what is measured."""
    for one in definitions:
        record_type = {"shelves": shelves, "books": books}[one.record_type]
        assert is_read(one)
        kept = values_of(record_type, one.key, system_actor())
        with measuring_anew():
            measured = values_of(record_type, one.key, system_actor())
        assert kept == measured, one.label
        assert len(kept) == record_type.model._base_manager.count()
