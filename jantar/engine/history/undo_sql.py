"""The statements of undo. Names of tables and columns come from the catalogue and are quoted here.

`undo_row` holds one line per row the operation changed. `fate` says what the operation did to it in sum:
I inserted, U updated, D deleted; `before` and `after` are the first old and the last new values. A trigger for each row
that changes what is being inserted is recorded before the insertion is, which is told by the statement.
"""

# ruff: noqa: S608 (what is put in are names from the catalogue, quoted)

from collections.abc import Mapping, Sequence

from django.db import connection

DROP = "DROP TABLE IF EXISTS undo_row"

GATHER = """
CREATE TEMPORARY TABLE undo_row ON COMMIT DROP AS
WITH change AS (
    SELECT *, count(*) OVER (PARTITION BY source, record_id) AS times FROM history_change
    WHERE operation_id = %(operation)s AND source = ANY(%(tables)s)
), several AS (
    SELECT source, record_id, max(root) AS root, max(root_id) AS root_id, max(id) AS last_id,
           (array_agg(action ORDER BY id) FILTER (WHERE action <> 'U'))[1] AS first,
           (array_agg(action ORDER BY id DESC) FILTER (WHERE action <> 'U'))[1] AS last
    FROM change WHERE times > 1 GROUP BY source, record_id
), old AS (
    SELECT source, record_id, jsonb_object_agg(key, value ORDER BY id DESC) AS before
    FROM change, jsonb_each(before) WHERE times > 1 GROUP BY source, record_id
), new AS (
    SELECT source, record_id, jsonb_object_agg(key, value ORDER BY id) AS after
    FROM change, jsonb_each(after) WHERE times > 1 GROUP BY source, record_id
)
SELECT source, record_id, root, root_id, id AS last_id, action AS fate, before, after,
       false AS done, NULL::text AS kept
FROM change WHERE times = 1
UNION ALL
SELECT source, record_id, root, root_id, last_id,
       CASE WHEN first = 'I' THEN 'I' WHEN last = 'D' THEN 'D' ELSE 'U' END, before, after, false, NULL
FROM several LEFT JOIN old USING (source, record_id) LEFT JOIN new USING (source, record_id)
WHERE (first = 'I' AND last = 'D') IS NOT TRUE
"""
INDEX = "CREATE INDEX ON undo_row (source, record_id)"
ANALYZE = "ANALYZE undo_row"
CHANGED_COLUMNS = "SELECT DISTINCT source, jsonb_object_keys(after) FROM undo_row WHERE fate = 'U'"
SOURCES = "SELECT DISTINCT source FROM undo_row WHERE fate = ANY(%(fate)s)"

COLUMNS = """
SELECT wanted.name, attname FROM unnest(%(tables)s::text[]) AS wanted (name)
JOIN pg_attribute ON attrelid = to_regclass(quote_ident(wanted.name))
WHERE attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY attrelid, attnum
"""
FOREIGN_KEYS = """
SELECT pointing.relname, attname, pointed.relname FROM pg_constraint
JOIN pg_class pointing ON pointing.oid = conrelid
JOIN pg_class pointed ON pointed.oid = confrelid
JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND cardinality(conkey) = 1 AND pg_table_is_visible(pointing.oid)
  AND (pointing.relname = ANY(%(tables)s) OR pointed.relname = ANY(%(tables)s))
ORDER BY 1, 2
"""

