"""The records in the calendars of some users in a span of time: one statement for a record type.

`agenda` adds what comes again and has no record yet.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, DurationField, F, Func, OuterRef, Q, Value, When
from django.utils import timezone

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import Calendar, RecordType

#: So many records of a type at most are read; a calendar with more can't be read by anybody either.
MOST = 1000
#: A record that began so long before the span is not looked for, however long it takes.
LONGEST = timedelta(days=62)
DAY_MINUTES = 1440


@dataclass(frozen=True)
class Coming:
    """An occurrence that has no record yet: of which series, when the rule wants it, after which record it is made."""

    series: int
    at: datetime
    pattern: int


@dataclass(frozen=True)
class Entry:
    """A record on the calendar, in the time zone in force; `end` is the first moment (day) after it.

    `people` are those of the users asked for in whose calendars it stands. Of a record the actor may not see only
    the time is told: it has no `title` and no `pk`. What comes from outside has no `record_type`. What a series will
    have, and the actor may see, has no `pk` yet but says what is `coming`.
    """

    record_type: RecordType | None
    start: datetime
    end: datetime
    all_day: bool
    people: tuple[int, ...]
    pk: int | None = None
    version: int = 0
    title: str = ""
    is_done: bool = False
    may_edit: bool = False
    repeats: bool = False
    coming: Coming | None = None

    @property
    def is_moment(self) -> bool:
        return self.start == self.end

    @property
    def is_seen(self) -> bool:
        """Whether the actor may know what it is."""
        return self.pk is not None or self.coming is not None

    @property
    def type_name(self) -> str:
        return self.record_type.name if self.record_type else ""


#: Reads what stands in the calendars of users in a span of time and is no record.
Outside = Callable[[Actor, Collection[int], datetime, datetime], Iterable[Entry]]
_outside: list[Outside] = []


def register_outside(source: Outside) -> None:
    """Adds a source of entries that are no records; called when Django starts."""
    _outside.append(source)


def outside_entries(actor: Actor, people: Collection[int], start: datetime, end: datetime) -> Iterator[Entry]:
    for source in _outside:
        yield from source(actor, people, start, end)


def calendar_types(actor: Actor, types: Iterable[RecordType]) -> list[RecordType]:
    """Those with a calendar that the actor may see."""
    return [one for one in types if one.calendar and actor.may("see", one.name)]


def read_records(
    record_type: RecordType, actor: Actor, people: Collection[int], start: datetime, end: datetime
) -> tuple[list[Entry], bool]:
    """The records that touch the span from `start` up to `end` (aware), earliest first; and whether there are more.

    Those with a length that the actor may not see stand there as taken time.
    """
    calendar = calendar_of(record_type)
    rows = rows_of(record_type, actor).filter(**record_type.defaults)
    rows = of_people(rows, record_type, people, lambda path: within(record_type, start, end, path))
    found = list(rows.order_by(calendar.start, "pk").only(*columns_of(record_type))[: MOST + 1])
    entries = [entry_of(record_type, row, people) for row in found[:MOST]]
    return entries, len(found) > MOST


def columns_of(record_type: RecordType) -> set[str]:
    """What an entry says of a record."""
    return {"pk", "version", "owner_id", record_type.model.title_column, *calendar_of(record_type).fields}


def calendar_of(record_type: RecordType) -> Calendar:
    if record_type.calendar is None:
        raise TypeError(f"{record_type.name} has no calendar.")
    return record_type.calendar


def rows_of(record_type: RecordType, actor: Actor) -> Any:
    """The visible records, or all of a type that takes time, marked with what the actor may do with each."""
    calendar = calendar_of(record_type)
    may_edit = marked(record_type.allowed(actor, "edit")) if actor.may("edit", record_type.name) else Value(False)
    if not calendar.minutes:
        return record_type.visible_to(actor).annotate(calendar_seen=Value(True), calendar_edits=may_edit)
    seen = marked(record_type.allowed(actor, "see"))
    rows = record_type.model.objects.filter(deleted_at=None).annotate(calendar_seen=seen, calendar_edits=may_edit)
    return rows.filter(Q(calendar_seen=True) | Q(**{f"{calendar.minutes}__gt": 0}))


def marked(condition: Q) -> Any:
    return Case(When(condition, then=Value(True)), default=Value(False)) if condition else Value(True)


def of_people(rows: Any, record_type: RecordType, people: Collection[int], condition: Callable[[str], Q]) -> Any:
    """Records in the calendars of these users, with the participants among them as `calendar_people`.

    Owners and participants are looked for apart, so that each is found by an index of its own; `condition` says for
    the path to the record which of theirs are meant.
    """
    calendar = calendar_of(record_type)
    mine = Q(owner__in=people) & condition("")
    if calendar.participants is None:
        return rows.filter(mine)
    name, column = calendar.participants
    part = record_type.part(name)
    if part is None:
        raise TypeError(f"{record_type.name} has no part {name!r}.")
    present = part.model._base_manager.filter(**{f"{column}__in": people})
    own = record_type.model._base_manager.filter(mine, deleted_at=None).order_by().values("pk")
    there = present.filter(condition(f"{part.parent}__")).order_by().values(f"{part.parent}_id")
    here = present.filter(**{part.parent: OuterRef("pk")}).values(column)
    return rows.annotate(calendar_people=ArraySubquery(here)).filter(pk__in=own.union(there, all=True))


def within(record_type: RecordType, start: datetime, end: datetime, path: str = "") -> Q:
    """The condition that a record touches the span; `path` leads to the record from a row of a part."""
    calendar = calendar_of(record_type)
    field = f"{path}{calendar.start}"
    if record_type.own_fields[calendar.start].kind == "date":
        days = {f"{field}__gte": timezone.localtime(start).date(), f"{field}__lt": timezone.localtime(end).date()}
        return Q(**days)
    begins = Q(**{f"{field}__gte": start})
    if calendar.minutes:
        length = Func(
            F(f"{path}{calendar.minutes}"),
            template="make_interval(mins => %(expressions)s)",
            output_field=DurationField(),
        )
        begins |= Q(**{f"{field}__gt": Value(start) - length})
    earliest = start - LONGEST if calendar.minutes else start
    return Q(**{f"{field}__lt": end, f"{field}__gte": earliest}) & begins


def entry_of(record_type: RecordType, row: Any, people: Collection[int], coming: Coming | None = None) -> Entry:
    """A record as an entry; with `coming` an occurrence as this record says it will be."""
    calendar = calendar_of(record_type)
    start, end, all_day = span_of(calendar, row, coming.at if coming else getattr(row, calendar.start))
    present = {row.owner_id, *getattr(row, "calendar_people", ())}
    those = tuple(one for one in people if one in present)
    if not row.calendar_seen:
        return Entry(record_type, start, end, all_day, those)
    return Entry(
        record_type,
        start,
        end,
        all_day,
        those,
        None if coming else row.pk,
        row.version,
        str(row),
        bool(calendar.done and not coming and getattr(row, calendar.done)),
        bool(row.calendar_edits),
        bool(calendar.repeats and getattr(row, calendar.repeats)),
        coming,
    )


def span_of(calendar: Calendar, row: Any, value: date) -> tuple[datetime, datetime, bool]:
    """Start, end and whether whole days are meant, of a record that begins at `value`. Days begin at midnight of the
    time zone in force."""
    minutes = (getattr(row, calendar.minutes) or 0) if calendar.minutes else 0
    if not isinstance(value, datetime):
        return midnight(value), midnight(value + timedelta(days=1)), True
    local = timezone.localtime(value)
    if calendar.all_day and getattr(row, calendar.all_day):
        days = max(1, -(-minutes // DAY_MINUTES))
        return midnight(local.date()), midnight(local.date() + timedelta(days=days)), True
    return local, timezone.localtime(value + timedelta(minutes=minutes)), False


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
