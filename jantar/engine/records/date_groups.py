"""Records in groups by the day, week, month, quarter or year of a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from babel.dates import format_skeleton
from django.db.models import DateField, DateTimeField, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Trunc
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.fields.dates import Date
from jantar.engine.records.errors import BadQuery
from jantar.kit.periods import RelativeDate, Unit
from jantar.ui.formats import locale_for

#: Between field and unit in the name of such a grouping: created_at:month.
MARK = ":"


@dataclass(frozen=True)
class DateGroups:
    """A date field and the length of the periods its values are put together in.

    Moments count to the day they have in the time zone in force, weeks begin on Monday. The key of a group is the
    first day of its period.
    """

    field: Date
    unit: Unit

    @property
    def name(self) -> str:
        return f"{self.field.name}{MARK}{self.unit}"

    @property
    def label(self) -> Any:
        return self.field.label

    def key_expression(self) -> Combinable:
        moments = self.field.kind == "datetime"
        stored = self.field.expression()
        if self.field.is_custom:
            stored = Cast(stored, DateTimeField() if moments else DateField())
        zone = timezone.get_current_timezone() if moments else None
        return Trunc(stored, self.unit, output_field=DateField(), tzinfo=zone)

    def labels(self, keys: Sequence[date | None]) -> dict[Any, str]:
        """Earliest first."""
        return {key: self.text(key) for key in sorted(key for key in keys if key is not None)}

    def text(self, first: date) -> str:
        if self.unit == "day":
            return show.day(first)
        if self.unit == "year":
            return str(first.year)
        if self.unit == "week":
            year, week, _day = first.isocalendar()
            return _("Week %(number)s, %(year)s") % {"number": week, "year": year}
        skeleton = "yMMMM" if self.unit == "month" else "yQQQ"
        text: str = format_skeleton(skeleton, first, locale=locale_for(show.language()))
        return text

    def condition(self, key: str) -> Q:
        """The records of one group, as a range that an index can answer. Raises BadQuery."""
        if not key:
            return Q(self.field.where_empty(""))
        try:
            period = RelativeDate("this", 0, self.unit).period(date.fromisoformat(key))
        except (ValueError, OverflowError) as error:
            raise BadQuery("of", _("There is no such group.")) from error
        assert period.start is not None
        assert period.end is not None
        return Q(self.field.where_within("", (self.field.bound(period.start), self.field.bound(period.end))))


def read_unit(text: str) -> Unit | None:
    return next((unit for unit in get_args(Unit) if unit == text), None)
