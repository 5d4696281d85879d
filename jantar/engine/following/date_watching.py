"""Watching dates: the deadline of one record, or a date of every record of a view."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following.models import DateWatch
from jantar.engine.following.questions import place_of, view_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery, NotAllowed, NotFound
from jantar.engine.records.links import visible_keys
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

#: The longest leads, how many of a kind there can be, and how many watches a user can have.
MOST_DAYS, MOST_HOURS, MOST_LEADS, MOST_WATCHES = 365, 240, 10, 200


def can_be_watched(field: Field) -> bool:
    """Dates and moments that are stored; what is calculated changes without anybody changing it."""
    return field.kind in ("date", "datetime") and not field.is_computed


def dates_of(record_type: RecordType, actor: Actor) -> dict[str, Field]:
    """The fields of the type that can be watched, by name."""
    return {name: one for name, one in record_type.fields(actor).items() if can_be_watched(one)}


def watch_date(
    key: RecordKey, field: str, *, days: Sequence[int], hours: Sequence[int], on_change: bool, actor: Actor
) -> DateWatch:
    """The actor is told of the date of the record, so many days or hours before it and when it is changed.

    Raises NotFound, NotAllowed, Invalid.
    """
    if key not in visible_keys([key], actor):
        raise NotFound(_("There is no such record."))
    place = {"record_type": key.type, "record_id": key.id}
    return _keep(place, field, days=days, hours=hours, on_change=on_change, actor=actor)


def watch_dates_of_view(
    record_type: RecordType,
    view: str,
    field: str,
    *,
    days: Sequence[int],
    hours: Sequence[int],
    on_change: bool,
    actor: Actor,
) -> DateWatch:
    """The same of every record the actor sees in the view. Raises NotFound, NotAllowed, Invalid."""
    view_of(view, record_type, actor)
    place = {"record_type": record_type.name, "record_id": None, **place_of(view)}
    return _keep(place, field, days=days, hours=hours, on_change=on_change, actor=actor)


def unwatch_date(pk: int, *, actor: Actor) -> None:
    """Raises NotFound when it is not the actor's."""
    if not DateWatch.objects.filter(pk=pk, user=actor.user_id).delete()[0]:
        raise NotFound(_("You do not watch this."))


def watch_of(field: str, actor: Actor, **place: Any) -> DateWatch | None:
    """The actor's watch of that field of a record (`record_type`, `record_id`) or a view, if there is one."""
    return DateWatch.objects.filter(user=actor.user_id, field=field, **place).first()


def watched_dates(actor: Actor) -> list[DateWatch]:
    """All of the actor's, those of one type and field together."""
    return list(DateWatch.objects.filter(user=actor.user_id).order_by("record_type", "field", "pk"))


def with_watched_dates(rows: Any, type_name: str, actor: Actor) -> Any:
    """The queryset of records with `watched_dates`, the names of their fields, in the same statement."""
    own = DateWatch.objects.filter(user=actor.user_id, record_type=type_name, record_id=OuterRef("pk"))
    return rows.annotate(watched_dates=ArraySubquery(own.values("field")))


def _keep(
    place: dict[str, Any], field: str, *, days: Sequence[int], hours: Sequence[int], on_change: bool, actor: Actor
) -> DateWatch:
    if actor.user_id is None:
        raise NotAllowed(_("Only a user can watch records."))
    known = dates_of(registry.get(place["record_type"]), actor).get(field)
    if known is None:
        raise BadQuery("field", _("There is no date “%(name)s” that can be watched.") % {"name": field})
    _check(known, days, hours, on_change)
    chosen = {"days": sorted(set(days)), "hours": sorted(set(hours)), "on_change": on_change, "looked_at": None}
    own = DateWatch.objects.filter(user=actor.user_id)
    if not own.filter(field=field, **place).exists() and own.count() >= MOST_WATCHES:
        raise Invalid({"days": [_("You watch %(n)d dates already. End some first.") % {"n": MOST_WATCHES}]})
    watch, _created = DateWatch.objects.update_or_create(user_id=actor.user_id, field=field, **place, defaults=chosen)
    return watch


def _check(field: Field, days: Sequence[int], hours: Sequence[int], on_change: bool) -> None:
    errors: dict[str, list[str]] = {}
    if hours and field.kind == "date":
        errors["hours"] = [_("This date has no time of day: choose days.")]
    for name, given, most in (("days", days, MOST_DAYS), ("hours", hours, MOST_HOURS)):
        if any(not 0 <= one <= most for one in given):
            errors[name] = [_("Whole numbers from 0 to %(most)d, with commas between them.") % {"most": most}]
        elif len(set(given)) > MOST_LEADS:
            errors[name] = [_("At most %(limit)d reminders.") % {"limit": MOST_LEADS}]
    if not (days or hours or on_change):
        errors["days"] = [_("Say how long before, or choose to be told of changes.")]
    if errors:
        raise Invalid(errors)
