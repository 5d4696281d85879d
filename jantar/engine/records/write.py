"""The write path: the only way records are created, changed, deleted and restored.

Values are Python values of the fields (see `engine.fields`); callers turn JSON or typed text into them first.
Every function opens an operation unless one is open, checks rights and values, and raises `Invalid`, `Stale`,
`NotAllowed` or `NotFound` without having changed anything.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.history.models import Cause, Operation
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import milestones, stale
from jantar.engine.records.checking import Values, check_changes, check_new, integrity_errors
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound, Unconfirmed
from jantar.engine.records.merging.undoing import refuse_merged
from jantar.engine.records.models import Record
from jantar.engine.records.parts_writing import write_parts
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.several import with_unseen


def create(record_type: RecordType, values: Values, *, actor: Actor, cause: str = Cause.PAGE) -> Any:
    """Stores a new record and returns it. The actor becomes its owner unless values say otherwise."""
    if not actor.may("create", record_type.name):
        raise NotAllowed(_("You may not create this."))
    with operation(actor, cause):
        [record] = store_new(record_type, [values], actor=actor)
    return record


def store_new(record_type: RecordType, rows: Sequence[Values], *, actor: Actor) -> list[Any]:
    """Stores many checked records with a constant number of statements. Raises Invalid for the first bad row."""
    records = [draft(record_type, values, actor) for values in rows]
    check_new(record_type, records, rows, actor)
    with ReadableIntegrity(record_type):
        record_type.model._base_manager.bulk_create(records, batch_size=2000)
        for record, values in zip(records, rows, strict=True):
            write_parts(record_type, record, values, actor)
        refuse_unless_allowed(record_type, records, actor, "create")
        if record_type.after_create:
            record_type.after_create(records, actor)
    return records


def draft(record_type: RecordType, values: Values, actor: Actor) -> Record:
    """A record with the values, not yet checked or stored."""
    record = record_type.new()
    record.owner_id = record.created_by_id = actor.user_id
    record.team_id = actor.main_team
    for field in actor.custom_fields.get(record_type.name, {}).values():
        if field.default is not None:
            field.write(record, field.default)
    apply(record_type, record, values, actor)
    return record


def apply(record_type: RecordType, record: Record, values: Values, actor: Actor) -> None:
    fields = record_type.fields(actor)
    for name, value in values.items():
        if name in fields:
            fields[name].write(record, value)


def update(
    record_type: RecordType, pk: int, values: Values, *, actor: Actor, version: int | None = None,
    cause: str = Cause.PAGE, confirmed: bool = False,
) -> Any:  # fmt: skip
    """Changes one record and returns it.

    `version` is the one the actor saw: when others changed the same fields since, `Stale` says what they
    hold now and nothing is stored; changes of other fields are kept beside these. Raises `Unconfirmed` when the
    type asks whether this is meant, unless it is `confirmed`.
    """
    with operation(actor, cause):
        record = locked(record_type, pk, actor, "edit")
        [values] = with_unseen(record_type, [record], [values], actor)
        if version is not None and version != record.version:
            stale.refuse_overlap(record_type, record, values, actor, version)
        change([record], record_type, values, actor=actor, confirmed=confirmed)
    return record


def update_many(
    record_type: RecordType,
    pks: Iterable[int],
    values: Values,
    *,
    actor: Actor,
    cause: str = Cause.BULK,
    label: str = "",
    confirmed: bool = False,
) -> tuple[int, Operation]:
    """Gives many records the same values; those the actor may not edit are left alone. Returns how many changed."""
    with operation(actor, cause, label) as opened:
        rows = record_type.visible_to(actor, "edit").filter(pk__in=list(pks))
        records = list(
            rows.select_for_update(of=("self",)).order_by("pk")
        )  # in one order, or two could block each other
        changed = change(records, record_type, values, actor=actor, confirmed=confirmed)
    return changed, opened


def change(
    records: Sequence[Any], record_type: RecordType, values: Values, *, actor: Actor, confirmed: bool = False
) -> int:
    """Applies the values to loaded, locked records and stores those that differ; returns how many these are.

    A constant number of statements, and of those for parts as many per record. Parts always count as different.
    """
    if not records:
        return 0
    if not confirmed:
        refuse_unconfirmed(record_type, [record.pk for record in records], values, actor)
    before = [columns_of(record) for record in records]
    rows = with_unseen(record_type, records, [values] * len(records), actor)
    for record, own in zip(records, rows, strict=True):
        apply(record_type, record, own, actor)
    check_changes(record_type, records, values, actor)
    has_parts = any(record_type.part(name) for name in values)
    pairs = [
        (record, old) for record, old in zip(records, before, strict=True) if has_parts or columns_of(record) != old
    ]
    if not pairs:
        return 0
    records, before = [record for record, _old in pairs], [old for _record, old in pairs]
    changed = {name for record, old in pairs for name, value in columns_of(record).items() if old[name] != value}
    for record in records:
        record.version += 1
        record.updated_at = timezone.now()
    with ReadableIntegrity(record_type):
        record_type.model._base_manager.bulk_update(records, [*changed, "version", "updated_at"], batch_size=500)
        for record in records:
            write_parts(record_type, record, values, actor)
        refuse_unless_allowed(record_type, records, actor, "edit")
        if record_type.after_update:
            record_type.after_update(records, frozenset(values), actor)
        milestones.tell(record_type, records, before, actor)
    return len(records)


def refuse_unconfirmed(record_type: RecordType, pks: Sequence[int], values: Values, actor: Actor) -> None:
    """Raises `Unconfirmed` with what the type asks before these records get the values."""
    if record_type.asks and (questions := record_type.asks(pks, values, actor)):
        raise Unconfirmed(questions)


def delete(
    record_type: RecordType, pks: Iterable[int], *, actor: Actor, cause: str = Cause.PAGE, label: str = ""
) -> int:
    """Moves records to the bin; returns how many. Raises NotFound when there is none the actor may delete."""
    rows = record_type.visible_to(actor, "delete")
    return _set_deleted(record_type, rows, pks, timezone.now(), actor, cause, label)


def restore(
    record_type: RecordType, pks: Iterable[int], *, actor: Actor, cause: str = Cause.PAGE, label: str = ""
) -> int:
    """Brings records back from the bin; returns how many. Raises Invalid for merged ones: their merge is undone."""
    pks, rows = list(pks), record_type.model.objects.in_bin_for(actor)
    refuse_merged(record_type, rows.filter(pk__in=pks))
    return _set_deleted(record_type, rows, pks, None, actor, cause, label)


def erase(record_type: RecordType, pks: Iterable[int], *, actor: Actor, cause: str = Cause.PAGE) -> int:
    """Deletes records that are in the bin for good, with their parts; returns how many. For administrators only."""
    if not actor.is_admin:
        raise NotAllowed(_("Only administrators may do this."))
    with operation(actor, cause):
        rows = record_type.model.objects.in_bin_for(actor).filter(pk__in=list(pks))
        number: int = rows.count()
        if not number:
            raise NotFound(_("There is no such record."))
        try:
            rows.delete()
        except ProtectedError as error:
            raise Invalid({"": [_("Other records need this one and have to be deleted first.")]}) from error
    return number


def _set_deleted(
    record_type: RecordType, rows: Any, pks: Iterable[int], moment: Any, actor: Actor, cause: str, label: str
) -> int:
    with operation(actor, cause, label), ReadableIntegrity(record_type):
        found = rows.filter(pk__in=list(pks))
        told = list(found) if record_type.after_bin else []
        number: int = found.update(
            deleted_at=moment, merged_into=None, updated_at=timezone.now(), version=F("version") + 1
        )
        if not number:
            raise NotFound(_("There is no such record."))
        if record_type.after_bin:
            record_type.after_bin(told, moment is not None, actor)
    return number


def locked(record_type: RecordType, pk: int, actor: Actor, action: str) -> Any:
    """The record, locked until the transaction ends. Raises NotFound or, when it is only visible, NotAllowed."""
    record = record_type.visible_to(actor, action).select_for_update(of=("self",)).one(pk)
    if record is None:
        if record_type.visible_to(actor).filter(pk=pk).exists():
            raise NotAllowed(_("You may see this but not change it."))
        raise NotFound(_("There is no such record."))
    return record


def columns_of(record: Record) -> dict[str, Any]:
    """The stored columns of a record by attribute name, without the book-keeping ones."""
    return {
        column.attname: getattr(record, column.attname)
        for column in record._meta.concrete_fields
        if column.name not in ("id", "version", "updated_at", "created_at")
    }


def refuse_unless_allowed(record_type: RecordType, records: Sequence[Any], actor: Actor, action: str) -> None:
    """What was written must still be within the actor's rights: nobody gives away what they may not."""
    scope = record_type.allowed(actor, action)
    if not scope:
        return
    pks = {record.pk for record in records}
    allowed = record_type.model._base_manager.filter(scope, pk__in=pks).count()
    if allowed != len(pks):
        raise NotAllowed(_("This would be outside of what you may change."))


class ReadableIntegrity:
    """All or nothing, with a refusal of the database told as Invalid with the field named."""

    def __init__(self, record_type: RecordType) -> None:
        self.record_type = record_type
        self.savepoint = transaction.atomic()

    def __enter__(self) -> None:
        self.savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.savepoint.__exit__(kind, error, traceback)
        if isinstance(error, IntegrityError):
            raise Invalid(integrity_errors(self.record_type, error)) from error
