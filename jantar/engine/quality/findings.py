"""What can be wrong with the records of a type, each as the filter of the list that shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.permissions.actor import Actor
from jantar.engine.quality.happening import HAPPENED, happened
from jantar.engine.records.conditions import conditions_of as shown_conditions
from jantar.engine.records.record_type import Deadline, RecordType
from jantar.kit.numbers import whole_number

#: After how many days without anything happening a record is quiet; the first is usual.
DAYS = (90, 30, 180, 365)
IS_MINE = {"field": "owner", "op": "is", "value": "me"}
MINE, DUPLICATES = "mine", "duplicates"


@dataclass(frozen=True)
class Question:
    """What is asked of a type: of all records or only the actor's own, and how long they may be quiet."""

    only_mine: bool = False
    days: int = DAYS[0]


def question_from(given: Mapping[str, str]) -> Question:
    """What the parameters `whose` and `days` of an address ask; the usual where they say nothing known."""
    days = whole_number(given.get("days", ""), most=max(DAYS))
    return Question(given.get("whose") == MINE, days if days in DAYS else DAYS[0])


@dataclass(frozen=True)
class Finding:
    """`kind` is missing, late, quiet, unreachable or duplicates; `filter` gives the records, None for pairs."""

    key: str
    kind: str
    label: str
    filter: Mapping[str, Any] | None


def findings_of(record_type: RecordType, actor: Actor, question: Question) -> list[Finding]:
    """What is looked at, in the language in force; nothing where the type declares no quality."""
    wanted = record_type.quality
    if wanted is None:
        return []
    among = [*([IS_MINE] if question.only_mine else []), *wanted.among]
    found = [
        Finding(key, kind, label, {"all": [*among, *(one for one in conditions if one not in among)]})
        for key, kind, label, conditions in conditions_of(record_type, actor, question)
    ]
    if not question.only_mine and may_clean(record_type, actor):
        found.append(Finding(DUPLICATES, DUPLICATES, _("Pairs that may be the same"), None))
    return found


def may_clean(record_type: RecordType, actor: Actor) -> bool:
    rights = all(actor.may(action, record_type.name) for action in ("edit", "delete"))
    return record_type.duplicates is not None and rights


Conditions = list[Mapping[str, Any]]


def conditions_of(
    record_type: RecordType, actor: Actor, question: Question
) -> Iterator[tuple[str, str, str, Conditions]]:
    """Key, kind, label and the conditions that hold together."""
    assert record_type.quality
    fields = record_type.fields(actor)
    if unreachable := record_type.quality.unreachable:
        yield "unreachable", "unreachable", _("No way to reach them"), list(unreachable)
    for deadline in record_type.deadlines:
        label = _("Date is past: %(field)s") % {"field": fields[deadline.field].label}
        yield f"late:{deadline.field}", "late", label, past(deadline)
    asked = shown_conditions(record_type, actor)
    for name in [*record_type.quality.wanted, *(name for name, one in fields.items() if one.wanted)]:
        label = _("Missing: %(field)s") % {"field": fields[name].label}
        shown = [dict(fields[name].shown_when)] if name in asked else []
        yield f"missing:{name}", "missing", label, [{"field": name, "op": "empty"}, *shown]
    if record_type.quality.grows_quiet:
        days = question.days
        label = ngettext("Nothing happened for %(n)d day", "Nothing happened for %(n)d days", days) % {"n": days}
        yield "quiet", "quiet", label, quiet(record_type, actor, days)


def past(deadline: Deadline) -> Conditions:
    """The date is over and still counts."""
    value = deadline.while_value
    counts: Mapping[str, Any] = (
        {"field": deadline.while_column, "op": "empty"}
        if value is None
        else {"field": deadline.while_column, "op": "is", "value": str(value)}
    )
    return [counts, {"field": deadline.field, "op": "within", "value": "before today"}]


def quiet(record_type: RecordType, actor: Actor, days: int) -> Conditions:
    """Not changed for so long, and nothing that tells when it happened (a call) points there since then."""
    found: Conditions = [{"field": "updated_at", "op": "within", "value": f"before {days} days ago"}]
    if happened(record_type, actor):
        found.append({"none": [{"field": HAPPENED, "op": "within", "value": f"after {days + 1} days ago"}]})
    return found
