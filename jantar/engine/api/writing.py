"""Changes that arrive through the API, on their way to the write path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.api.problems import Problem
from jantar.engine.api.reading import show_record
from jantar.engine.api.values import Dump, Errors, load_fields, load_version, read_values
from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.actions import action_of, fields_of_action, run_action
from jantar.engine.records.checking import change_errors, new_errors
from jantar.engine.records.errors import Invalid, NotFound, Stale
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence import changing as series
from jantar.engine.records.sight import refers_to_record

Data = Mapping[str, Any]


def create_record(record_type: RecordType, actor: Actor, data: Data) -> dict[str, Any]:
    values, errors = read_values(record_type, data, actor)
    if errors:
        draft = write.draft(record_type, values, actor)
        more = new_errors(record_type, [draft], [values], actor) if actor.may("create", record_type.name) else ()
        raise Invalid(together(errors, *more))
    record = write.create(record_type, values, actor=actor, cause=Cause.API)
    return shown(record_type, actor, record.pk, record.version)


@dataclass(frozen=True)
class How:
    """What the address and the headers of a change say: which of its series, after which version, that it is meant."""

    scope: str = series.ONE
    if_match: str | None = None
    confirmed: bool = False


def change_record(record_type: RecordType, actor: Actor, pk: int, data: Data, how: How) -> dict[str, Any]:
    """Changes the given fields. Raises Problem 409 when others changed them meanwhile."""
    version = load_version(data)
    with operation(actor, Cause.API):
        require_version(record_type, actor, pk, how.if_match, "edit")
        given = {name: value for name, value in data.items() if name != "version"}
        values, errors = read_values(record_type, given, actor)
        if errors:
            record = write.locked(record_type, pk, actor, "edit")
            write.apply(record_type, record, values, actor)
            raise Invalid(together(errors, *change_errors(record_type, [record], [values], actor)))
        try:
            record = series.update(
                record_type, pk, values, scope=how.scope, actor=actor, version=version, cause=Cause.API,
                confirmed=how.confirmed,
            )  # fmt: skip
        except Stale as error:
            raise stale_problem(record_type, actor, data, error) from error
    return shown(record_type, actor, pk, record.version)


def together(unread: Errors, *wrong: Errors) -> Errors:
    """Everything to be mended at once; a field that could not be read is not called missing, too."""
    read = {name: messages for errors in wrong for name, messages in errors.items() if name not in unread}
    return {**unread, **read}


def delete_record(
    record_type: RecordType, actor: Actor, pk: int, if_match: str | None, scope: str = series.ONE
) -> None:
    with operation(actor, Cause.API):
        require_version(record_type, actor, pk, if_match, "delete")
        series.delete(record_type, pk, scope=scope, actor=actor, cause=Cause.API)


def restore_record(record_type: RecordType, actor: Actor, pk: int) -> dict[str, Any]:
    write.restore(record_type, [pk], actor=actor, cause=Cause.API)
    return shown(record_type, actor, pk)


def act_on_record(record_type: RecordType, actor: Actor, pk: int, name: str, data: Data) -> dict[str, Any]:
    errors: Errors = {}
    values = load_fields(fields_of_action(action_of(record_type, name)), data, errors)
    if errors:
        raise Invalid(errors)
    run_action(record_type, pk, name, values, actor=actor, cause=Cause.API)
    return shown(record_type, actor, pk)


def shown(record_type: RecordType, actor: Actor, pk: int, version: int | None = None) -> dict[str, Any]:
    """The record after the change; only its id when the change put it out of the actor's sight."""
    try:
        return show_record(record_type, actor, pk)
    except NotFound:
        return {"id": pk} if version is None else {"id": pk, "version": version}


def require_version(record_type: RecordType, actor: Actor, pk: int, if_match: str | None, action: str) -> None:
    """Holds the record to the version in the header If-Match, if there is one. Raises Problem 412."""
    if if_match is None or if_match.strip() == "*":
        return
    record = write.locked(record_type, pk, actor, action)
    if f'"{record.version}"' not in [tag.strip().removeprefix("W/") for tag in if_match.split(",")]:
        detail = _("The record has version %(version)d by now.") % {"version": record.version}
        raise Problem("version-differs", detail, version=record.version)


def stale_problem(record_type: RecordType, actor: Actor, data: Data, error: Stale) -> Problem:
    """What others stored meanwhile beside what was sent."""
    theirs = dump_theirs(record_type, actor, error.theirs)
    message = _("Somebody else changed this meanwhile.")
    return Problem(
        "stale",
        _("Somebody else changed the same fields meanwhile. Nothing was stored."),
        errors={name: [message] for name in error.theirs},
        version=error.version,
        theirs=theirs,
        yours={name: data[name] for name in error.yours},
    )


def dump_theirs(record_type: RecordType, actor: Actor, theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Values of fields, and rows of parts, which are Python values too."""
    fields, dump, found = record_type.fields(actor), Dump(actor), {}
    for name, value in theirs.items():
        part = record_type.part(name)
        if part is None:
            found[name] = dump_value(dump, fields[name], value)
            continue
        found[name] = [
            {key: one if key == "id" else dump_value(dump, part.fields[key], one) for key, one in row.items()}
            for row in value
        ]
    return found


def dump_value(dump: Dump, field: Field, value: Any) -> Any:
    if value is not None and refers_to_record(field):
        dump.look_up_ids(field.target, {value.pk})
    elif value is not None and isinstance(field, AnyRecord):
        dump.look_up_keys([value])
    elif isinstance(field, RecordsOf):
        dump.look_up_keys(value)
    return dump.value(field, value)