# A change counts as a later one unless it was undone or is itself the undoing of one. What was undone, done again,
# undone and so on is told by the length of the chain of undoings that lead to the change.
KEEP_CHANGED = """
UPDATE undo_row line SET kept = 'changed' WHERE fate = 'I' AND kept IS NULL AND EXISTS (
    SELECT 1 FROM history_change later
    LEFT JOIN history_operation own ON own.id = later.operation_id
    WHERE later.root = line.root AND later.root_id = line.root_id AND later.id > line.last_id
      AND (line.source = line.root OR (later.source = line.source AND later.record_id = line.record_id))
      AND later.operation_id IS DISTINCT FROM %(operation)s
      AND own.undone_by_id IS NULL AND 0 = (
        WITH RECURSIVE undone AS (
            SELECT id FROM history_operation WHERE undone_by_id = later.operation_id
            UNION ALL
            SELECT earlier.id FROM history_operation earlier JOIN undone ON earlier.undone_by_id = undone.id
        )
        SELECT count(*) %% 2 FROM undone
      )
)
"""
KEEP_PARTS_OF_KEPT = """
UPDATE undo_row part SET kept = record.kept FROM undo_row record
WHERE record.source = part.root AND record.record_id = part.root_id AND record.fate = 'I'
  AND record.kept IS NOT NULL AND part.source <> part.root AND part.fate = 'I' AND part.kept IS NULL
"""
COUNT_DONE = "SELECT count(DISTINCT (root, root_id)) FROM undo_row WHERE done"
BACK = "SELECT record_id FROM undo_row WHERE source = %(table)s AND fate = 'D' AND done"
#: Parts that stay because their record stays need no line of their own.
KEPT = """
SELECT source, record_id, root, root_id, '', kept FROM undo_row line
WHERE kept IS NOT NULL AND (source = root OR NOT EXISTS (
    SELECT 1 FROM undo_row record
    WHERE record.source = line.root AND record.record_id = line.root_id AND record.kept IS NOT NULL
))
ORDER BY root, root_id, source, record_id LIMIT %(limit)s
"""


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def lock(table: str) -> str:
    return f"""
SELECT count(*) FROM (
    SELECT id FROM {quoted(table)} WHERE id IN (SELECT record_id FROM undo_row WHERE source = {text(table)})
    ORDER BY id FOR UPDATE
) locked"""


def keep_forbidden(allowed: str) -> str:
    """Parameters: the table of the records, whether it is about deleting, then those of `allowed`."""
    return f"""
UPDATE undo_row line SET kept = 'rights'
WHERE root = %s AND kept IS NULL AND %s = (
    line.source = line.root AND (line.fate = 'I' OR (line.fate = 'U' AND line.after ? 'deleted_at'))
) AND NOT (line.source = line.root AND line.fate = 'D') AND NOT EXISTS (
    SELECT 1 FROM undo_row record
    WHERE record.source = line.root AND record.record_id = line.root_id AND record.fate IN ('I', 'D')
      AND line.source <> line.root AND record.kept IS NULL
) AND NOT EXISTS (SELECT 1 FROM ({allowed}) permitted (id) WHERE permitted.id = line.root_id)"""


def keep_referenced(table: str, column: str, target: str, type_column: str, types: Sequence[str]) -> str:
    """Rows that point here count unless this very undo deletes them or sets their pointer back."""
    pointing, name = quoted(table), quoted(column)
    of_type = f"AND pointing.{quoted(type_column)} IN ({', '.join(map(text, types))})" if type_column else ""
    return f"""
UPDATE undo_row line SET kept = 'used' FROM {pointing} pointing
WHERE line.source = {text(target)} AND line.fate = 'I' AND line.kept IS NULL AND pointing.{name} = line.record_id
  {of_type} AND NOT EXISTS (
    SELECT 1 FROM undo_row other
    WHERE other.source = {text(table)} AND other.record_id = pointing.id AND other.kept IS NULL
      AND (other.fate = 'I' OR (other.fate = 'U' AND other.after ->> {text(column)} = line.record_id::text))
)"""


def delete(table: str) -> str:
    return f"""
WITH gone AS (
    DELETE FROM {quoted(table)} WHERE id IN (
        SELECT record_id FROM undo_row WHERE source = {text(table)} AND fate = 'I' AND kept IS NULL
    ) RETURNING id
)
UPDATE undo_row SET done = true FROM gone WHERE source = {text(table)} AND record_id = gone.id"""


