"""The composer's form for logging an activity on a record and planning what comes next."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.base import Field
from jantar.engine.pages.forms.controls import (
    Control,
    control_from,
    control_with,
    fill_errors,
    label_references,
    read_values,
)
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import Invalid
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import titles_of
from jantar.engine.timeline.composer import Tab
from jantar.kit.numbers import whole_number
from jantar.modules.communications.services import activities, log_activity, tasks
from jantar.platform.accounts.models import User

FIRST = ("kind", "subject", "text", "duration", "outcome")
MORE = ("at", "cost")
NEXT = ("title", "due_at", "owner")
BEFORE_NEXT = "next_task."


class LogActivity(Tab):
    """A tab of the timeline's composer."""

    key = "activity"
    label = _("Log activity")
    template = "communications/write_activity.html"
    button = _("Log activity")
    done = _("The activity is logged.")
    writes = ("activities", "tasks")

    def may(self, record_type: RecordType, actor: Actor) -> bool:
        own = record_type.name in (activities().name, tasks().name)
        return not own and actor.may("create", activities().name)

    def context(
        self, record: Any, actor: Actor, data: Any = None, errors: Mapping[str, Sequence[str]] | None = None
    ) -> dict[str, Any]:
        controls = typed(actor, data) if data is not None else fresh(actor)
        left = fill_errors(controls, errors or {})
        label_references(controls.values(), actor)
        chosen = {"people": ids(data, "people"), "colleagues": ids(data, "colleagues")} if data is not None else {}
        people: Any = activities().part("participants").fields["person"].target  # type: ignore[union-attr]
        return {
            "first": [controls[name] for name in FIRST],
            "more": [controls[name] for name in MORE],
            "more_is_open": any(controls[name].errors for name in MORE) or any(chosen.values()),
            "next": [controls[BEFORE_NEXT + name] for name in NEXT] if actor.may("create", tasks().name) else [],
            "people": titles_of(people, chosen.get("people", ()), actor).items(),
            "colleagues": titles_of(User, chosen.get("colleagues", ()), actor).items(),
            "errors": [message for messages in left.values() for message in messages],
        }

    def save(self, record: Any, actor: Actor, data: Any) -> None:
        controls = typed(actor, data)
        values = read_values(one for name, one in controls.items() if not name.startswith(BEFORE_NEXT))
        planned = read_values(one for name, one in controls.items() if name.startswith(BEFORE_NEXT))
        if errors := {name: one.errors for name, one in controls.items() if one.errors}:
            raise Invalid(errors)
        people = activities().part("participants").fields  # type: ignore[union-attr]
        values["participants"] = [
            *({"person": people["person"].load(pk)} for pk in ids(data, "people")),
            *({"user": people["user"].load(pk)} for pk in ids(data, "colleagues")),
        ]
        wants_task = planned["title"] or planned["due_at"]
        log_activity(about=[record], actor=actor, next_task=planned if wants_task else None, **values)


def fields_of(actor: Actor) -> dict[str, Field]:
    """The fields of the form by the name of their control."""
    own, following = activities().fields(actor), tasks().fields(actor)
    title = copy(following["title"])
    title.required = False  # a next step may be planned or not
    following = {**following, "title": title}
    return {name: own[name] for name in (*FIRST, *MORE)} | {BEFORE_NEXT + name: following[name] for name in NEXT}


def fresh(actor: Actor) -> dict[str, Control]:
    values = {"at": timezone.now(), f"{BEFORE_NEXT}owner": User(pk=actor.user_id), "kind": "call"}
    return {name: control_with(field, values.get(name, field.empty), name) for name, field in fields_of(actor).items()}


def typed(actor: Actor, data: Any) -> dict[str, Control]:
    return {name: control_from(field, data, name) for name, field in fields_of(actor).items()}


def ids(data: Any, name: str) -> list[int]:
    numbers = (whole_number(text) for text in dict.fromkeys(data.getlist(name)))
    return [number for number in numbers if number is not None]
