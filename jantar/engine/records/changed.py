"""What changed, as a condition of the filter language; the history answers it.

    {"changed": {"since": "2026-11-01", "by": "me", "fields": ["amount", "stage"]}}
    {"changed": {"within": "last 7 days"}}

`since` is a day, a moment or a relative date ("7 days ago"), whose first moment counts; `within` is a relative
period. `by` is a user, `fields` are names of fields and parts. Without `fields` any change counts, creation too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.fields.dates import DateTime
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import UserReference
from jantar.engine.history.models import Change
from jantar.engine.history.touching import touching
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.kit.errors import InputError
from jantar.kit.periods import parse_relative_date

KNOWN = ("since", "within", "by", "fields")
MOST_FIELDS = 100
Bounds = tuple[datetime | None, datetime | None]


class ChangedAt(DateTime):
    """When something changed; no value of a record, but compared like one."""

    operators: ClassVar[tuple[str, ...]] = ("gte", "within")


changed_at = ChangedAt("changed", gettext_lazy("changed"))
changed_by = UserReference("by", gettext_lazy("who"))


def changed_condition(node: Any, record_type: RecordType, actor: Actor) -> Q:
    """The records with such a change. Raises FieldError."""
    if not isinstance(node, Mapping) or not set(node) <= set(KNOWN):
        raise FieldError(_("“changed” takes %(words)s.") % {"words": ", ".join(KNOWN)})
    start, end = bounds_of(node, actor)
    table = record_type.model._meta.db_table
    changes = Change.objects.filter(root=table)
    changes = changes.filter(at__gte=start) if start else changes
    changes = changes.filter(at__lt=end) if end else changes
    if node.get("by") is not None:
        changes = changes.filter(operation__actor_id=changed_by.load_operand(node["by"], actor.filter_context))
    if "fields" in node:
        changes = changes.filter(touching(named(node["fields"], record_type, actor), record_type))
    return Q(pk__in=changes.values("root_id"))


def bounds_of(node: Mapping[str, Any], actor: Actor) -> Bounds:
    """From when (on), and before when, a change counts. Raises FieldError."""
    context = actor.filter_context
    if ("since" in node) == ("within" in node):
        raise FieldError(_("“changed” needs either “since” or “within”."))
    if "within" in node:
        start, end = changed_at.operand("within", node["within"], context)
        return start, end
    given = node["since"]
    try:
        start = parse_relative_date(given).period(context.today).start if isinstance(given, str) else None
    except InputError:
        start = None
    return (changed_at.bound(start) if start else changed_at.moments(changed_at.load_operand(given, context))[0]), None


def named(names: Any, record_type: RecordType, actor: Actor) -> list[str]:
    if not isinstance(names, list) or not names or len(names) > MOST_FIELDS:
        raise FieldError(_("A list of values is expected."))
    known = {*record_type.fields(actor), *(part.name for part in record_type.parts)}
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise FieldError(_("There is no field “%(name)s”.") % {"name": str(name)[:50]})
    return names
