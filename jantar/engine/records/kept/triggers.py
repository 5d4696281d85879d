"""The table of a kept roll-up, and the triggers that keep it right for every writer.

Each statement that changes related rows measures the records they point to, those before and those after, all at
once. Before that it takes their rows in the table, until the end of its transaction; and it measures in a statement
of its own, which sees what those who held these rows have committed. So of two who add to the same record at once
the second measures both additions. A new row that was not there when its values were read needs no such second look:
whoever changed anything since would have made the row first.
"""

# ruff: noqa: S608 (what is put in are names of tables and columns, and a statement whose values are quoted)

from jantar.engine.records.kept.shape import Shape
from jantar.engine.records.kept.statement import literal

EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
    "TRUNCATE": "",
}
OF_PARENTS, OF_CHILDREN = ("INSERT", "DELETE"), ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
#: How many triggers a kept roll-up has.
TRIGGERS = len(OF_PARENTS) + len(OF_CHILDREN)


def table_sql(name: str, shape: Shape) -> str:
    """The table and the functions; nothing calls them yet."""
    return f"""
CREATE TABLE "{name}" (id bigint PRIMARY KEY, value {shape.type});
{function_sql(f"{name}_refresh", "ids bigint[]", "void", refresh_body(name, shape))}
{function_sql(f"{name}_parents", "", "trigger", parents_body(name))}
{function_sql(f"{name}_children", "", "trigger", children_body(name, shape))}
"""


def trigger_sql(name: str, shape: Shape) -> str:
    """The triggers; for that, writers are kept out of both tables for a moment."""
    pairs = (
        *((shape.parent, "parents", event) for event in OF_PARENTS),
        *((shape.child, "children", event) for event in OF_CHILDREN),
    )
    return "\n".join(
        f'CREATE TRIGGER "{name}_{part}_{event.lower()}" AFTER {event} ON "{table}" {EVENTS[event]} '
        f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}_{part}"();'
        for table, part, event in pairs
    )


def drop_sql(name: str) -> str:
    """With the functions go their triggers."""
    functions = ", ".join(f'"{name}_{part}"' for part in ("refresh", "parents", "children"))
    return f'DROP FUNCTION IF EXISTS {functions} CASCADE; DROP TABLE IF EXISTS "{name}";'


def index_sql(name: str) -> dict[str, str]:
    """By name, one in each order that lists ask for: missing values stand last in both."""
    columns = {f"{name}_up": "value, id", f"{name}_down": "value DESC NULLS LAST, id DESC"}
    return {
        index: f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{index}" ON "{name}" ({of})' for index, of in columns.items()
    }


def function_sql(name: str, arguments: str, result: str, body: str) -> str:
    quoted = literal("%s", [body])
    # What a text of a day or moment means must not depend on the settings of whoever writes.
    settings = "SET timezone TO 'UTC' SET datestyle TO 'ISO, YMD'" if result == "void" else ""
    return f'CREATE FUNCTION "{name}"({arguments}) RETURNS {result} LANGUAGE plpgsql {settings} AS {quoted};'


def refresh_body(name: str, shape: Shape) -> str:
    def measured(ids: str) -> str:
        return f"(SELECT m.id, m.value FROM ({shape.sql}) m (id, value) WHERE m.id = ANY ({ids}) OFFSET 0)"

    return f"""
DECLARE
    missing bigint[] := ARRAY(SELECT unnest(ids) EXCEPT SELECT k.id FROM "{name}" k WHERE k.id = ANY (ids) ORDER BY 1);
    made bigint[];
    known bigint[];
BEGIN
    IF missing <> '{{}}' THEN
        WITH added AS (
            INSERT INTO "{name}" AS k (id, value)
            SELECT i.id, n.value
            FROM unnest(missing) i (id) LEFT JOIN {measured("missing")} n ON n.id = i.id
            ORDER BY i.id
            ON CONFLICT DO NOTHING
            RETURNING k.id
        )
        SELECT array_agg(id) INTO made FROM added;
    END IF;
    known := ARRAY(SELECT unnest(ids) EXCEPT SELECT unnest(made) ORDER BY 1);
    IF known <> '{{}}' THEN
        PERFORM FROM "{name}" k WHERE k.id = ANY (known) ORDER BY k.id FOR UPDATE;
        UPDATE "{name}" k SET value = n.value FROM {measured("known")} n WHERE n.id = k.id;
    END IF;
END
"""


def parents_body(name: str) -> str:
    return f"""
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM "{name}_refresh"(ARRAY(SELECT n.id FROM new_rows n ORDER BY 1));
    ELSE
        DELETE FROM "{name}" k USING old_rows o WHERE k.id = o.id;
    END IF;
    RETURN NULL;
END
"""


def children_body(name: str, shape: Shape) -> str:
    pointer = f'"{shape.pointer}"'
    new, old = (", ".join(f'{row}."{column}"' for column in shape.watched) for row in "no")
    return f"""
DECLARE
    ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        ids := ARRAY(SELECT DISTINCT n.{pointer} FROM new_rows n WHERE n.{pointer} IS NOT NULL ORDER BY 1);
    ELSIF TG_OP = 'DELETE' THEN
        ids := ARRAY(SELECT DISTINCT o.{pointer} FROM old_rows o WHERE o.{pointer} IS NOT NULL ORDER BY 1);
    ELSIF TG_OP = 'UPDATE' THEN
        ids := ARRAY(
            SELECT DISTINCT p.id
            FROM new_rows n FULL JOIN old_rows o ON o.id = n.id
            CROSS JOIN LATERAL (VALUES (n.{pointer}), (o.{pointer})) p (id)
            WHERE ROW({new}) IS DISTINCT FROM ROW({old}) AND p.id IS NOT NULL
            ORDER BY 1
        );
    ELSE
        ids := ARRAY(SELECT k.id FROM "{name}" k ORDER BY 1);
    END IF;
    IF ids <> '{{}}' THEN
        PERFORM "{name}_refresh"(ids);
    END IF;
    RETURN NULL;
END
"""
