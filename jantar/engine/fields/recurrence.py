"""The kind whose value is a rule by which a record comes again, kept as RFC 5545 writes it."""

from datetime import date
from typing import Any, ClassVar

from babel.dates import format_skeleton, get_month_names
from django.db.models import Q, Value
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jantar.engine.fields import show
from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError
from jantar.kit.errors import InputError
from jantar.kit.recurrence import MOST_CHARACTERS, Rule, read_rule
from jantar.ui.formats import locale_for

LEAP_YEAR = 2024


class Recurrence(Field):
    """A rule such as "FREQ=WEEKLY;BYDAY=TU", always in one spelling; shown as a sentence. Empty: it comes once."""

    kind = "recurrence"
    operators: ClassVar[tuple[str, ...]] = ("empty", "not_empty")
    sortable = False
    in_place = False

    @property
    def empty(self) -> str:
        return ""

    def load(self, data: Any) -> str:
        if data is None or data == "":
            return ""
        if not isinstance(data, str):
            raise FieldError(_("Text is expected."))
        try:
            return str(read_rule(data))
        except InputError as error:
            raise FieldError.said(error) from error

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": MOST_CHARACTERS}

    def text(self, value: Any) -> str:
        return in_words(read_rule(value)) if value else ""

    def input_text(self, value: Any) -> str:
        return str(value or "")

    def cell(self, value: Any) -> Any:
        return value or None

    def where_empty(self, prefix: str) -> Any:
        return Exact(self.expression(prefix), Value(""))

    def where_not_empty(self, prefix: str) -> Any:
        return ~Q(self.where_empty(prefix))


def in_words(rule: Rule) -> str:
    """The rule as a sentence in the language in force."""
    place = place_in_words(rule)
    if place is None:
        return _("By the rule %(rule)s") % {"rule": rule}
    often = often_in_words(rule)
    if not rule.positions and rule.is_on_working_days and rule.every == 1 and rule.frequency in ("DAILY", "WEEKLY"):
        often, place = _("every working day"), ""
    words = pgettext("how often, on which days", "%(often)s %(place)s") % {"often": often, "place": place}
    words = words.strip()
    if rule.until:
        words = _("%(rule)s, until %(day)s") % {"rule": words, "day": show.day(rule.until)}
    elif rule.count is not None:
        words = ngettext("%(rule)s, %(number)d time", "%(rule)s, %(number)d times", rule.count) % {
            "rule": words,
            "number": rule.count,
        }
    if rule.without:
        number = len(rule.without)
        words += ngettext(", without %(number)d day", ", without %(number)d days", number) % {"number": number}
    if rule.zone:
        words = f"{words} ({rule.zone})"
    return words[:1].upper() + words[1:]


def often_in_words(rule: Rule) -> str:
    number = rule.every
    words = {
        "DAILY": lambda: ngettext("every day", "every %(number)d days", number),
        "WEEKLY": lambda: ngettext("every week", "every %(number)d weeks", number),
        "MONTHLY": lambda: ngettext("every month", "every %(number)d months", number),
        "YEARLY": lambda: ngettext("every year", "every %(number)d years", number),
    }[rule.frequency]()
    return words % {"number": number} if "%" in words else words


def place_in_words(rule: Rule) -> str | None:
    """On which days; None when no sentence says it."""
    if rule.frequency == "YEARLY":
        return place_in_year(rule)
    if rule.months:
        return None
    if rule.frequency == "MONTHLY":
        return place_in_month(rule)
    if rule.month_days or rule.positions:
        return None
    return listed([on_weekdays()[day] for day in rule.weekdays])


def place_in_month(rule: Rule) -> str | None:
    if rule.days and rule.month_days:
        return None
    if rule.positions:
        return on_working_day(rule.positions[0]) if rule.is_on_working_days and len(rule.positions) == 1 else None
    if rule.days:
        found = [nth_weekday(number, day) for number, day in rule.days]
        return listed([one for one in found if one]) if all(found) else None
    if any(day < -1 for day in rule.month_days):
        return None
    return listed([on_month_day(day) for day in sorted(rule.month_days, key=lambda day: (day < 0, day))])


def place_in_year(rule: Rule) -> str | None:
    plain = not rule.days and not rule.positions and len(rule.month_days) == 1 and rule.month_days[0] > 0
    if plain and len(rule.months) == 1:
        try:
            day = date(LEAP_YEAR, rule.months[0], rule.month_days[0])
        except ValueError:
            return None
        return _("on %(day)s") % {"day": format_skeleton("MMMMd", day, locale=locale_for(show.language()))}
    if not rule.months:
        return "" if str(Rule("YEARLY", rule.every, until=rule.until, count=rule.count)) == str(rule) else None
    if not (place := place_in_month(rule)):
        return None
    names = get_month_names("wide", "stand-alone", locale=locale_for(show.language()))
    months = listed([names[month] for month in rule.months])
    return pgettext("which day (in which months)", "%(place)s (%(months)s)") % {"place": place, "months": months}


def on_month_day(day: int) -> str:
    return _("on the last day") if day < 0 else _("on day %(day)s") % {"day": day}


def on_working_day(number: int) -> str:
    if number == -1:
        return _("on the last working day")
    if number == 1:
        return _("on the first working day")
    return _("on working day %(number)s") % {"number": number}


def nth_weekday(number: int, day: str) -> str:
    if number == -1:
        return last_weekdays()[day]
    if number not in range(1, 6):
        return ""
    words = {"number": ordinals()[number - 1], "weekday": nth_names()[day]}
    return pgettext("which weekday of the month", "on the %(number)s %(weekday)s") % words


def listed(texts: list[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return _("%(first)s and %(last)s") % {"first": ", ".join(texts[:-1]), "last": texts[-1]}


def ordinals() -> list[str]:
    return [
        pgettext("ordinal", "1st"), pgettext("ordinal", "2nd"), pgettext("ordinal", "3rd"),
        pgettext("ordinal", "4th"), pgettext("ordinal", "5th"),
    ]  # fmt: skip


def on_weekdays() -> dict[str, str]:
    return {
        "MO": _("on Monday"), "TU": _("on Tuesday"), "WE": _("on Wednesday"), "TH": _("on Thursday"),
        "FR": _("on Friday"), "SA": _("on Saturday"), "SU": _("on Sunday"),
    }  # fmt: skip


def nth_names() -> dict[str, str]:
    return {
        "MO": pgettext("on the 2nd ...", "Monday"), "TU": pgettext("on the 2nd ...", "Tuesday"),
        "WE": pgettext("on the 2nd ...", "Wednesday"), "TH": pgettext("on the 2nd ...", "Thursday"),
        "FR": pgettext("on the 2nd ...", "Friday"), "SA": pgettext("on the 2nd ...", "Saturday"),
        "SU": pgettext("on the 2nd ...", "Sunday"),
    }  # fmt: skip


def last_weekdays() -> dict[str, str]:
    return {
        "MO": _("on the last Monday"), "TU": _("on the last Tuesday"), "WE": _("on the last Wednesday"),
        "TH": _("on the last Thursday"), "FR": _("on the last Friday"), "SA": _("on the last Saturday"),
        "SU": _("on the last Sunday"),
    }  # fmt: skip
