"""Kinds whose value is a date or a moment."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db.models import Q
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.fields.base import FilterContext
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.numbers import Ordered
from jantar.kit.dates import parse_date, parse_datetime
from jantar.kit.errors import InputError
from jantar.kit.periods import parse_relative_date

EARLIEST, LATEST = date(1800, 1, 1), date(2200, 12, 31)


def is_near(day: date) -> bool:
    """Whether a field takes the day; what is farther can't be told in each time zone."""
    return EARLIEST <= day <= LATEST


def refuse_far(day: date | None) -> None:
    if day is not None and not is_near(day):
        raise FieldError(_("This date is too far away."))


def in_utc(moment: datetime) -> str:
    """A moment as JSON carries it everywhere: in UTC, to the microsecond, ending in Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Date(Ordered):
    """A day. `within` takes a relative range such as "next 14 days"."""

    kind = "date"
    operators: ClassVar[tuple[str, ...]] = (
        "is", "is_not", "lt", "lte", "gt", "gte", "between", "within", "empty", "not_empty",
    )  # fmt: skip

    def load(self, data: Any) -> Any:
        if data is None or data == "":
            return None
        if isinstance(data, date) and not isinstance(data, datetime):
            return data
        try:
            return date.fromisoformat(data) if isinstance(data, str) else self.refuse(data)
        except ValueError:
            return self.refuse(data)

    def refuse(self, data: Any) -> Any:
        raise FieldError(_("“%(value)s” is not a date.") % {"value": data})

    def dump(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def parse(self, text: str) -> Any:
        return self.parse_cell(text, Conventions.in_force())

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        if not text.strip():
            return None
        try:
            return parse_date(text.strip(), day_first=conventions.day_first)
        except InputError as error:
            raise FieldError.said(error) from error

    def check(self, value: Any) -> None:
        super().check(value)
        refuse_far(value)

    def text(self, value: Any) -> str:
        return "" if value is None else show.day(value)

    def input_text(self, value: Any) -> str:
        return "" if value is None else value.isoformat()

    def cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    # Comparison: custom values are ISO text, whose order is that of time.

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        day = context.today if data == "today" else super().load_operand(data, context)
        refuse_far(day)
        return self.stored(day)

    def operand(self, op: str, data: Any, context: FilterContext) -> Any:
        if op != "within":
            return super().operand(op, data, context)
        try:
            period = parse_relative_date(str(data)).period(context.today)
        except InputError as error:
            raise FieldError.said(error) from error
        return period.start and self.bound(period.start), period.end and self.bound(period.end)

    def bound(self, day: date) -> Any:
        """The first value of that day."""
        return self.stored(day)

    def where_within(self, prefix: str, bounds: tuple[Any, Any]) -> Any:
        """From the start of the period up to, without, its end; either can be open."""
        start, end = bounds
        condition = ~Q(IsNull(self.expression(prefix), True))
        if start is not None:
            condition &= Q(Ordered.where_gte(self, prefix, start))
        if end is not None:
            condition &= Q(Ordered.where_lt(self, prefix, end))
        return condition


class DateTime(Date):
    """A moment, kept in UTC. Filters compare by days of the user's time zone."""

    kind = "datetime"

    def load(self, data: Any) -> Any:
        if data is None or data == "":
            return None
        if isinstance(data, datetime):
            return data
        try:
            moment = datetime.fromisoformat(data) if isinstance(data, str) else self.refuse(data)
        except ValueError:
            return self.refuse(data)
        return moment if moment.tzinfo else timezone.make_aware(moment)

    def refuse(self, data: Any) -> Any:
        raise FieldError(_("“%(value)s” is not a date and time.") % {"value": data})

    def dump(self, value: Any) -> Any:
        return None if value is None else in_utc(value)

    def parse_cell(self, text: str, conventions: Conventions) -> Any:
        """A day with or without a time, as people write it or as ISO 8601."""
        if not text.strip():
            return None
        try:
            return parse_datetime(text.strip(), time_zone=conventions.time_zone, day_first=conventions.day_first)
        except InputError as error:
            raise FieldError.said(error) from error

    def check(self, value: Any) -> None:
        super().check(None if value is None else value.date())

    def text(self, value: Any) -> str:
        return "" if value is None else show.moment(value)

    def input_text(self, value: Any) -> str:
        return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    # Every comparison is with the range of moments of one day.

    def bound(self, day: date) -> Any:
        return self.stored(timezone.make_aware(datetime.combine(day, time())))

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        if data == "today":
            return context.today
        operand = self.load(data) if isinstance(data, str) and "T" in data else Date.load(self, data)
        refuse_far(operand.date() if isinstance(operand, datetime) else operand)
        return operand or self.refuse(data)

    def moments(self, value: Any) -> tuple[Any, Any]:
        """First moment of the operand, and the first one after it."""
        if isinstance(value, datetime):
            return self.stored(value), self.stored(value + timedelta(microseconds=1))
        return self.bound(value), self.bound(value + timedelta(days=1))

    def where_is(self, prefix: str, value: Any) -> Any:
        first, after = self.moments(value)
        return Q(super().where_gte(prefix, first)) & Q(super().where_lt(prefix, after))

    def where_is_not(self, prefix: str, value: Any) -> Any:
        first, after = self.moments(value)
        outside = Q(super().where_lt(prefix, first)) | Q(super().where_gte(prefix, after))
        return outside | Q(IsNull(self.expression(prefix), True))

    def where_gt(self, prefix: str, value: Any) -> Any:
        return super().where_gte(prefix, self.moments(value)[1])

    def where_gte(self, prefix: str, value: Any) -> Any:
        return super().where_gte(prefix, self.moments(value)[0])

    def where_lt(self, prefix: str, value: Any) -> Any:
        return super().where_lt(prefix, self.moments(value)[0])

    def where_lte(self, prefix: str, value: Any) -> Any:
        return super().where_lt(prefix, self.moments(value)[1])
