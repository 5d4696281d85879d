"""The same change to many records, chosen by ids or by a filter, as one operation that can be undone."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jantar.engine.api.merging import is_id
from jantar.engine.api.values import Errors, load_values
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.many import Tell, in_one_operation
from jantar.engine.records.record_type import RecordType
from jantar.platform.jobs.models import JobRun

MEMBERS = ("ids", "filter", "values", "delete", "dry_run", "confirm")
#: More are changed by a worker.
MOST = 10_000


def change_many(record_type: RecordType, actor: Actor, data: Mapping[str, Any]) -> dict[str, Any] | JobRun:
    """Takes {"ids": [..]} or {"filter": {..}}, with {"values": {..}} or {"delete": true}, and "dry_run".

    Where the type asks whether a change is meant, "confirm" says yes.
    Answers how many records were found, how many of them the actor may change, and how many did (or would) change;
    for more than `MOST` the job that goes on with it.
    Raises NotAllowed, BadQuery for the filter, Invalid; nothing has changed then.
    """
    refuse_wrong(record_type, actor, data)
    values = load_values(record_type, data.get("values", {}), actor)
    pks = chosen(record_type, actor, data, action_of(data)).order_by().values_list("pk", flat=True)
    if len(pks[: MOST + 1]) > MOST:
        if values and record_type.asks and not data.get("confirm"):
            write.refuse_unconfirmed(record_type, list(pks), values, actor)  # a job could ask nobody
        return change_later(record_type, actor, data)
    return change_all(record_type, actor, data)


def change_later(record_type: RecordType, actor: Actor, data: Mapping[str, Any]) -> JobRun:
    from jantar.engine.api.jobs import bulk_change  # which calls `change_all`

    words = _("Delete: %(what)s") if data.get("delete") else _("Bulk edit: %(what)s")
    label = words % {"what": record_type.label_plural}
    return bulk_change.later(actor_id=actor.user_id, label=label, type_name=record_type.name, data=dict(data))


def change_all(
    record_type: RecordType, actor: Actor, data: Mapping[str, Any], tell: Tell | None = None
) -> dict[str, Any]:  # fmt: skip
    """The change itself, however many there are; raises as `change_many`."""
    refuse_wrong(record_type, actor, data)
    values = load_values(record_type, data.get("values", {}), actor)
    is_dry = bool(data.get("dry_run"))

    def act(part: Sequence[int]) -> int:
        if data.get("delete"):
            return write.delete(record_type, part, actor=actor)
        return write.update_many(record_type, part, values, actor=actor, confirmed=data.get("confirm", False))[0]

    found = chosen(record_type, actor, data, "see").order_by().count()
    pks = list(chosen(record_type, actor, data, action_of(data)).order_by("pk").values_list("pk", flat=True))
    with transaction.atomic():
        done = in_one_operation(pks, act, actor=actor, tell=tell)
        transaction.set_rollback(is_dry)
    told = {"found": found, "allowed": len(pks), "changed": done.number, "dry_run": is_dry}
    return {**told, "operation_id": done.operation if done.number and not is_dry else None}


def refuse_wrong(record_type: RecordType, actor: Actor, data: Mapping[str, Any]) -> None:
    """Raises NotAllowed, or Invalid, naming every wrong member."""
    if not actor.may("bulk", record_type.name):
        raise NotAllowed(_("You may not change many records at once here."))
    errors: Errors = {
        name: [_("There is no field “%(name)s”.") % {"name": name[:50]}] for name in data if name not in MEMBERS
    }
    ids, values = data.get("ids"), data.get("values")
    if ("ids" in data) == ("filter" in data):
        errors["ids"] = [_("Say which records: by ids or by a filter.")]
    elif "ids" in data and not (isinstance(ids, list) and ids and all(is_id(one) for one in ids)):
        errors["ids"] = [_("A list of ids is expected.")]
    elif "filter" in data and not isinstance(data["filter"], dict):  # null would mean all records
        errors["filter"] = [_("This value is not of the expected kind.")]
    for name in ("delete", "dry_run", "confirm"):
        if not isinstance(data.get(name, False), bool):
            errors[name] = [_("This value is not of the expected kind.")]
    if not isinstance(data.get("values", {}), dict):
        errors["values"] = [_("An object with values by field is expected.")]
    elif bool(values) == (data.get("delete") is True):
        errors["values"] = [_("Give values, or say that the records shall be deleted.")]
    if errors:
        raise Invalid(errors)
    fields = record_type.fields(actor)
    alone = [name for name in values or {} if (one := fields.get(name)) and one.unique]
    if alone:
        raise Invalid({name: [_("This value can't be the same in many records.")] for name in alone})


def action_of(data: Mapping[str, Any]) -> str:
    return "delete" if data.get("delete") else "edit"


def chosen(record_type: RecordType, actor: Actor, data: Mapping[str, Any], action: str) -> Any:
    """The records that are meant and with which the actor may do this."""
    if "ids" in data:
        return record_type.visible_to(actor, action).filter(pk__in=data["ids"])
    return rows_of(Query(record_type, actor, filter=data["filter"], action=action))
