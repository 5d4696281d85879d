"""The triggers that write history: statement-level, so that a bulk change costs one insert, not thousands."""

from dataclasses import dataclass

#: Columns whose change alone is no news.
IGNORED = ("updated_at", "made_until", "over_by")


@dataclass(frozen=True)
class Tracked:
    """A table whose changes are recorded; `root_column` holds the id of the record its rows are parts of."""

    table: str
    root: str
    root_column: str = "id"


def tracking_sql(tracked: Tracked) -> str:
    """(Re)creates the function and the three triggers of one table."""
    function = f"history_of_{tracked.table}"
    ignored = ", ".join(f"'{name}'" for name in IGNORED)
    place = f"'{tracked.table}', {{row}}.id, '{tracked.root}', {{row}}.{tracked.root_column}"
    columns = "operation_id, source, record_id, root, root_id, action, before, after"
    return f"""
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    operation bigint := nullif(current_setting('jantar.operation', true), '')::bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO history_change ({columns})
        SELECT operation, {place.format(row="n")}, 'I', NULL, NULL FROM new_rows n;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO history_change ({columns})
        SELECT operation, {place.format(row="n")}, 'U', difference.before, difference.after
        FROM new_rows n JOIN old_rows o USING (id),
        LATERAL (SELECT to_jsonb(o) AS old_row, to_jsonb(n) AS new_row) whole,
        LATERAL (
            SELECT jsonb_object_agg(key, old_row->key) AS before, jsonb_object_agg(key, new_row->key) AS after
            FROM jsonb_object_keys(new_row) key
            WHERE old_row->key IS DISTINCT FROM new_row->key AND key NOT IN ({ignored})
        ) difference
        WHERE difference.after IS NOT NULL;
    ELSE
        INSERT INTO history_change ({columns})
        SELECT operation, {place.format(row="o")}, 'D', to_jsonb(o), NULL FROM old_rows o;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER history_insert AFTER INSERT ON {tracked.table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE OR REPLACE TRIGGER history_update AFTER UPDATE ON {tracked.table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE OR REPLACE TRIGGER history_delete AFTER DELETE ON {tracked.table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""  # noqa: S608 - names come from declarations, never from input
