"""A rule by which something comes again as controls in plain words, and back from what was posted."""

from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jantar.engine.fields.recurrence import nth_names, on_weekdays, ordinals
from jantar.kit.errors import InputError
from jantar.kit.recurrence import WEEKDAYS, WORKING_DAYS, Rule, read_rule

#: How often, where no other choice fits the rule: it is kept as it is.
AS_IT_IS = "RULE"
EVERY_WORKING_DAY = "WORK"
WORKING_DAY = "WORK"
BY_DAY, BY_WEEKDAY = "day", "weekday"


@dataclass
class RuleForm:
    """`often` is a frequency, `by` how a day of the month is said; texts as they stand in the controls."""

    often: str = ""
    every: str = "1"
    days: list[str] = field(default_factory=list)
    by: str = BY_DAY
    month_day: str = ""
    which: str = "1"
    weekday: str = "MO"
    end: str = ""
    until: str = ""
    count: str = ""
    was: str = ""

    @property
    def often_offered(self) -> list[tuple[str, str, bool]]:
        offered = [
            ("", _("Does not repeat")), ("DAILY", _("Every day")), (EVERY_WORKING_DAY, _("Every working day")),
            ("WEEKLY", _("Every week")), ("MONTHLY", _("Every month")), ("YEARLY", _("Every year")),
        ]  # fmt: skip
        if self.often == AS_IT_IS:
            offered.append((AS_IT_IS, _("As it is")))
        return chosen(offered, self.often)

    @property
    def days_offered(self) -> list[tuple[str, str, bool]]:
        return [(day, label, day in self.days) for day, label in on_weekdays().items()]

    @property
    def by_offered(self) -> list[tuple[str, str, bool]]:
        return chosen([(BY_DAY, _("On a day of the month")), (BY_WEEKDAY, _("On a weekday"))], self.by)

    @property
    def which_offered(self) -> list[tuple[str, str, bool]]:
        numbers = [(str(number), text) for number, text in enumerate(ordinals()[:4], 1)]
        return chosen([*numbers, ("-1", pgettext("which weekday of the month", "last"))], self.which)

    @property
    def weekdays_offered(self) -> list[tuple[str, str, bool]]:
        return chosen([*nth_names().items(), (WORKING_DAY, pgettext("on the 2nd ...", "working day"))], self.weekday)

    @property
    def end_offered(self) -> list[tuple[str, str, bool]]:
        offered = [("", _("Never ends")), ("until", _("Ends on a day")), ("count", _("Ends after a number of times"))]
        return chosen(offered, self.end)


def chosen(offered: list[tuple[str, str]], value: str) -> list[tuple[str, str, bool]]:
    return [(one, label, one == value) for one, label in offered]


def form_of(text: str) -> RuleForm:
    """The controls for a rule, or for a text that is none."""
    if not text:
        return RuleForm()
    try:
        rule = read_rule(text)
    except InputError:
        return RuleForm(often=AS_IT_IS, was=text)
    found = RuleForm(often=rule.frequency, every=str(rule.every), was=text)
    if not _fill(found, rule):
        found.often = AS_IT_IS
    if rule.until:
        found.end, found.until = "until", rule.until.isoformat()
    elif rule.count is not None:
        found.end, found.count = "count", str(rule.count)
    return found


def _fill(found: RuleForm, rule: Rule) -> bool:
    """Puts the days of a rule into the controls; False when they can't say them."""
    numbered = [one for one in rule.days if one[0]]
    if rule.frequency == "YEARLY":
        plain = not rule.days and not rule.positions and len(rule.months) < 2 and len(rule.month_days) < 2
        return plain and not any(day < 0 for day in rule.month_days) and len(rule.months) == len(rule.month_days)
    if rule.months:
        return False
    if rule.frequency == "MONTHLY":
        return _fill_month(found, rule)
    if numbered or rule.month_days or rule.positions:
        return False
    if rule.is_on_working_days and rule.every == 1:
        found.often = EVERY_WORKING_DAY
    found.days = list(rule.weekdays)
    return rule.frequency == "WEEKLY" or not rule.days or found.often == EVERY_WORKING_DAY


def _fill_month(found: RuleForm, rule: Rule) -> bool:
    if len(rule.month_days) <= 1 and not rule.days and not rule.positions:
        found.month_day = str(rule.month_days[0]) if rule.month_days else ""
        return rule.month_days[:1] >= (-1,) or not rule.month_days
    found.by = BY_WEEKDAY
    if rule.positions:
        found.which, found.weekday = str(rule.positions[0]), WORKING_DAY
        return rule.is_on_working_days and len(rule.positions) == 1 and rule.positions[0] in (1, 2, 3, 4, -1)
    found.which, found.weekday = str(rule.days[0][0] if rule.days else ""), rule.days[0][1] if rule.days else ""
    return len(rule.days) == 1 and not rule.month_days and rule.days[0][0] in (1, 2, 3, 4, -1)


def posted_rule(data: QueryDict, name: str) -> str:
    """The rule of posted controls as a text; a wrong number stays in it, so that it is refused with the reason.

    Left alone the controls give the rule they were made from, whatever of it they can't show.
    """
    if f"{name}-often" not in data:
        return data.get(name, "").strip()
    posted = RuleForm(
        often=data.get(f"{name}-often", ""), days=[day for day in WEEKDAYS if day in data.getlist(f"{name}-days")],
        **{one: data.get(f"{name}-{one.replace('_', '-')}", "").strip() for one in _TEXTS},
    )  # fmt: skip
    was = form_of(posted.was)
    if posted.often == AS_IT_IS or (posted.was and _said(posted) == _said(was)):
        return posted.was
    beside = [part for part in posted.was.split(";") if part.startswith(("EXDATE=", "TZID="))]
    return ";".join([said, *beside]) if (said := _said(posted)) else ""


_TEXTS = ("every", "by", "month_day", "which", "weekday", "end", "until", "count", "was")


def _said(form: RuleForm) -> str:
    if not form.often:
        return ""
    often = "WEEKLY" if form.often == EVERY_WORKING_DAY else form.often
    parts = [f"FREQ={often}"]
    if form.often != EVERY_WORKING_DAY and form.every not in ("", "1"):
        parts.append(f"INTERVAL={form.every}")
    if form.often == EVERY_WORKING_DAY:
        parts.append(f"BYDAY={','.join(WORKING_DAYS)}")
    elif form.often == "WEEKLY" and form.days:
        parts.append(f"BYDAY={','.join(form.days)}")
    elif form.often == "MONTHLY" and form.by == BY_WEEKDAY and form.weekday == WORKING_DAY:
        parts += [f"BYDAY={','.join(WORKING_DAYS)}", f"BYSETPOS={form.which}"]
    elif form.often == "MONTHLY" and form.by == BY_WEEKDAY:
        parts.append(f"BYDAY={form.which}{form.weekday}")
    elif form.often == "MONTHLY" and form.month_day:
        parts.append(f"BYMONTHDAY={form.month_day}")
    if form.end == "count":
        parts.append(f"COUNT={form.count or 0}")
    elif form.end == "until":
        parts.append(f"UNTIL={_day(form.until)}")
    return ";".join(parts)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat().replace("-", "")
    except ValueError:
        return text.replace(";", "") or "?"
