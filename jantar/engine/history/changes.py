"""What changed in a record, field by field, as a person reads it and as the API answers it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom import field_from
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.references import Reference, unseen
from jantar.engine.history.models import Cause, Change, Kept, Operation
from jantar.engine.history.stored import Amounts, Row, first_rows, key_in, keys_in
from jantar.engine.history.touching import touching
from jantar.engine.permissions.actor import Actor
from jantar.kit.text import around_difference, fold

if TYPE_CHECKING:
    from jantar.engine.records.record_type import RecordType

#: Changes read at once at most, so that an operation with many of them does not make a page endless.
MOST_ROWS = 200
#: Characters of a value in the history of a record.
LONGEST_SHOWN = 400
BOOK_KEEPING = ("id", "created_at", "created_by", "updated_at")
NameRecords = Callable[[Iterable[RecordKey], Actor], Mapping[RecordKey, str]]


@dataclass(frozen=True)
class FieldChange:
    """One field with what it held before and after: as JSON (`before`, `after`) and as shown (`old`, `new`).

    `part` is the label of the part whose row changed, empty for the record's own fields; `action` is "I", "U"
    or "D", and for an added or removed row of a part `name` is that of the part.
    """

    name: str
    label: str
    before: Any
    after: Any
    old: str
    new: str
    part: str = ""
    action: str = "U"

    @property
    def is_formatting(self) -> bool:
        """Whether the words of a formatted text stayed the same."""
        return self.old == self.new and isinstance(self.before, dict) and "html" in self.before

    @property
    def shown(self) -> tuple[str, str]:
        """Both texts, of long ones the part where they begin to differ."""
        return around_difference(self.old, self.new, LONGEST_SHOWN)


@dataclass(frozen=True)
class Entry:
    """What one operation did to the record. `kind` is created, changed, deleted (to the bin) or restored."""

    operation_id: int | None
    at: datetime
    who_id: int | None
    who: str
    cause: str
    cause_label: str
    label: str
    kind: str
    undone: bool = False
    #: The undoing that left something as it is: this operation, or the one that took it back.
    kept_by: int | None = None
    changes: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class ChangePage:
    entries: list[Entry]
    next_before: int | None


@dataclass(frozen=True)
class _Source:
    """The fields of a tracked table, and the label of the part it holds (empty for the record itself)."""

    fields: Mapping[str, Field]
    name: str = ""
    part: str = ""
    model: "type[Model] | None" = None


def changes_of(
    record_type: "RecordType",
    record_id: int,
    actor: Actor,
    *,
    before: int | None = None,
    limit: int = 20,
    name_records: NameRecords | None = None,
    about: str = "",
    by: int | None = None,
) -> ChangePage:
    """The newest `limit` operations that changed the record or its parts, older than the change `before`.

    `about` is the name of the field or part, `by` the id of the user whose changes alone are wanted. The caller has
    checked that the actor sees the record. Costs one statement, and one more for each table
    whose rows are referred to by a change shown. `name_records` gives titles to keys of records of any type.
    """
    table = record_type.model._meta.db_table
    rows = Change.objects.filter(root=table, root_id=record_id).select_related("operation__actor")
    if actor.as_of:
        rows = rows.filter(at__lte=actor.as_of)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if by is not None:
        rows = rows.filter(operation__actor_id=by)
    if about:
        rows = rows.filter(touching([about], record_type) | Q(source=table, action="I"))
    found = list(rows.order_by("-pk")[: MOST_ROWS + 1])
    groups = _by_operation(found[:MOST_ROWS])
    shown = groups[:limit]
    more = len(groups) > limit or len(found) > MOST_ROWS
    reader = _Reader(record_type, actor, name_records, about)
    reader.prepare([change for group in shown for change in group])
    reader.load_kept(shown)
    return ChangePage([reader.entry(group) for group in shown], shown[-1][-1].pk if shown and more else None)


def people_in(record_type: "RecordType", record_id: int) -> list[tuple[int, str]]:
    """Who changed the record, by name: id and name; one statement."""
    changes = Change.objects.filter(root=record_type.model._meta.db_table, root_id=record_id)
    people = get_user_model().objects.filter(pk__in=changes.values("operation__actor_id"))
    return sorted(people.values_list("pk", "full_name"), key=lambda one: fold(one[1]))


def differences(
    record_type: "RecordType", changes: Sequence[Change], actor: Actor, name_records: NameRecords | None = None
) -> list[list[FieldChange]]:
    """Field by field what each of some changes of records of one type says; their rows hold whole fields.

    The changes need not be stored; an amount stands in them with its currency.
    """
    reader = _Reader(record_type, actor, name_records)
    reader.prepare(changes, whole=True)
    return [list(reader.differences(change)) for change in changes]


def _by_operation(changes: Sequence[Change]) -> list[list[Change]]:
    """Neighbouring changes of one operation, which one entry tells together."""
    groups: list[list[Change]] = []
    for change in changes:
        if groups and change.operation_id and groups[-1][-1].operation_id == change.operation_id:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


class _Reader:
    def __init__(
        self, record_type: "RecordType", actor: Actor, name_records: NameRecords | None, about: str = ""
    ) -> None:
        self.about = about
        self.name_records = name_records
        self.names: Mapping[RecordKey, str] = {}
        self.record_type = record_type
        self.actor = actor
        self.table = record_type.model._meta.db_table
        self.sources = {self.table: _Source(dict(record_type.fields(actor)))}
        for part in record_type.parts:
            source = _Source(part.fields, part.name, str(part.label), part.model)
            self.sources.setdefault(part.model._meta.db_table, source)
        self.titles: dict[tuple[str, int], str] = {}
        self.rows: dict[tuple[str, int], Row] = {}
        self.amounts = Amounts()
        self.keeping: set[int] = set()

    def prepare(self, changes: Sequence[Change], *, whole: bool = False) -> None:
        """Loads what the changes speak of and do not hold: added rows of parts, titles of referenced rows."""
        self._load_retired(changes)
        self._load_added(changes)
        if not whole:
            self.amounts.load(self.record_type, changes)
        wanted: dict[type[Model], set[int]] = {}
        keys: set[RecordKey] = set()
        for change in changes:
            source = self.sources.get(change.source)
            for row in (change.before, change.after, self.rows.get((change.source, change.record_id))):
                for one in source.fields.values() if source else ():
                    if not row:
                        continue
                    if isinstance(one, Reference) and row.get(one.id_name):
                        wanted.setdefault(one.target, set()).add(row[one.id_name])
                    elif isinstance(one, AnyRecord) and (key := key_in(one, row)):
                        keys.add(key)
                    elif isinstance(one, RecordsOf):
                        keys.update(keys_in(one, row))
        if keys and self.name_records:
            self.names = self.name_records(keys, self.actor)
        for target, ids in wanted.items():
            for titled in _visible(target, ids, self.actor):
                self.titles[target._meta.db_table, titled.pk] = str(titled)

    def load_kept(self, groups: Sequence[Sequence[Change]]) -> None:
        """Which of the undoings shown left something as it is."""
        told = [group[0].operation for group in groups if group[0].operation]
        undoings = {one.pk for one in told if one.cause == Cause.UNDO} | {one.undone_by_id for one in told} - {None}
        if undoings:
            self.keeping = set(Kept.objects.filter(operation__in=undoings).values_list("operation", flat=True))

    def differences(self, change: Change) -> Iterator[FieldChange]:
        if source := self.sources.get(change.source):
            before, after = change.before or {}, change.after or {}
            yield from self._differences(source, before, after, changed=after.keys())

    def _load_retired(self, changes: Sequence[Change]) -> None:
        """Custom fields that are out of use are still named in old changes."""
        known = self.sources[self.table].fields
        keys = {
            key
            for change in changes if change.source == self.table
            for row in (change.before, change.after) if row
            for key in row.get("custom") or {}
        }  # fmt: skip
        if unknown := keys - known.keys():
            retired = CustomField.objects.filter(record_type=self.record_type.name, key__in=unknown)
            self.sources[self.table] = _Source({**known, **{one.key: field_from(one) for one in retired}})

    def _load_added(self, changes: Sequence[Change]) -> None:
        """An inserted row keeps no values in the history: what it held at first follows from what became of it."""
        added: dict[str, set[int]] = {}
        for change in changes:
            if change.action == "I" and change.source in self.sources:
                added.setdefault(change.source, set()).add(change.record_id)
        for table, ids in added.items():
            model = self.sources[table].model or self.record_type.model
            for pk, row in first_rows(model, ids, self.table, changes[0].root_id).items():
                self.rows[table, pk] = row

    def entry(self, group: Sequence[Change]) -> Entry:
        first = group[0]
        operation = first.operation
        actor = operation.actor if operation else None
        return Entry(
            operation_id=first.operation_id,
            at=first.at,
            who_id=actor.pk if actor else None,
            who=actor.full_name if actor else _("Jantar"),
            cause=operation.cause if operation else "",
            cause_label=str(operation.get_cause_display()) if operation else _("Outside of Jantar"),
            label=operation.label if operation else "",
            undone=bool(operation and operation.undone_by_id),
            kept_by=self._kept_by(operation),
            kind=self._kind(group),
            changes=[
                line for change in reversed(group) for line in self._lines(change) if self.about in ("", line.name)
            ],
        )

    def _kept_by(self, operation: Operation | None) -> int | None:
        told = (operation.pk, operation.undone_by_id) if operation else ()
        return next((pk for pk in told if pk in self.keeping), None)

    def _kind(self, group: Sequence[Change]) -> str:
        own = [change for change in group if change.source == self.table]
        if any(change.action == "I" for change in own):
            return "created"
        for change in own:
            if change.action == "D":
                return "deleted"
            if "deleted_at" in (change.after or {}):
                return "deleted" if (change.after or {})["deleted_at"] else "restored"
        return "changed"

    def _lines(self, change: Change) -> Iterator[FieldChange]:
        source = self.sources.get(change.source)
        if source is None:
            return
        if change.action == "U":
            before, after = change.before or {}, change.after or {}
            kept = self.amounts.at(change) if change.source == self.table else {}
            yield from self._differences(source, {**kept, **before}, {**kept, **after}, changed=after.keys())
        elif not source.part:
            yield from self._first_facts(source, change)
        else:
            row = self.rows.get((change.source, change.record_id), {}) if change.action == "I" else change.before or {}
            text = self._summary(source, row)
            old, new = (text, "") if change.action == "D" else ("", text)
            yield FieldChange(source.name, source.part, None, None, old, new, source.part, change.action)

    def _first_facts(self, source: _Source, change: Change) -> Iterator[FieldChange]:
        """What a new record was given; its book-keeping stands in the head of the entry."""
        row = self.rows.get((change.source, change.record_id), {}) if change.action == "I" else {}
        told_elsewhere = {*BOOK_KEEPING, *self.record_type.defaults}
        for line in self._differences(source, {}, row, changed=row.keys() - told_elsewhere):
            is_said = line.new and (source.fields[line.name].kind != "boolean" or line.after)
            if is_said and line.name not in told_elsewhere:
                yield line

    def _differences(self, source: _Source, before: Row, after: Row, changed: Set[str]) -> Iterator[FieldChange]:
        custom = (before.get("custom") or {}, after.get("custom") or {})
        for name, one in source.fields.items():
            if changed.isdisjoint(one.columns):
                continue
            rows = custom if one.is_custom else (before, after)
            (old_json, old), (new_json, new) = (self._value(one, row) for row in rows)
            if old != new or old_json != new_json or any(unseen() in text for text in (old, new)):
                yield FieldChange(name, str(one.label), old_json, new_json, old, new, source.part)

    def _value(self, one: Field, row: Row) -> tuple[Any, str]:
        """The value of a field in a stored row, as JSON and as text."""
        if isinstance(one, Reference):
            pk = row.get(one.id_name)
            if pk is None:
                return None, ""
            title = self.titles.get((one.target._meta.db_table, pk))
            return ({"id": None, "title": unseen()}, unseen()) if title is None else ({"id": pk, "title": title}, title)
        if isinstance(one, AnyRecord):
            key = key_in(one, row)
            if key is None or key in self.names:
                return one.dump(key), "" if key is None else self.names[key]
            return {"type": None, "id": None, "title": unseen()}, unseen()
        if isinstance(one, RecordsOf):
            return self._several(one, keys_in(one, row))
        if isinstance(one, MoneyKind) and not one.is_custom:
            return self._money(one, row)
        stored = row.get(one.name)
        try:
            value = one.load(stored)
            return one.dump(value), one.text(value)
        except FieldError:
            return stored, str(stored)

    def _several(self, one: RecordsOf, keys: list[RecordKey]) -> tuple[Any, str]:
        told = [
            {"type": key.type, "id": key.id, "title": self.names[key]}
            if key in self.names
            else {"type": None, "id": None, "title": unseen()}
            for key in keys
        ]
        return told, one.titled(keys, self.names)

    def _money(self, one: MoneyKind, row: Row) -> tuple[Any, str]:
        amount, currency = row.get(f"{one.name}_value"), row.get(f"{one.name}_currency")
        if amount is None:
            return None, currency or ""
        try:
            value = one.load({"amount": amount, "currency": currency or ""})
        except FieldError:
            return {"amount": str(amount), "currency": currency}, str(amount)
        return one.dump(value), one.text(value)

    def _summary(self, source: _Source, row: Row) -> str:
        """A whole row of a part in one line."""
        texts = (self._value(one, row)[1] for one in source.fields.values() if one.kind != "boolean")
        return ", ".join(filter(None, texts))


def _visible(target: type[Any], ids: set[int], actor: Actor) -> Any:
    rows = target._default_manager.all()
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(actor) | rows.in_bin_for(actor)
    return rows.filter(pk__in=ids)