def keep_missing(table: str) -> str:
    return f"""
UPDATE undo_row SET kept = 'gone' WHERE source = {text(table)} AND fate = 'U' AND kept IS NULL
  AND NOT EXISTS (SELECT 1 FROM {quoted(table)} whole WHERE whole.id = undo_row.record_id)"""


def keep_orphans(table: str, column: str, target: str) -> str:
    """A row can't come back when what it points to is gone and does not come back with it."""
    return f"""
UPDATE undo_row line SET kept = 'gone'
WHERE source = {text(table)} AND fate = 'D' AND kept IS NULL AND before ->> {text(column)} IS NOT NULL
  AND NOT {exists(target, f"(before ->> {text(column)})::bigint")}"""


def exists(target: str, value: str) -> str:
    return f"""(
    EXISTS (SELECT 1 FROM {quoted(target)} there WHERE there.id = {value})
    OR EXISTS (SELECT 1 FROM undo_row there WHERE there.source = {text(target)} AND there.record_id = {value}
               AND there.fate = 'D' AND there.kept IS NULL)
)"""


def insert_again(table: str, columns: Sequence[str]) -> str:
    names = ", ".join(map(quoted, columns))
    values = ", ".join(f"whole.{quoted(name)}" for name in columns)
    return f"""
WITH back AS (
    INSERT INTO {quoted(table)} ({names})
    SELECT {values} FROM undo_row line, LATERAL jsonb_populate_record(NULL::{quoted(table)}, line.before) whole
    WHERE line.source = {text(table)} AND line.fate = 'D' AND line.kept IS NULL
      AND NOT EXISTS (SELECT 1 FROM {quoted(table)} there WHERE there.id = line.record_id)
    ORDER BY whole.id
    RETURNING id
)
UPDATE undo_row SET done = true FROM back WHERE source = {text(table)} AND record_id = back.id"""


