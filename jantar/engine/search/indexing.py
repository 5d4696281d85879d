"""The triggers that keep the index, made from the `search` of each record type.

Per type one function (re)computes the entries of an array of ids and writes only what differs; the triggers of
every table that a path goes through work out whose entries are touched. COPY and bulk changes are seen too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Field as Column
from django.db.models import ForeignKey, Model

from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.search.text import ANYWHERE, MAX_TEXT

BATCH = 5000


def index_sql() -> str:
    """Everything the declarations ask for, as one script. Idempotent; types whose search changed are indexed anew."""
    types = list(registry.all())
    tables: dict[str, list[Watch]] = {}
    for record_type in types:
        for watch in watches(Source(record_type)):
            tables.setdefault(watch.table, []).append(watch)
    scripts = [refresh_sql(Source(record_type)) for record_type in types]
    scripts += [trigger_sql(table, found) for table, found in tables.items()]
    return "\n".join([*scripts, forget_sql(types, list(tables)), *(rebuild_if_changed_sql(one) for one in types)])


FORGET_WORDS = """
WITH standing AS (
    SELECT substr(word, strpos(word, %s) + 1) AS word
    FROM ts_stat('SELECT words FROM search_entry')
    WHERE strpos(word, %s) > 0
)
DELETE FROM search_word w WHERE NOT EXISTS (SELECT FROM standing s WHERE s.word = w.word)
"""


def rebuild(record_type: RecordType) -> None:
    """Computes the entries of a type anew and drops those of records that are gone."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_entry WHERE type = %s", [record_type.name])
        cursor.execute(fill_sql(record_type))


def tidy_words() -> None:
    """Leaves one row of each word that still stands in some record: nobody erased lives on in a suggestion."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_word a USING search_word b WHERE a.word = b.word AND a.id > b.id")
        cursor.execute(FORGET_WORDS, [ANYWHERE, ANYWHERE])


# What a type is searched by


class Source:
    """The SQL of one type's entries: `r` is the record, `j_NAME` what its reference NAME points to."""

    def __init__(self, record_type: RecordType) -> None:
        self.record_type = record_type
        self.table = record_type.model._meta.db_table
        self.references: dict[str, ForeignKey[Any, Any]] = {}
        self.parts: dict[str, Part] = {}
        #: Columns read, by table alias: "r", "j_NAME", "p_NAME".
        self.columns: dict[str, set[str]] = {"r": {"deleted_at", *record_type.defaults}}
        search = record_type.search
        self.title = self.expression(record_type.title)
        self.text = [self.expression(path) for path in search.text if path != record_type.title]
        self.subtitle = [self.expression(path) for path in search.subtitle]
        self.words = [self.expression(path) for path in search.words]
        self.keys = [self.expression(path, many=True) for path in search.keys]

    def expression(self, path: str, many: bool = False) -> str:
        """The text behind a path; with `many` as an array. Raises LookupError for a path that leads nowhere."""
        first, dot, rest = path.partition(".")
        part = self.record_type.part(first)
        if part and dot:
            return self.part_expression(part, rest, many)
        column = self.record_type.model._meta.get_field(first)
        if not dot:
            text = self.read("r", column)
        elif isinstance(column, ForeignKey):
            self.references[first] = column
            self.columns["r"].add(column_of(self.record_type.model, first))
            text = self.read(f"j_{first}", target_of(column)._meta.get_field(rest))
        else:
            raise LookupError(f"{self.record_type.name}: search names {path!r}; {first} is no reference and no part.")
        return f"ARRAY[{text}]" if many else text

    def part_expression(self, part: Part, name: str, many: bool) -> str:
        alias = f"p_{part.name}"
        self.parts[part.name] = part
        text = self.read(alias, part.model._meta.get_field(name))
        parent = self.parent_column(part)
        rows = (
            f"SELECT {text} FROM {part.model._meta.db_table} {alias} WHERE {alias}.{parent} = r.id ORDER BY {alias}.id"
        )
        return f"ARRAY({rows})" if many else f"array_to_string(ARRAY({rows}), ' ')"

    def parent_column(self, part: Part) -> str:
        return column_of(part.model, part.parent)

    def read(self, alias: str, column: object) -> str:
        if not isinstance(column, Column) or not column.column:
            raise LookupError(f"{column} is no column.")
        self.columns.setdefault(alias, set()).add(column.column)
        place = f"{alias}.{column.column}"
        return f"array_to_string({place}, ' ')" if isinstance(column, ArrayField) else f"{place}::text"

    @property
    def joins(self) -> str:
        return "\n".join(
            f"LEFT JOIN {target_of(column)._meta.db_table} j_{name} ON j_{name}.id = r.{column.column}"
            for name, column in self.references.items()
        )

    @property
    def condition(self) -> str:
        own = [f"r.{name} = '{value}'" for name, value in self.record_type.defaults.items()]
        return " AND ".join(["r.deleted_at IS NULL", *own])


