"""Telling those who watch: of what an operation changed, and of what was added to the timeline.

Who is told is found in the database, with a number of statements that does not depend on how many records an
operation changed or how many people watch them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import connection

from jantar.engine.following.jobs import mail_soon
from jantar.engine.following.models import Kind
from jantar.engine.following.preferences import DEFAULTS
from jantar.engine.history.models import Cause, Operation
from jantar.engine.history.operations import current_operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.timeline.channels import CHANNELS
from jantar.engine.timeline.models import Entry

#: More of one kind about one type of records than these are told together.
MOST_SINGLE = 5
#: A summary is shown to who may see one of the first so many records it sums up.
MOST_NAMED = 100
#: Nobody wants to hear of each record of a file; the import has its own report.
SILENT = frozenset({Cause.IMPORT})
#: Entries of the timeline that are not told: notes are private.
SILENT_ENTRIES = frozenset({"note"})
#: How kinds are told to who has not chosen.
DEFAULT_WAYS = json.dumps({kind.value: way.value for kind, way in DEFAULTS.items()})
#: The columns of a change that say nothing to people.
BOOK_KEEPING = ("version", "updated_at", "created_at", "created_by_id", "deleted_at", "id", "custom")


def tell_operation(done: Operation) -> None:
    """Called at the end of an operation, or of a step of a long one, in its transaction."""
    if done.cause in SILENT:
        return
    with connection.cursor() as cursor:
        cursor.execute(ROOTS, {"operation": done.pk})
        tables = {table for (table,) in cursor.fetchall()}
    types = [one for one in registry.all() if one.model._meta.db_table in tables]
    if types:
        params: dict[str, Any] = {"operation": done.pk, "ignored": list(BOOK_KEEPING)}
        happened = CHANGES.format(records=" UNION ALL ".join(_records_of(one, params) for one in types))
        tell(happened, params, types, actor_id=done.actor_id, batch=str(done.pk))


def tell_entries(kind: str, entries: Sequence[Entry], actor: Actor | None) -> None:
    """Called when entries were added to the timeline: told to who watches the records on whose streams they stand."""
    done = current_operation()
    if not entries or kind in SILENT_ENTRIES or (done and done.cause in SILENT):
        return
    batch = str(done.pk) if done else uuid4().hex
    params = {
        "entries": [entry.pk for entry in entries],
        "operation": done.pk if done else None,
        "once": f"{batch}:" if kind == "changed" else "new:",
        "channels": CHANNELS,
    }
    types = [one for one in registry.all() if one.name not in {entry.source.type for entry in entries if entry.source}]
    more = NAMED + MEMBERS if kind == "comment" else ""
    tell(ENTRIES, params, types, actor_id=actor.user_id if actor else None, batch=batch, more=more)


def tell(
    happened: str,
    params: Mapping[str, Any],
    types: Iterable[RecordType],
    *,
    actor_id: int | None,
    batch: str,
    more: str = "",
) -> int:
    """Writes the notifications and returns how many; one statement.

    `happened` is a SELECT of kind, gives (whether the owner has just got it), record_type, record_id, source_type,
    source_id, data, operation_id and once. `types` are the types among the records. `more` finds further people.
    Nobody hears of own acts.
    """
    reached = REACHED.format(happened=happened, owners="".join(_owners_of(one) for one in types), more=more)
    return tell_reached(reached, params, actor_id=actor_id, batch=batch)


def tell_reached(reached: str, params: Mapping[str, Any], *, actor_id: int | None, batch: str) -> int:
    """Writes the notifications of those whom `reached` finds and returns how many; one statement.

    `reached` is the inside of a WITH clause that ends in a table `reached`: user_id, what `tell` says of what
    happened, and is_given. What a watch of a view finds has its name as `watch` in `data`: it is summed up by itself,
    and the summary keeps the data of its first record.
    """
    sql = TELL.format(reached=reached)
    limits = {
        "actor": actor_id,
        "batch": batch,
        "most": MOST_SINGLE,
        "named": MOST_NAMED,
        "given": Kind.GIVEN.value,
        "closer": [Kind.GIVEN.value, Kind.MENTION.value],
        "ways": DEFAULT_WAYS,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, **limits})
        number, is_urgent = cursor.fetchone()
    if is_urgent:
        mail_soon()
    return int(number)


def _records_of(record_type: RecordType, params: dict[str, Any]) -> str:
    """The changed records of one type among those of its table."""
    table = record_type.model._meta.db_table
    conditions = [f"m.root = '{table}'"]
    for name, value in record_type.defaults.items():
        column = record_type.model._meta.get_field(name).column  # type: ignore[union-attr]
        conditions.append(f"t.{column} = %({record_type.name}_{name})s")
        params[f"{record_type.name}_{name}"] = value
    return (
        f"SELECT '{record_type.name}' AS record_type, m.* FROM moved m JOIN {table} t ON t.id = m.root_id "  # noqa: S608 - names of the declaration
        f"WHERE {' AND '.join(conditions)}"
    )


def _owners_of(record_type: RecordType) -> str:
    table = record_type.model._meta.db_table
    return OWNERS.format(table=table, name=record_type.name)


ROOTS = "SELECT DISTINCT root FROM history_change WHERE operation_id = %(operation)s AND at >= transaction_timestamp()"

CHANGES = """
    WITH changes AS (
        SELECT * FROM history_change WHERE operation_id = %(operation)s AND at >= transaction_timestamp()
    ), named AS (
        SELECT c.root, c.root_id, jsonb_agg(DISTINCT k.name) AS names
        FROM changes c CROSS JOIN LATERAL (
            SELECT c.source WHERE c.source <> c.root
            UNION ALL
            SELECT key FROM jsonb_object_keys(c.after) AS key WHERE c.source = c.root AND key <> ALL (%(ignored)s)
            UNION ALL
            SELECT key FROM jsonb_object_keys((c.before -> 'custom') || (c.after -> 'custom')) AS key
            WHERE c.source = c.root AND c.before -> 'custom' -> key IS DISTINCT FROM c.after -> 'custom' -> key
        ) AS k (name) GROUP BY 1, 2
    ), moved AS (
        SELECT c.root, c.root_id,
            bool_or(c.source = c.root AND c.action = 'I') AS is_new,
            bool_or(c.source = c.root AND c.action = 'U' AND c.after ? 'deleted_at') AS is_binned,
            bool_or(c.source = c.root AND (c.action = 'I' OR c.after ? 'owner_id')) AS gives
        FROM changes c GROUP BY 1, 2
    ), records AS ({records})
    SELECT CASE WHEN r.is_binned THEN 'deleted' ELSE 'changed' END AS kind, r.gives,
        r.record_type, r.root_id AS record_id, '' AS source_type, NULL::bigint AS source_id,
        jsonb_build_object('changed', coalesce(n.names, '[]')) AS data, %(operation)s::bigint AS operation_id,
        CASE WHEN r.is_new THEN 'new:' ELSE %(batch)s || ':' END || r.record_type || ':' || r.root_id AS once
    FROM records r LEFT JOIN named n USING (root, root_id)
    WHERE r.is_new OR r.is_binned OR n.names IS NOT NULL
