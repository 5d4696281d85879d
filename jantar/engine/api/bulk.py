"""The same change to many records, chosen by ids or by a filter, as one operation that can be undone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jantar.engine.api.merging import is_id
from jantar.engine.api.values import Errors, load_values
from jantar.engine.fields import show
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.record_type import RecordType

MEMBERS = ("ids", "filter", "values", "delete", "dry_run", "confirm")
MOST = 10_000
CHUNK = 500


def change_many(record_type: RecordType, actor: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    """Takes {"ids": [..]} or {"filter": {..}}, with {"values": {..}} or {"delete": true}, and "dry_run".

    Where the type asks whether a change is meant, "confirm" says yes.
    Answers how many records were found, how many of them the actor may change, and how many did (or would) change.
    Raises NotAllowed, BadQuery for the filter, Invalid; nothing has changed then.
    """
    if not actor.may("bulk", record_type.name):
        raise NotAllowed(_("You may not change many records at once here."))
    refuse_wrong(record_type, actor, data)
    values = load_values(record_type, data.get("values", {}), actor)
    is_deleting, is_dry = bool(data.get("delete")), bool(data.get("dry_run"))
    found = chosen(record_type, actor, data, "see").order_by().count()
    pks = pks_of(chosen(record_type, actor, data, "delete" if is_deleting else "edit"))
    with transaction.atomic():
        with operation(actor, Cause.BULK) as opened:
            if is_deleting:
                changed = sum(write.delete(record_type, part, actor=actor) for part in parts_of(pks))
            else:
                changed = sum(given_to(record_type, part, values, actor, data) for part in parts_of(pks))
        transaction.set_rollback(is_dry)
    told = {"found": found, "allowed": len(pks), "changed": changed, "dry_run": is_dry}
    return {**told, "operation_id": opened.pk if changed and not is_dry else None}


def given_to(
    record_type: RecordType, pks: Sequence[int], values: Mapping[str, Any], actor: Actor, data: Mapping[str, Any]
) -> int:
    return write.update_many(record_type, pks, values, actor=actor, confirmed=data.get("confirm", False))[0]


def refuse_wrong(record_type: RecordType, actor: Actor, data: Mapping[str, Any]) -> None:
    """Raises Invalid, naming every wrong member."""
    errors: Errors = {
        name: [_("There is no field “%(name)s”.") % {"name": name[:50]}] for name in data if name not in MEMBERS
    }
    ids, values = data.get("ids"), data.get("values")
    if ("ids" in data) == ("filter" in data):
        errors["ids"] = [_("Say which records: by ids or by a filter.")]
    elif "ids" in data and not (isinstance(ids, list) and ids and all(is_id(one) for one in ids)):
        errors["ids"] = [_("A list of ids is expected.")]
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


def chosen(record_type: RecordType, actor: Actor, data: Mapping[str, Any], action: str) -> Any:
    """The records that are meant and with which the actor may do this."""
    if "ids" in data:
        return record_type.visible_to(actor, action).filter(pk__in=data["ids"])
    return rows_of(Query(record_type, actor, filter=data["filter"], action=action))


def pks_of(rows: Any) -> list[int]:
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(pks) > MOST:
        told = {"most": show.number(MOST)}
        raise Invalid({"filter": [_("At most %(most)s records can be changed at once; narrow the filter.") % told]})
    return pks


def parts_of(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(pks), CHUNK):
        yield pks[start : start + CHUNK]