def target_of(column: "ForeignKey[Any, Any]") -> type[Model]:
    return column.related_model


def column_of(model: type[Model], name: str) -> str:
    return cast(str, cast("Column[Any, Any]", model._meta.get_field(name)).column)


def function_of(record_type: RecordType) -> str:
    return f"search_refresh_{record_type.name}"


def refresh_sql(source: Source) -> str:
    """The function that brings the entries of an array of ids up to date."""
    name = source.record_type.name
    body = ", ".join(source.text) or "''"
    subtitle = ", ".join(f"nullif({text}, '')" for text in source.subtitle) or "NULL"
    keys = " || ".join(source.keys) or "ARRAY[]::text[]"
    words = "".join(f" || {words_sql(name, text)}" for text in source.words)
    return f"""
CREATE OR REPLACE FUNCTION {function_of(source.record_type)}(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE batch bigint[];
BEGIN
    FOR place IN 1 .. coalesce(array_length(ids, 1), 0) BY {BATCH} LOOP
        batch := ids[place : place + {BATCH - 1}];
        DELETE FROM search_entry e WHERE e.type = '{name}' AND e.record_id = ANY (batch) AND NOT EXISTS (
            SELECT FROM {source.table} r WHERE r.id = e.record_id AND {source.condition}
        );
        WITH written AS (
            INSERT INTO search_entry AS e (type, record_id, title, subtitle, start, words)
            SELECT '{name}', r.id, coalesce({source.title}, ''), left(concat_ws(' · ', {subtitle}), {MAX_TEXT}),
                left(jantar_words(coalesce({source.title}, '')), {MAX_TEXT}),
                jantar_lexemes('{name}', {source.title}, concat_ws(' ', {body}), {keys}){words}
            FROM {source.table} r
            {source.joins}
            WHERE r.id = ANY (batch) AND {source.condition}
            ON CONFLICT (type, record_id) DO UPDATE
            SET title = excluded.title, subtitle = excluded.subtitle, start = excluded.start, words = excluded.words
            WHERE (e.title, e.subtitle, e.words) IS DISTINCT FROM (excluded.title, excluded.subtitle, excluded.words)
            RETURNING words
        ), seen AS (
            SELECT DISTINCT substr(lexeme, {len(name) + 2}) AS word
            FROM written, unnest(tsvector_to_array(words)) lexeme
            WHERE starts_with(lexeme, '{name}{ANYWHERE}')
        )
        INSERT INTO search_word (word)
        SELECT word FROM seen
        WHERE length(word) >= 3 AND word !~ '[0-9]' AND NOT EXISTS (SELECT FROM search_word w WHERE w.word = seen.word);
    END LOOP;
END $$;
"""


def words_sql(name: str, text: str) -> str:
    """The lexemes of words that were made ready when they were stored."""
    found = f"SELECT '{name}{ANYWHERE}' || word FROM unnest(string_to_array({text}, ' ')) word WHERE word <> ''"
    return f"array_to_tsvector(ARRAY({found}))"


def fill_sql(record_type: RecordType) -> str:
    table = record_type.model._meta.db_table
    return f"SELECT {function_of(record_type)}((SELECT array_agg(id ORDER BY id) FROM {table}))"


