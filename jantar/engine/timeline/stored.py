"""Telling of rows that were stored past the write path, such as generated data: in two statements for any number."""

from django.db import connection
from django.db.models import Model

from jantar.engine.records.record_type import RecordType


def tell_stored(kind: str, record_type: RecordType, *, at: str, links: type[Model], parent: str) -> None:
    """Adds entries for the records of a type that have told nothing in this kind yet.

    `at` is the column that holds the time (rows without one tell nothing), `links` the table of what they are about,
    `parent` its column that holds the record's id.
    """
    name, table = record_type.name, record_type.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM timeline_entry")
        [(last,)] = cursor.fetchall()
        cursor.execute(
            f"""
            INSERT INTO timeline_entry (kind, at, actor_id, source_type, source_id, data)
            SELECT %s, r.{at}, r.owner_id, %s, r.id, '{{}}' FROM {table} r
            WHERE r.{at} IS NOT NULL AND NOT EXISTS (
                SELECT FROM timeline_entry e WHERE e.source_type = %s AND e.source_id = r.id AND e.kind = %s
            )
            """,  # noqa: S608 - names of the declaration
            [kind, name, name, kind],
        )
        cursor.execute(
            f"""
            INSERT INTO timeline_place (entry_id, record_type, record_id, at, kind)
            SELECT e.id, l.record_type, l.record_id, e.at, e.kind
            FROM timeline_entry e JOIN {links._meta.db_table} l ON l.{parent} = e.source_id
            WHERE e.id > %s AND e.source_type = %s AND e.kind = %s
            """,  # noqa: S608 - names of the declaration
            [last, name, kind],
        )
