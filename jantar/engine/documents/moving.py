"""Moving documents into another folder, to another record, or among the company's files."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.documents.models import Folder
from jantar.engine.documents.telling import tell_moved
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.history.models import Cause, Operation
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.registry import registry

#: How the place of what hangs on no record is written; folders and records are written by their keys.
COMPANY = "company"


@dataclass(frozen=True)
class Goal:
    """Where documents go: on a record or company-wide, there in a folder or in none."""

    about: RecordKey | None
    folder: Folder | None


def goal(to: str, actor: Actor) -> Goal:
    """The place that "folders/5", "companies/3" or "company" names. Raises Invalid, naming `to`, and NotFound."""
    if to == COMPANY:
        return Goal(None, None)
    try:
        key: RecordKey | None = AnyRecord("to", "").load(to)
    except FieldError as error:
        raise Invalid({"to": [error.message]}) from error
    if key is None:
        raise Invalid({"to": [_("Choose where to.")]})
    record_type = registry.get(key.type) if key.type in registry else None
    record = record_type.visible_to(actor).one(key.id) if record_type else None
    if record is None or record_type is None:
        raise NotFound(_("There is no such record."))
    if isinstance(record, Folder):
        return Goal(record.about, record)
    if record_type.within is not None:
        raise Invalid({"to": [_("A document can't hang on another document.")]})
    return Goal(key, None)


def move(pks: Collection[int], to: Goal, *, actor: Actor, opening: bool = False) -> tuple[int, Operation]:
    """Moves all of the documents or none; returns how many changed place, and the operation, which can be undone.

    The actor needs the right to change them where they are and where they go. Raises `Unconfirmed` unless `opening`
    says that leaving a closed folder is meant; NotAllowed, NotFound, Invalid (its key for the place is `to`).
    """
    documents = registry.get("documents")
    wanted = set(pks)
    label = ngettext("Move %(n)d file", "Move %(n)d files", len(wanted)) % {"n": len(wanted)}
    with operation(actor, Cause.PAGE, label):
        rows = documents.visible_to(actor, "edit").filter(pk__in=wanted).select_related("folder")
        found = list(rows.select_for_update(of=("self",)).order_by("pk"))
        if len(found) != len(wanted):
            raise missing(wanted, actor)
        values = {"about": to.about, "folder": to.folder}
        changed, opened_operation = write.update_many(
            documents, wanted, values, actor=actor, cause=Cause.PAGE, confirmed=opening
        )
        if not changed:
            raise Invalid({"to": [_("The files are there already.")]})
        tell_moved(found, to.about, actor)
    return changed, opened_operation


def missing(wanted: set[int], actor: Actor) -> Exception:
    if registry.get("documents").visible_to(actor).filter(pk__in=wanted).count() == len(wanted):
        return NotAllowed(_("You may not change some of these files, so none was moved."))
    return NotFound(_("There is no such record."))
