"""The rows a reference can point to, as far as the actor may see them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import ForeignKey, Model, TextField, Value
from django.db.models.functions import Cast

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.references import Reference, title_column_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import visible_rows
from jantar.engine.records.links import PEOPLE
from jantar.engine.records.registry import registry

#: Tables that are no records (stages, pipelines) are short; more rows than these are not offered at once.
MOST_OFFERED = 500


def titles_of(target: type[Model], ids: Iterable[int], actor: Actor) -> dict[int, str]:
    """Titles by id; rows that are not visible or not there are missing."""
    return {row.pk: str(row) for row in visible_rows(target, actor).filter(pk__in=list(ids))}


def titles_told_apart(target: type[Model], ids: Iterable[int], by: str, actor: Actor) -> dict[int, str]:
    """The same, behind the title of the row their reference `by` points to where there are several of those."""
    rows = list(visible_rows(target, actor).filter(pk__in=list(ids)).select_related(by))
    if len({getattr(row, f"{by}_id") for row in rows}) < 2:
        return {row.pk: str(row) for row in rows}
    return {row.pk: f"{getattr(row, by)} · {row}" for row in rows}


def is_offered_whole(target: type[Model]) -> bool:
    """Whether its rows are listed in a select: settings of the company, neither records nor users nor teams."""
    return not registry.types_of(target) and target._meta.label not in ("accounts.User", "accounts.Team")


def rows_to_offer(target: type[Model], shared: dict[str, Any], actor: Actor) -> list[tuple[str, str]]:
    """The rows of such a table as (id, label), in its own order.

    `shared` maps names of references of the target to the row they have to point to (a stage has to be of the
    pipeline of its record); one that is open (None) is put before the label instead.
    """
    columns = {column.name for column in target._meta.concrete_fields if isinstance(column, ForeignKey)}
    known = {name: value for name, value in shared.items() if name in columns}
    rows = visible_rows(target, actor).filter(**{name: row for name, row in known.items() if row is not None})
    loose = [name for name, row in known.items() if row is None]
    return [
        (str(row.pk), " · ".join([*(str(getattr(row, name)) for name in loose), str(row)]))
        for row in (rows.select_related(*loose) if loose else rows)[:MOST_OFFERED]
    ]


def reference_of(field: Field | None) -> Reference | None:
    """The field as a reference to the table it points into; None when it points nowhere (any more)."""
    if not isinstance(field, RecordOf):
        return field if isinstance(field, Reference) else None
    return _into_table(field)


def pointer_of(field: Field | None) -> Reference | None:
    """The same, of one that holds several records too: what each of them is found as."""
    return _into_table(field) if isinstance(field, RecordsOf) else reference_of(field)


def _into_table(field: RecordOf | RecordsOf) -> Reference | None:
    name = field.target_type
    target = PEOPLE.get(name) or (registry.get(name).model if name in registry else None)
    if target is None:
        return None
    title = "full_name" if name == "users" else title_column_of(target)
    return Reference(field.name, field.label, target=target, title_column=title)


def record_titles(keys: Iterable[RecordKey], actor: Actor) -> dict[RecordKey, str]:
    """Titles of records of any type; those that are not visible or not there are missing. One statement."""
    ids: dict[str, set[int]] = {}
    for key in keys:
        if key.type in registry or key.type in PEOPLE:
            ids.setdefault(key.type, set()).add(key.id)
    rows = [titled_rows(name, actor, wanted) for name, wanted in ids.items()]
    found = rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0] if rows else ()
    return {RecordKey(name, pk): title for name, pk, title in found}


def titled_rows(name: str, actor: Actor, pks: Iterable[int]) -> Any:
    """Type, id and title of the visible rows; users and teams are visible to everybody."""
    title = "full_name" if name == "users" else "name" if name == "teams" else registry.get(name).title
    rows: Any = PEOPLE[name]._default_manager.order_by() if name in PEOPLE else registry.get(name).visible_to(actor)
    return rows.filter(pk__in=pks).values_list(
        Value(name, output_field=TextField()), "pk", Cast(title, TextField())
    )  # fmt: skip
