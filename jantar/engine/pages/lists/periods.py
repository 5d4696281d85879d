"""Relative periods ("next 14 days") in the user's words, and the ones offered to choose from."""

from typing import get_args

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from jantar.kit.errors import InputError
from jantar.kit.numbers import whole_number
from jantar.kit.periods import Kind, RelativeDate, Unit, parse_relative_date

OFFERED = (
    "today", "yesterday", "tomorrow", "this week", "last week", "next week", "this month", "last month",
    "next month", "this quarter", "last quarter", "next quarter", "this year", "last year", "last 7 days",
    "last 30 days", "last 90 days", "last 12 months", "next 7 days", "next 14 days", "next 30 days",
    "next 90 days", "before today", "after today",
)  # fmt: skip


def offered() -> list[tuple[str, str]]:
    return [(text, period_words(text)) for text in OFFERED]


#: Periods with a number of one's own: kind and direction by the name they have in forms.
FREE: dict[str, tuple[Kind, int]] = {
    "last": ("last", 1), "next": ("next", 1), "before_ago": ("before", -1), "after_in": ("after", 1),
    "on_ago": ("on", -1), "on_in": ("on", 1), "after_ago": ("after", -1), "before_in": ("before", 1),
}  # fmt: skip


def free() -> list[tuple[str, str]]:
    return [
        ("last", _("the last …")),
        ("next", _("the next …")),
        ("before_ago", _("more than … ago")),
        ("after_in", _("more than … from now")),
        ("on_ago", _("exactly … ago")),
        ("on_in", _("exactly … from now")),
        ("after_ago", _("later than … ago")),
        ("before_in", _("sooner than … from now")),
    ]


def units() -> list[tuple[str, str]]:
    return [
        ("day", _("days")),
        ("week", _("weeks")),
        ("month", _("months")),
        ("quarter", _("quarters")),
        ("year", _("years")),
    ]


def free_parts(text: str) -> list[str]:
    """Kind, number and unit of a period with a number of one's own; one of those offered, or no period, is itself."""
    try:
        period = parse_relative_date(text)
    except InputError:
        return [text]
    kinds = {meaning: name for name, meaning in FREE.items()}
    name = kinds.get((period.kind, 1 if period.count > 0 else -1))
    if str(period) in OFFERED or not period.count or name is None:
        return [str(period)]
    return [name, str(abs(period.count)), period.unit]


def free_period(name: str, number: str, unit: str) -> str:
    """The period with a number of one's own as text; "" when number or unit are none."""
    count = whole_number(number, most=10_000)
    if not count or unit not in get_args(Unit):
        return ""
    kind, direction = FREE[name]
    return str(RelativeDate(kind, count * direction, unit))  # type: ignore[arg-type]


def is_span(text: str) -> bool:
    """Whether a period lasts, so that something is in it; "before today" and "3 days ago" are no such."""
    try:
        period = parse_relative_date(text)
    except InputError:
        return True
    return period.kind in ("last", "next") or (period.kind == "this" and period.unit != "day")


def period_words(text: str) -> str:
    """The period in the language in force; the text itself when it is none."""
    try:
        period = parse_relative_date(text)
    except InputError:
        return text
    return said(period)


def said(period: RelativeDate) -> str:
    match period.kind:
        case "this":
            return calendar_words()[period.unit][period.count]
        case "last" | "next":
            return counted(period.kind, period)
        case "before":
            return _("before %(day)s") % {"day": point(period)}
        case "after":
            return _("after %(day)s") % {"day": point(period)}
    return point(period)


def point(period: RelativeDate) -> str:
    if not period.count or (period.unit == "day" and abs(period.count) == 1):
        return calendar_words()["day"][period.count]
    return counted("ahead" if period.count > 0 else "ago", period)


def counted(kind: str, period: RelativeDate) -> str:
    n = abs(period.count)
    return str(COUNTED[kind, period.unit] % {"n": n})


def calendar_words() -> dict[str, tuple[str, str, str]]:
    """This, next and last of each unit (index 0, 1 and -1)."""
    return {
        "day": (_("today"), _("tomorrow"), _("yesterday")),
        "week": (_("this week"), _("next week"), _("last week")),
        "month": (_("this month"), _("next month"), _("last month")),
        "quarter": (_("this quarter"), _("next quarter"), _("last quarter")),
        "year": (_("this year"), _("next year"), _("last year")),
    }


#: Whole phrases, because number, unit and preposition decline together in most languages.
COUNTED = {
    ("last", "day"): ngettext_lazy("the last %(n)d day", "the last %(n)d days", "n"),
    ("last", "week"): ngettext_lazy("the last %(n)d week", "the last %(n)d weeks", "n"),
    ("last", "month"): ngettext_lazy("the last %(n)d month", "the last %(n)d months", "n"),
    ("last", "quarter"): ngettext_lazy("the last %(n)d quarter", "the last %(n)d quarters", "n"),
    ("last", "year"): ngettext_lazy("the last %(n)d year", "the last %(n)d years", "n"),
    ("next", "day"): ngettext_lazy("the next %(n)d day", "the next %(n)d days", "n"),
    ("next", "week"): ngettext_lazy("the next %(n)d week", "the next %(n)d weeks", "n"),
    ("next", "month"): ngettext_lazy("the next %(n)d month", "the next %(n)d months", "n"),
    ("next", "quarter"): ngettext_lazy("the next %(n)d quarter", "the next %(n)d quarters", "n"),
    ("next", "year"): ngettext_lazy("the next %(n)d year", "the next %(n)d years", "n"),
    ("ahead", "day"): ngettext_lazy("%(n)d day from now", "%(n)d days from now", "n"),
    ("ahead", "week"): ngettext_lazy("%(n)d week from now", "%(n)d weeks from now", "n"),
    ("ahead", "month"): ngettext_lazy("%(n)d month from now", "%(n)d months from now", "n"),
    ("ahead", "quarter"): ngettext_lazy("%(n)d quarter from now", "%(n)d quarters from now", "n"),
    ("ahead", "year"): ngettext_lazy("%(n)d year from now", "%(n)d years from now", "n"),
    ("ago", "day"): ngettext_lazy("%(n)d day ago", "%(n)d days ago", "n"),
    ("ago", "week"): ngettext_lazy("%(n)d week ago", "%(n)d weeks ago", "n"),
    ("ago", "month"): ngettext_lazy("%(n)d month ago", "%(n)d months ago", "n"),
    ("ago", "quarter"): ngettext_lazy("%(n)d quarter ago", "%(n)d quarters ago", "n"),
    ("ago", "year"): ngettext_lazy("%(n)d year ago", "%(n)d years ago", "n"),
}
