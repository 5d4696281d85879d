"""Operations one after the other, newest first, with how much each of them changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from jantar.engine.history.models import Change, Operation

#: So long an operation can be undone.
UNDO_DAYS = 30
#: Changes of one operation are counted up to here.
COUNTED = 1000


@dataclass(frozen=True)
class Act:
    """An operation and the number of records it changed, at least so many with `and_more`.

    `root` and `root_id` name one of them; `created`, `deleted` whether one was made or put into the bin.
    """

    operation: Operation
    root: str
    root_id: int
    records: int
    and_more: bool
    created: bool
    deleted: bool


def acts_since(since: datetime, *, of: int | None, before: int | None, limit: int, tables: Sequence[str]) -> list[Act]:
    """The newest operations that changed something: of one user, or of everybody. Two statements.

    `before` goes on after the operation with that id; `tables` are those whose rows are records.
    """
    rows = Operation.objects.filter(Exists(Change.objects.filter(operation=OuterRef("pk"))), at__gte=since)
    if of is not None:
        rows = rows.filter(actor=of)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _measured(list(rows.select_related("actor", "undone_by").order_by("-pk")[:limit]), tables)


MEASURES = """
SELECT wanted.id, first.root, first.root_id, records, changes > %s, created, deleted
FROM unnest(%s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT count(DISTINCT (root, root_id)) FILTER (WHERE root = ANY (%s)), count(*),
        bool_or(source = root AND action = 'I'),
        bool_or(source = root AND action = 'U' AND after ->> 'deleted_at' IS NOT NULL)
    FROM (SELECT * FROM {change} WHERE operation_id = wanted.id LIMIT %s) few
) AS measured (records, changes, created, deleted)
CROSS JOIN LATERAL (
    SELECT root, root_id FROM (SELECT * FROM {change} WHERE operation_id = wanted.id LIMIT %s) few
    ORDER BY root = ANY (%s) DESC LIMIT 1
) AS first
"""


def _measured(operations: Sequence[Operation], tables: Sequence[str]) -> list[Act]:
    with connection.cursor() as cursor:
        sql = MEASURES.format(change=Change._meta.db_table)
        few, records = COUNTED + 1, list(tables)
        cursor.execute(sql, [COUNTED, [one.pk for one in operations], records, few, few, records])
        found = {pk: measured for pk, *measured in cursor.fetchall()}
    return [Act(one, *found[one.pk]) for one in operations if one.pk in found]
