"""Which tables an archive holds, in which files, and how their rows point to each other.

Every table of the program travels unless it is named here with the reason: a new one is never forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, JSONField, Model, Q

from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

#: Tables that stay behind, by what they are for.
LEFT_OUT = {
    "made anew from the rest": ("search.Entry", "search.Word", "fields.KeptRollup"),
    "belongs to this installation": (
        "jobs.JobRun", "mail.SentMail", "accounts.FailedSignIn", "records.CreatedOnce", "api.SpentMinute",
        "api.KeptAnswer", "transfer.ImportRun", "transfer.RefusedRow", "transfer.ArchiveSource",
        "following.Notification", "following.DateMove", "following.DateReminder",
        "following.ViewLook", "pages.LedFilter",
    ),
    "secret": ("accounts.ApiToken", "pages.CalendarFeed"),
}  # fmt: skip
#: Tables with a column called so hold secrets and stay behind too; of users only the columns do.
SECRETS = ("password", "secret", "token")
OWN_SECRETS = {"accounts.User": ("password", "last_login")}
#: Rows that are the same wherever they come from, besides what is unique: by these columns; () is the only row.
SAME = {"settings.Workspace": ((),), "files.StoredFile": (("digest", "purpose"),)}
#: Rows that are nothing by themselves: they travel when a row that travels points to them.
ONLY_POINTED_TO = ("files.StoredFile", "documents.Content", "fields.HeldFile")
#: Columns that name a row of any table: (what says which, the id); tables by their name or records by their type.
BY_TABLE = {
    "history.Change": (("source", "record_id"), ("root", "root_id")),
    "history.Kept": (("source", "record_id"), ("root", "root_id")),
    "records.Moved": (("source", "row_id"),),
}
BY_TYPE = {
    "fields.Holder": (("record_type", "record_id"),),
    "duplicates.Pair": (("record_type", "first_id"), ("record_type", "second_id")),
    "records.Moved": (("record_type", "was"), ("record_type", "became")),
}

AnyModel = type[Model]


@dataclass(frozen=True)
class Sheet:
    """One file of the archive: the rows of a table, or those of one record type in it."""

    name: str
    model: AnyModel
    where: Q

    @property
    def path(self) -> str:
        return f"{'tables' if '.' in self.name else 'records'}/{self.name}.jsonl"


def sheets() -> list[Sheet]:
    """All files, those that others point to first."""
    return [sheet for model in models() for sheet in _sheets_of(model)]


def _sheets_of(model: AnyModel) -> Iterator[Sheet]:
    types = [one for one in registry.all() if one.model._meta.concrete_model is model]
    rest = Q()
    for record_type in types:
        yield Sheet(record_type.name, model, Q(**record_type.defaults))
        rest &= ~Q(**record_type.defaults)
    if not types or all(one.defaults for one in types):
        yield Sheet(model._meta.label_lower, model, rest)


def models() -> list[AnyModel]:
    """The tables of an archive, those that others point to first."""
    found = {model: _targets(model) for model in _own_models()}
    ordered: list[AnyModel] = []

    def add(model: AnyModel, above: tuple[AnyModel, ...]) -> None:
        for target in found[model]:
            if target in found and target not in ordered and target not in above:
                add(target, (*above, target))
        if model not in ordered:
            ordered.append(model)

    for model in sorted(found, key=lambda one: (one._meta.label != "fields.CustomField", one._meta.label)):
        add(model, (model,))
    return ordered


@cache
def _own_models() -> tuple[AnyModel, ...]:
    stay = {label for labels in LEFT_OUT.values() for label in labels}
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("jantar.")
        and model._meta.managed
        and not model._meta.proxy
        and model._meta.label not in stay
        and not _has_secrets(model)
    ]
    while homeless := [model for model in found if not _needed(model) <= set(found)]:
        found = [model for model in found if model not in homeless]
    return tuple(found)


def _needed(model: AnyModel) -> set[AnyModel]:
    """The tables without whose rows those of this one can't be."""
    pointing = (one for one in model._meta.concrete_fields if isinstance(one, ForeignKey) and not one.null)
    return {_concrete(column) for column in pointing}


def _has_secrets(model: AnyModel) -> bool:
    names = {column.name for column in model._meta.concrete_fields} - set(OWN_SECRETS.get(model._meta.label, ()))
    return any(secret in name for name in names for secret in SECRETS)


