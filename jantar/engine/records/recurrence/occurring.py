"""One occurrence of a series, whether there is a record of it or not."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.history.operations import OperationUndoneError
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.models import Series
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence.making import calendar_of, make_apart, pattern_of


def load_pattern(record_type: RecordType, series_id: int, actor: Actor, action: str = "see") -> Any:
    """The record that those to come of a series are made after. Raises NotFound, and NotAllowed when the actor sees it
    but may not do `action` with it."""
    series = next(iter(Series.objects.filter(pk=series_id, record_type=record_type.name)), None)
    pattern = pattern_of(record_type, series) if series and record_type.repeats else None
    if pattern is None or record_type.visible_to(actor).one(pattern.pk) is None:
        raise NotFound(_("There is no such record."))
    if action != "see" and record_type.visible_to(actor, action).one(pattern.pk) is None:
        raise NotAllowed(_("You may see this but not change it."))
    return pattern


def load_occurrence(record_type: RecordType, series_id: int, at: datetime, actor: Actor) -> Any:
    """The record of what the rule wants then, made now if it is not there. Raises NotFound, NotAllowed."""
    pattern = load_pattern(record_type, series_id, actor, "edit")
    try:
        found = make_apart(record_type, pattern.series, at, actor)
    except OperationUndoneError:
        found = None
    record = record_type.visible_to(actor, "edit").one(found.pk) if found else None
    if record is None:
        raise NotFound(_("This one is no longer planned."))
    return record


def next_of(record_type: RecordType, series_id: int, actor: Actor) -> Any:
    """The next record of a series, or its last. Raises NotFound."""
    pattern = load_pattern(record_type, series_id, actor)
    start = calendar_of(record_type).start
    rows = record_type.visible_to(actor).filter(series=series_id, **{f"{start}__gte": timezone.now()})
    return next(iter(rows.order_by(start)[:1]), pattern)