class SetBack:
    """The statements that set the changed columns of one table back, column by column, `custom` key by key.

    In them `now` is the stored row, `was` the values before the operation and `wrote` those it wrote.
    `mates` are columns that are set back together or not at all; `targets` what a column points to.
    """

    def __init__(
        self, table: str, columns: Sequence[str], mates: Mapping[str, Sequence[str]], targets: Mapping[str, str]
    ) -> None:
        self.table = table
        self.columns = [name for name in columns if name != "custom"]
        self.has_custom = "custom" in columns
        self.mates = mates
        self.targets = targets

    @property
    def source(self) -> str:
        return f"""{quoted(self.table)} now
JOIN undo_row line ON line.source = {text(self.table)} AND line.record_id = now.id
    AND line.fate = 'U' AND line.kept IS NULL,
LATERAL jsonb_populate_record(NULL::{quoted(self.table)}, line.after) wrote,
LATERAL jsonb_populate_record(NULL::{quoted(self.table)}, line.before) was"""

    def wrote(self, name: str) -> str:
        return f"line.after ? {text(name)}"

    def untouched(self, name: str) -> str:
        return f"now.{quoted(name)} IS NOT DISTINCT FROM wrote.{quoted(name)}"

    def free(self, name: str) -> str:
        """Whether the column may be set back in this row."""
        mates = [mate for mate in self.mates.get(name, (name,)) if mate in self.columns]
        parts = [f"(NOT {self.wrote(mate)} OR {self.untouched(mate)})" for mate in mates]
        if target := self.targets.get(name):
            parts.append(f"(was.{quoted(name)} IS NULL OR {exists(target, f'was.{quoted(name)}')})")
        return " AND ".join(parts)

    def custom_keys(self, condition: str) -> str:
        return f"""(SELECT key FROM jsonb_object_keys(was.custom || wrote.custom) key
    WHERE was.custom -> key IS DISTINCT FROM wrote.custom -> key AND {condition})"""

    @property
    def free_keys(self) -> str:
        return self.custom_keys("now.custom -> key IS NOT DISTINCT FROM wrote.custom -> key")

    def conflicts(self, limit: int) -> str:
        lines = [
            f"""SELECT {text(name)}, CASE WHEN {self.untouched(name)} THEN 'gone' ELSE 'changed' END,
              {self.values_of(name)}
            WHERE {self.wrote(name)} AND NOT ({self.free(name)})
              AND now.{quoted(name)} IS DISTINCT FROM was.{quoted(name)}"""
            for name in self.columns
        ]
        if self.has_custom:
            kept = self.custom_keys(
                "now.custom -> key IS DISTINCT FROM wrote.custom -> key"
                " AND now.custom -> key IS DISTINCT FROM was.custom -> key"
            )
            values = ", ".join(
                f"jsonb_build_object('custom', jsonb_build_object(key, {row}.custom -> key))" for row in ("now", "was")
            )
            lines.append(f"SELECT key, 'changed', {values} FROM {kept} kept_key (key) WHERE {self.wrote('custom')}")
        return f"""
SELECT line.source, line.record_id, line.root, line.root_id, clash.name, clash.reason, clash.kept, clash.had
FROM {self.source}, LATERAL ({" UNION ALL ".join(lines)}) clash (name, reason, kept, had)
ORDER BY line.root_id, line.record_id LIMIT {limit}"""

    def values_of(self, name: str) -> str:
        """What stands in a column and its mates, and what would come back."""
        mates = self.mates.get(name, (name,))
        kept = ", ".join(f"{text(mate)}, now.{quoted(mate)}" for mate in mates)
        had = ", ".join(
            f"{text(mate)}, CASE WHEN {self.wrote(mate)} THEN to_jsonb(was.{quoted(mate)})"
            f" ELSE to_jsonb(now.{quoted(mate)}) END"
            for mate in mates
        )
        return f"jsonb_build_object({kept}), jsonb_build_object({had})"

    @property
    def raises(self) -> str:
        """Whether the row gets something back that rules may let only one row have: the yes of a yes-or-no column,
        or its unique values, when it comes out of the bin."""
        lines = [
            f"(line.before -> {text(name)} = 'true' AND line.after -> {text(name)} = 'false')" for name in self.columns
        ]
        if "deleted_at" in self.columns:
            lines.append("(line.before -> 'deleted_at' = 'null' AND line.after ->> 'deleted_at' IS NOT NULL)")
        return " OR ".join(lines) or "false"

    def update(self, bookkeeping: Sequence[str], *, raising: bool) -> str:
        free = {name: f"({self.wrote(name)} AND {self.free(name)})" for name in self.columns}
        values = {
            name: f"CASE WHEN {condition} THEN was.{quoted(name)} ELSE now.{quoted(name)} END"
            for name, condition in free.items()
        }
        wanted = list(free.values())
        if self.has_custom:
            values["custom"] = f"""CASE WHEN {self.wrote("custom")} THEN (
    SELECT (now.custom - coalesce(array_agg(key), ARRAY[]::text[]))
        || coalesce(jsonb_object_agg(key, was.custom -> key) FILTER (WHERE was.custom ? key), '{{}}')
    FROM {self.free_keys} free_key (key)) ELSE now.custom END"""
            wanted.append(f"({self.wrote('custom')} AND EXISTS {self.free_keys})")
        taken = ", ".join(f"{value} AS {quoted(name)}" for name, value in values.items())
        assigned = [f"{quoted(name)} = back.{quoted(name)}" for name in values]
        moved = {"version": "version = stored.version + 1", "updated_at": "updated_at = now()"}
        return f"""
WITH back AS MATERIALIZED (
    SELECT now.id, {taken} FROM {self.source}
    WHERE ({" OR ".join(wanted)}) AND coalesce({self.raises}, false) = {str(raising).lower()}
),
changed AS (
    UPDATE {quoted(self.table)} stored SET {", ".join([*assigned, *(moved[name] for name in bookkeeping)])}
    FROM back WHERE stored.id = back.id RETURNING stored.id
)
UPDATE undo_row SET done = true FROM changed
WHERE source = {text(self.table)} AND fate = 'U' AND record_id = changed.id"""