def _targets(model: AnyModel) -> list[AnyModel]:
    return [target for target in references(model).values() if target is not model]


@cache
def columns(model: AnyModel) -> tuple[Any, ...]:
    """The columns of a table that travel."""
    hidden = OWN_SECRETS.get(model._meta.label, ())
    return tuple(
        column
        for column in model._meta.concrete_fields
        if column.name not in hidden
        and not getattr(column, "generated", False)
        and not (isinstance(column, ForeignKey) and _concrete(column) not in _own_models())
    )


@cache
def shapes(model: AnyModel) -> dict[str, type]:
    """By column with JSON whether it holds objects or lists; without those that may hold anything."""
    kept = (column for column in columns(model) if isinstance(column, JSONField) and not column.null)
    return {str(column.column): column.default for column in kept if column.default in (dict, list)}


def key_of(model: AnyModel) -> str:
    """The column that names a row: "id", or the key of the row it belongs to."""
    return str(model._meta.pk.column)


@cache
def references(model: AnyModel) -> dict[str, AnyModel]:
    """By column, the table its foreign key points to."""
    return {column.column: _concrete(column) for column in columns(model) if isinstance(column, ForeignKey)}


def _concrete(column: "ForeignKey[Any, Any]") -> AnyModel:
    return column.related_model._meta.concrete_model  # type: ignore[return-value]


@cache
def keys_of_records(model: AnyModel) -> tuple[tuple[str, str], ...]:
    """Pairs of columns that name a record of any type: its type and its id."""
    own = tuple(key.columns for key in getattr(model, "key_fields", ()))
    return (*own, *BY_TYPE.get(model._meta.label, ()))


def keys_of_tables(model: AnyModel) -> tuple[tuple[str, str], ...]:
    """Pairs of columns that name a row of any table."""
    return BY_TABLE.get(model._meta.label, ())


def by_table() -> dict[str, AnyModel]:
    return {model._meta.db_table: model for model in _own_models()}


def by_type() -> dict[str, AnyModel]:
    """The table of what a key of any record can name: record types, notes, comments, users, teams and
    their channels.
    """
    from jantar.engine.timeline.channels import CHANNELS
    from jantar.engine.timeline.kinds import source_models

    found: dict[str, AnyModel] = {one.name: _table(one) for one in registry.all()}
    teams = apps.get_model("accounts.Team")
    named = {"users": apps.get_model("accounts.User"), "teams": teams, CHANNELS: teams}
    return {**named, **source_models(), **found}


def is_record(model: AnyModel) -> bool:
    return any(one.model._meta.concrete_model is model for one in registry.all())


@cache
def same_by(model: AnyModel) -> tuple[tuple[str, ...], ...]:
    """What makes two rows of a table the same one: each set of columns that is unique.

    Nothing for records, and for rows that are named by the row they belong to.
    """
    label = model._meta.label
    if is_record(model) or key_of(model) != "id":
        return ()
    pk = model._meta.pk
    found: list[tuple[str, ...]] = [(one.column,) for one in columns(model) if one.unique and one is not pk]
    constraint: Any
    for constraint in model._meta.constraints:
        fields = getattr(constraint, "fields", ())
        if fields and hasattr(constraint, "nulls_distinct") and constraint.condition is None:
            found.append(tuple(_column(model, name) for name in fields))
    found += [tuple(_column(model, name) for name in names) for names in model._meta.unique_together]
    return (*SAME.get(label, ()), *found)


@cache
def flags(model: AnyModel) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Columns that are true in one row only, with the columns that tell among which rows; of settings only."""
    found = []
    constraint: Any
    for constraint in () if is_record(model) else model._meta.constraints:
        condition = getattr(constraint, "condition", None)
        inner = list(condition.children) if isinstance(condition, Q) and hasattr(constraint, "fields") else []
        if len(inner) == 1 and isinstance(inner[0], tuple) and inner[0][1] is True:
            names = tuple(_column(model, name) for name in constraint.fields)
            found.append((inner[0][0], names))
    return tuple(found)


def _column(model: AnyModel, name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def _table(record_type: RecordType) -> AnyModel:
    table: AnyModel = record_type.model._meta.concrete_model  # type: ignore[assignment]
    return table
