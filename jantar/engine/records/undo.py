"""Undo: takes back everything one operation did, within rights, keeping what was changed since."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.history.acts import UNDO_DAYS
from jantar.engine.history.models import Cause, Kept, Operation
from jantar.engine.history.operations import operation
from jantar.engine.history.undo import Conflict, Pointer, Reversal
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.database import tracked_tables
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.merging.moving import move_back
from jantar.engine.records.merging.undoing import marks_of, refuse_unless_may_part
from jantar.engine.records.models import allowed, ids_sql
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

__all__ = ["Conflict", "NotUndoable", "UndoResult", "undo"]


class NotUndoable(Exception):
    """The operation can't be taken back (any more); the text says why, in the language in force."""


@dataclass(frozen=True)
class UndoResult:
    """`operation_id` is the undoing (which can itself be undone), `undone` the number of records taken back,
    `conflicts` what stayed as it is: at most 1,000 of them."""

    operation_id: int
    undone: int
    conflicts: list[Conflict]


def undo(operation_id: int, *, actor: Actor) -> UndoResult:
    """Takes one operation back, in an operation of its own.

    Columns are set back where they still hold what was written, inserted records are deleted unless they were
    changed or used since, deleted ones come back. What stays is listed in the result.
    Raises NotFound, NotUndoable (too old, undone before) or NotAllowed (nothing of it is the actor's to change).
    """
    with transaction.atomic():
        wanted = _locked(operation_id)
        label = _("Undo: %(what)s") % {"what": wanted}
        with operation(actor, Cause.UNDO, label) as undoing:
            result = _reverse(wanted, undoing.pk, actor)
            Operation.objects.filter(pk=wanted.pk).update(undone_by=undoing)
    return result


def undoable(operation_id: int) -> Operation:
    """The operation, if it can be taken back now. Raises NotFound or NotUndoable."""
    return _checked(Operation.objects.filter(pk=operation_id).first())


def _locked(operation_id: int) -> Operation:
    return _checked(Operation.objects.select_for_update(of=("self",)).filter(pk=operation_id).first())


def _checked(wanted: Operation | None) -> Operation:
    if wanted is None:
        raise NotFound(_("There is no such change."))
    if wanted.undone_by_id:
        raise NotUndoable(_("This was already undone."))
    if wanted.at < timezone.now() - timedelta(days=UNDO_DAYS):
        raise NotUndoable(_("Only changes of the last %(days)d days can be undone.") % {"days": UNDO_DAYS})
    return wanted


def _reverse(wanted: Operation, undoing: int, actor: Actor) -> UndoResult:
    models = _models()
    groups = {table: _money_groups(model) for table, model in models.items()}
    reversal = Reversal(wanted.pk, tracked_tables(), groups, list(_holders(models)))
    reversal.gather()
    if marks := marks_of(wanted):
        refuse_unless_may_part(marks, actor)
    else:
        _keep_forbidden(reversal, models, actor)
    reversal.keep_used()
    try:
        with transaction.atomic():
            reversal.reverse()
            move_back(wanted.pk, undoing)
    except IntegrityError as error:
        raise NotUndoable(_("Another record now has a value that this one would get back.")) from error
    result = UndoResult(undoing, reversal.undone(), reversal.conflicts())
    if not result.undone and any(conflict.reason == "rights" for conflict in result.conflicts):
        raise NotAllowed(_("You may not change these records."))
    _refuse_foreign(reversal, models, actor)
    _prepare_again(result.conflicts, models, actor)
    _remember(result)
    return result


def _keep_forbidden(reversal: Reversal, models: dict[str, type[Any]], actor: Actor) -> None:
    """Administrators are asked too where rights are narrowed: a folder that is closed to them stays closed."""
    touched = {reversal.tracked[source].root for source in reversal.sources()}
    asking = actor.with_every_module() if actor.is_admin else actor
    for table in touched & models.keys():
        model = models[table]
        if actor.is_admin and all(one.within is None for one in registry.types_of(model)):
            continue
        for action in ("edit", "delete"):
            reversal.keep_forbidden(table, action, *ids_sql(model, allowed(model, asking, action)))


def _models() -> dict[str, type[Any]]:
    """One model for each table of records: the one of all its rows, not of one of the types kept in it."""
    concrete = (record_type.model._meta.concrete_model for record_type in registry.all())
    return {model._meta.db_table: model for model in concrete if model}


def _money_groups(model: type[Model]) -> list[tuple[str, ...]]:
    """An amount, its currency and its base amount are set back together."""
    return [field.columns for field in getattr(model, "money_fields", ())]


def _holders(tables: Iterable[str]) -> Iterator[Pointer]:
    """Rows that are about a record of any type (notes, comments): where the key is required it holds its record."""
    types: dict[str, list[str]] = {table: [] for table in tables}
    for record_type in registry.all():
        types[record_type.model._meta.db_table].append(record_type.name)
    for model in apps.get_models():
        for key in getattr(model, "key_fields", ()):
            if key.holds:
                for table, names in types.items():
                    yield Pointer(model._meta.db_table, key.columns[1], table, key.columns[0], tuple(names))


def _refuse_foreign(reversal: Reversal, models: dict[str, type[Any]], actor: Actor) -> None:
    """Records that came back must be ones the actor may create."""
    for table in reversal.sources("D"):
        model = models.get(table)
        if model and not actor.is_admin:
            scope = allowed(model, actor, "create")
            back = reversal.records_back(table)
            if model._base_manager.filter(scope, pk__in=back).count() != len(back):
                raise NotAllowed(_("You may not create these records."))


def _remember(result: UndoResult) -> None:
    """What was kept can be looked at later, from the undoing."""
    kept = [Kept(operation_id=result.operation_id, **vars(conflict)) for conflict in result.conflicts]
    Kept.objects.bulk_create(kept, batch_size=500)


def _prepare_again(conflicts: Iterable[Conflict], models: dict[str, type[Any]], actor: Actor) -> None:
    """Works derived columns out again where later edits were kept beside columns that were set back."""
    mixed: dict[str, set[int]] = {}
    for conflict in conflicts:
        if conflict.column and conflict.source in models:
            mixed.setdefault(conflict.source, set()).add(conflict.record_id)
    for table, pks in mixed.items():
        for record_type in registry.types_of(models[table]):
            changed: set[str] = set()
            records = list(record_type.model._base_manager.filter(pk__in=pks, **record_type.defaults))
            for record in records:
                changed |= _prepared(record, record_type, actor)
            if changed:
                record_type.model._base_manager.bulk_update(records, sorted(changed), batch_size=500)


def _prepared(record: Any, record_type: RecordType, actor: Actor) -> set[str]:
    names = [column.attname for column in record._meta.concrete_fields]
    before = {name: getattr(record, name) for name in names}
    if record_type.prepare:
        record_type.prepare([record], frozenset(), actor)
    return {name for name in names if getattr(record, name) != before[name]}
