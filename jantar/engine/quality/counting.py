"""Counting the findings of a type: one statement for all of them, with a bound on what it may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone

from jantar.engine.duplicates.models import Pair, State
from jantar.engine.permissions.actor import Actor
from jantar.engine.quality.findings import Finding, Question, findings_of
from jantar.engine.records.listing import EXACT_UP_TO, Query, estimate, rows_of
from jantar.engine.records.patience import TooSlow, at_most
from jantar.engine.records.record_type import RecordType

#: How long counting a type may take in milliseconds, and then each finding by itself; where even that is not enough
#: the planner's estimate is told.
PATIENCE, PATIENCE_EACH = 2500, 700
#: What took longer than so many seconds is kept for a while, and told with the time it was counted.
SLOW, KEPT_FOR = 0.3, 300


@dataclass(frozen=True)
class Counted:
    """A finding with its number; beyond 10,000, or where counting takes too long, it is an estimate."""

    finding: Finding
    number: int
    is_exact: bool


@dataclass(frozen=True)
class Report:
    """The findings of a type as counted `at`; `is_kept` when that was in an earlier request."""

    record_type: RecordType
    counted: Sequence[Counted]
    at: datetime
    is_kept: bool = False

    @property
    def flaws(self) -> list[Counted]:
        return [one for one in self.counted if one.number]


def report_of(record_type: RecordType, actor: Actor, question: Question, *, anew: bool = False) -> Report:
    """What is to be mended among the records that the actor sees; a statement, and one more per estimate.

    What took long is kept for five minutes per user; `anew` counts again.
    """
    key = f"quality-{actor.user_id}-{record_type.name}-{question.only_mine}-{question.days}"
    findings = findings_of(record_type, actor, question)
    kept = None if anew else cache.get(key)
    if kept is not None and set(kept[0]) == {one.key for one in findings}:
        return shown(record_type, findings, *kept, is_kept=True)
    began, at = monotonic(), timezone.now()
    numbers = counts(record_type, actor, findings)
    if monotonic() - began > SLOW:
        cache.set(key, (numbers, at), KEPT_FOR)
    return shown(record_type, findings, numbers, at)


def shown(
    record_type: RecordType,
    findings: Sequence[Finding],
    numbers: Mapping[str, tuple[int, bool]],
    at: datetime,
    *,
    is_kept: bool = False,
) -> Report:
    return Report(record_type, [Counted(one, *numbers[one.key]) for one in findings], at, is_kept)


def counts(record_type: RecordType, actor: Actor, findings: Sequence[Finding]) -> dict[str, tuple[int, bool]]:
    """Number and whether it is exact, by key of the finding. The numbers are those of the lists."""
    asked = {one.key: records_of(record_type, actor, one) for one in findings}
    together = patient_counts(list(asked.values()), PATIENCE)
    if together is None:
        each = [patient_counts([rows], PATIENCE_EACH) for rows in asked.values()]
        numbers = [one[0] if one else None for one in each]
    else:
        numbers = [*together]
    return {
        key: (number, True)
        if number is not None and number <= EXACT_UP_TO
        else (max(number or 0, estimate(rows)), False)
        for (key, rows), number in zip(asked.items(), numbers, strict=True)
    }


def patient_counts(asked: Sequence[Any], milliseconds: int) -> list[int] | None:
    """As `bounded_counts`; None when it takes longer."""
    try:
        with at_most(milliseconds):
            return bounded_counts(asked)
    except TooSlow:
        return None


def records_of(record_type: RecordType, actor: Actor, finding: Finding) -> Any:
    if finding.filter is None:
        return Pair.objects.visible_to(actor, record_type).filter(state=State.OPEN).order_by()
    return rows_of(replace(Query(record_type, actor), filter=finding.filter)).order_by()


def bounded_counts(asked: Sequence[Any]) -> list[int]:
    """How many rows each query has, at most one more than lists count; one statement."""
    parts, parameters = [], []
    for rows in asked:
        try:
            sql, values = rows.values("pk")[: EXACT_UP_TO + 1].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) rows)")  # noqa: S608 - a query of Django's
        parameters += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        [numbers] = cursor.fetchall()
    return list(numbers)