def rebuild_if_changed_sql(record_type: RecordType) -> str:
    """Indexes the type when it is new or its search was declared anew; the function's comment remembers which."""
    mark = md5(refresh_sql(Source(record_type)).encode(), usedforsecurity=False).hexdigest()
    function = f"{function_of(record_type)}(bigint[])"
    return f"""
DO $$ BEGIN
    IF obj_description('{function}'::regprocedure) IS DISTINCT FROM '{mark}' THEN
        PERFORM ({fill_sql(record_type)});
        COMMENT ON FUNCTION {function} IS '{mark}';
    END IF;
END $$;
"""


# Whose entries a change touches


@dataclass(frozen=True)
class Watch:
    """A table whose changes touch entries of a type.

    `owners` turns rows `t` into a query of record ids; `columns` are those that matter in an update.
    """

    table: str
    record_type: RecordType
    owners: str
    columns: tuple[str, ...]
    events: frozenset[str]


def watches(source: Source) -> Iterator[Watch]:
    every = frozenset({"INSERT", "UPDATE", "DELETE"})
    record_type = source.record_type
    yield Watch(source.table, record_type, "SELECT t.id FROM {rows} t", tuple(sorted(source.columns["r"])), every)
    for name, column in source.references.items():
        pointing = f"SELECT r.id FROM {source.table} r JOIN {{rows}} t ON t.id = r.{column.column}"
        table = target_of(column)._meta.db_table
        yield Watch(table, record_type, pointing, tuple(sorted(source.columns[f"j_{name}"])), frozenset({"UPDATE"}))
    for name, part in source.parts.items():
        parent = source.parent_column(part)
        columns = tuple(sorted({parent, *source.columns[f"p_{name}"]}))
        yield Watch(part.model._meta.db_table, record_type, f"SELECT t.{parent} FROM {{rows}} t", columns, every)


def trigger_sql(table: str, found: list[Watch]) -> str:
    """The trigger function of a table and its triggers."""
    calls = {event: "\n".join(call_sql(watch, event) for watch in found if event in watch.events) for event in EVENTS}
    branches = "\n".join(f"    IF TG_OP = '{event}' THEN\n{calls[event] or 'NULL;'}\n    END IF;" for event in EVENTS)
    triggers = "\n".join(
        f"CREATE OR REPLACE TRIGGER search_{event.lower()} AFTER {event} ON {table} REFERENCING {given} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION search_of_{table}();"
        for event, given in EVENTS.items()
    )
    return f"""
CREATE OR REPLACE FUNCTION search_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{branches}
    RETURN NULL;
END $$;
{triggers}
"""


EVENTS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def call_sql(watch: Watch, event: str) -> str:
    if event == "UPDATE":
        new = ", ".join(f"n.{name}" for name in watch.columns)
        old = ", ".join(f"o.{name}" for name in watch.columns)
        changed = f"FROM new_rows n JOIN old_rows o USING (id) WHERE ({new}) IS DISTINCT FROM ({old})"
        rows = f"(SELECT n.* {changed} UNION ALL SELECT o.* {changed})"
    else:
        rows = "new_rows" if event == "INSERT" else "old_rows"
    owners = f"SELECT DISTINCT owner FROM ({watch.owners.format(rows=rows)}) found (owner) ORDER BY 1"
    return f"        PERFORM {function_of(watch.record_type)}(ARRAY({owners}));"


def forget_sql(types: list[RecordType], tables: list[str]) -> str:
    """Drops triggers of tables no path goes through any more, and entries of types that are gone."""
    names = ", ".join(f"'{record_type.name}'" for record_type in types) or "''"
    kept = ", ".join(f"'{table}'" for table in tables) or "''"
    return f"""
DO $$ DECLARE old record; BEGIN
    FOR old IN
        SELECT tgname, relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
        WHERE tgname IN ('search_insert', 'search_update', 'search_delete') AND pg_table_is_visible(c.oid)
            AND relname NOT IN ({kept})
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', old.tgname, old.relname);
    END LOOP;
END $$;
DELETE FROM search_entry WHERE type NOT IN ({names});
"""