"""

ENTRIES = """
    SELECT CASE WHEN p.record_type = %(channels)s THEN 'message' WHEN e.kind = 'comment' THEN 'comment' ELSE 'entry'
        END AS kind, false AS gives,
        p.record_type, p.record_id, e.source_type, e.source_id,
        e.data || jsonb_build_object('kind', e.kind) AS data, %(operation)s::bigint AS operation_id,
        %(once)s || e.source_type || ':' || e.source_id AS once
    FROM timeline_entry e JOIN timeline_place p ON p.entry_id = e.id
    WHERE e.id = ANY (%(entries)s) AND e.source_id IS NOT NULL
        AND (p.record_type, p.record_id) IS DISTINCT FROM (e.source_type, e.source_id)
"""

OWNERS = """
    UNION ALL
    SELECT t.owner_id, h.*, h.gives FROM happened h JOIN {table} t ON t.id = h.record_id
    WHERE h.record_type = '{name}' AND (h.gives OR (
        NOT EXISTS (SELECT FROM following_preference f WHERE f.user_id = t.owner_id AND NOT f.watches_own)
        AND NOT EXISTS (
            SELECT FROM following_watch w
            WHERE w.user_id = t.owner_id AND w.record_type = '{name}' AND w.record_id = t.id AND NOT w.is_on
        )
    ))
