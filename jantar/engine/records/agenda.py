"""What stands in the calendars of some users: the records there are, and what comes again and has none yet.

Two statements for a type whose records come again, one for any other.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.calendars import (
    MOST,
    Coming,
    Entry,
    columns_of,
    entry_of,
    of_people,
    read_records,
    rows_of,
)
from jantar.engine.records.models import Series
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence.making import coming, pattern_first, stored

ONE_DAY = timedelta(days=1)


def read_entries(
    record_type: RecordType, actor: Actor, people: Collection[int], start: datetime, end: datetime
) -> tuple[list[Entry], bool]:
    """The entries that touch the span from `start` up to `end` (aware), earliest first; and whether there are more."""
    entries, has_more = read_records(record_type, actor, people, start, end)
    if not record_type.repeats:
        return entries, has_more
    found = list(islice(coming_entries(record_type, actor, people, start, end), MOST + 1))
    both = sorted(entries + found, key=lambda one: one.start) if found else entries
    return both[:MOST], has_more or len(both) > MOST


def coming_entries(
    record_type: RecordType,
    actor: Actor,
    people: Collection[int],
    start: datetime,
    end: datetime,
    which: Q | None = None,
) -> Iterator[Entry]:  # fmt: skip
    """Of each series in these calendars what is still to be made and touches the span; `which` chooses among the
    series. One statement."""
    for pattern in patterns(record_type, actor, people, Q(made_until__lt=end) & (which or Q())):
        made = set(pattern.made_apart_at)
        for moment in coming(pattern.series, end, since(pattern, record_type, start)):
            if moment in made or moment <= pattern.series.made_until:
                continue
            entry = entry_of(record_type, pattern, people, Coming(pattern.series_id, moment, pattern.pk))
            if entry.start < end and (entry.end > start or (entry.is_moment and entry.start >= start)):
                yield entry


def since(pattern: Any, record_type: RecordType, start: datetime) -> datetime:
    """The earliest beginning with which an occurrence can touch what is after `start`."""
    name = record_type.calendar.minutes if record_type.calendar else ""
    minutes = (getattr(pattern, name) or 0) if name else 0
    made_until: datetime = pattern.series.made_until
    return max(made_until, start - timedelta(minutes=minutes) - ONE_DAY)


def patterns(record_type: RecordType, actor: Actor, people: Collection[int], which: Q) -> Any:
    """Of each series that stands in these calendars the record that new ones are made after, marked as `rows_of` does;
    `which` chooses among the series. `made_apart_at` are times for which there is a record already, in the bin or not.
    """
    rows = stored(record_type).filter(deleted_at=None)
    theirs = of_people(rows, record_type, people, lambda path: Q(**{f"{path}series__isnull": False}))
    series = Series.objects.filter(which, record_type=record_type.name, pk__in=theirs.order_by().values("series"))
    first = pattern_first(record_type, rows.filter(series=OuterRef("pk"))).values("pk")[:1]
    chosen = rows_of(record_type, actor).filter(**record_type.defaults, pk__in=series.values_list(Subquery(first)))
    chosen = of_people(chosen, record_type, people, lambda path: Q(**{f"{path}series__isnull": False}))
    ahead = stored(record_type).filter(series=OuterRef("series"), occurs_at__gt=OuterRef("series__made_until"))
    chosen = chosen.annotate(made_apart_at=ArraySubquery(ahead.order_by().values("occurs_at")))
    of_series = (f"series__{name}" for name in ("rule", "starts_at", "time_zone", "made_until"))
    return chosen.select_related("series").only(*columns_of(record_type), *of_series).order_by("pk")


@dataclass(frozen=True)
class SeriesRead:
    """A series in the calendars of some users: as its next occurrence will be (`pattern`), and its records by the
    moment the rule wants them, those alone that stand in these calendars.

    `made_apart_at` are times after `made_until` for which there is a record, in these calendars or not.
    """

    series: Series
    pattern: Entry
    records: dict[datetime, Entry]
    made_apart_at: frozenset[datetime]

    def is_there(self, moment: datetime) -> bool:
        """Whether an occurrence of the rule stands in the calendars."""
        if moment <= self.series.made_until or moment in self.made_apart_at:
            return moment in self.records
        return True


def read_series(record_type: RecordType, actor: Actor, people: Collection[int], earliest: datetime) -> list[SeriesRead]:
    """The series whose next occurrences stand in these calendars, with their records from `earliest` on. Two
    statements."""
    found = list(patterns(record_type, actor, people, Q(made_until__gte=earliest)))
    chosen = {"series__in": [one.series_id for one in found], "occurs_at__gte": earliest}
    rows = rows_of(record_type, actor).filter(**record_type.defaults)
    rows = of_people(
        rows, record_type, people, lambda path: Q(**{f"{path}{name}": one for name, one in chosen.items()})
    )
    records: dict[int, dict[datetime, Entry]] = {}
    for row in rows.only(*columns_of(record_type), "series_id", "occurs_at"):
        records.setdefault(row.series_id, {})[row.occurs_at] = entry_of(record_type, row, people)
    return [
        SeriesRead(
            one.series,
            entry_of(record_type, one, people, Coming(one.series_id, one.series.starts_at, one.pk)),
            records.get(one.series_id, {}),
            frozenset(one.made_apart_at),
        )
        for one in found
    ]