"""

#: Those whom a comment names, they or their team, and those who wrote or were named in its thread before.
NAMED = """
    UNION ALL
    SELECT n.user_id, n.kind, h.gives, h.record_type, h.record_id, h.source_type, h.source_id, h.data, h.operation_id,
        h.once, false
    FROM happened h JOIN timeline_comment c ON c.id = h.source_id CROSS JOIN LATERAL (
        SELECT 'mention' AS kind, coalesce(m.user_id, s.user_id) AS user_id
        FROM timeline_mention m LEFT JOIN accounts_membership s USING (team_id) WHERE m.comment_id = c.id
        UNION
        SELECT 'reply', t.author_id FROM timeline_comment t
        WHERE (t.id = c.begins_id OR t.begins_id = c.begins_id) AND t.id <> c.id AND t.deleted_at IS NULL
        UNION
        SELECT 'reply', m.user_id FROM timeline_comment t JOIN timeline_mention m ON m.comment_id = t.id
        WHERE (t.id = c.begins_id OR t.begins_id = c.begins_id) AND t.id <> c.id AND t.deleted_at IS NULL
    ) n
    WHERE n.user_id IS NOT NULL
"""

#: The members of the team in whose channel something was written.
MEMBERS = """
    UNION ALL
    SELECT s.user_id, h.*, false FROM happened h JOIN accounts_membership s ON s.team_id = h.record_id
    WHERE h.record_type = %(channels)s
"""

REACHED = """
happened AS ({happened}), reached AS (
    SELECT w.user_id, h.*, false AS is_given
    FROM happened h JOIN following_watch w USING (record_type, record_id) WHERE w.is_on
    {owners}
    {more}
)
"""

TELL = """
WITH {reached}, told AS (
    SELECT DISTINCT ON (r.user_id, r.once) r.*, CASE WHEN r.is_given THEN %(given)s ELSE r.kind END AS told_as
    FROM reached r JOIN accounts_user u ON u.id = r.user_id
    WHERE u.is_active AND r.user_id IS DISTINCT FROM %(actor)s::bigint
    ORDER BY r.user_id, r.once, r.is_given DESC, array_position(ARRAY['mention', 'reply'], r.kind),
        r.record_type, r.record_id
), wanted AS (
    SELECT told.*, coalesce(p.ways ->> told_as, %(ways)s::jsonb ->> told_as, 'bell') AS way
    FROM told LEFT JOIN following_preference p USING (user_id)
), counted AS (
    SELECT *, CASE WHEN way IN ('now', 'daily') THEN way ELSE '' END AS mail,
        count(*) OVER (PARTITION BY user_id, told_as, record_type, watch) AS together
    FROM wanted CROSS JOIN LATERAL (SELECT coalesce(data ->> 'watch', '') AS watch) w WHERE way <> 'never'
), written AS (
    INSERT INTO following_notification
        (user_id, kind, record_type, record_id, source_type, source_id, actor_id, operation_id, at, number, data,
        records, once, mail)
    SELECT user_id, told_as, record_type, record_id, source_type, source_id, %(actor)s::bigint, operation_id,
        statement_timestamp(), 1, data, '{{}}', once, mail
    FROM counted WHERE together <= %(most)s
    UNION ALL
    SELECT user_id, told_as, record_type, NULL, '', NULL, %(actor)s::bigint, max(operation_id),
        statement_timestamp(), count(*),
        CASE WHEN watch = '' THEN '{{}}' ELSE (array_agg(data ORDER BY record_id))[1] END,
        (array_agg(record_id ORDER BY record_id))[:%(named)s],
        concat_ws(':', %(batch)s::text, told_as, record_type, nullif(watch, '')), mail
    FROM counted WHERE together > %(most)s GROUP BY user_id, told_as, record_type, watch, mail
    ON CONFLICT (user_id, once) DO UPDATE SET
        kind = CASE WHEN excluded.kind = ANY (%(closer)s) THEN excluded.kind ELSE following_notification.kind END,
        mail = CASE WHEN excluded.kind = ANY (%(closer)s) THEN excluded.mail ELSE following_notification.mail END,
        number = following_notification.number + CASE WHEN excluded.record_id IS NULL THEN excluded.number ELSE 0 END
    RETURNING mail
)
SELECT count(*), coalesce(bool_or(mail = 'now'), false) FROM written
"""
