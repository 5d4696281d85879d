"""The work queue of pairs: what to look at, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.duplicates.finding import load
from jantar.engine.duplicates.jobs import scan
from jantar.engine.duplicates.likeness import Likeness, likeness
from jantar.engine.duplicates.models import Pair, State
from jantar.engine.duplicates.rules import rules_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.platform.jobs.models import OPEN, JobRun
from jantar.platform.jobs.models import State as JobState

#: So many pairs around those of a page are looked at.
MOST_LINKED = 500
LINKED = f"""
WITH RECURSIVE linked (id) AS (
    SELECT unnest(%s::bigint[])
    UNION
    SELECT other.id FROM linked, LATERAL (
        SELECT second_id AS id FROM duplicates_pair WHERE record_type = %s AND state = %s AND first_id = linked.id
        UNION ALL
        SELECT first_id FROM duplicates_pair WHERE record_type = %s AND state = %s AND second_id = linked.id
    ) other
)
SELECT id FROM linked LIMIT {MOST_LINKED}
"""  # noqa: S608 - a number


@dataclass(frozen=True)
class Weighed:
    """A pair with its records and why they are alike, in the language in force."""

    pair: Any
    records: tuple[Any, Any]
    likeness: Likeness


def pairs_of(
    record_type: RecordType, actor: Actor, state: str = State.OPEN, *, start: int = 0, limit: int = 20
) -> list[Weighed]:
    """The pairs the actor sees, likeliest first; a fixed number of statements."""
    refuse_without_declaration(record_type)
    rows = Pair.objects.visible_to(actor, record_type).filter(state=state).order_by("-points", "pk")
    return weighed(record_type, list(rows[start : start + limit]), actor)


@dataclass(frozen=True)
class Group:
    """Records that hang together by pairs, in the order of these; `reasons` are those of all pairs."""

    pairs: Sequence[Weighed]

    @property
    def records(self) -> list[Any]:
        found = {record.pk: record for pair in self.pairs for record in pair.records}
        return list(found.values())

    @property
    def reasons(self) -> list[str]:
        return list(dict.fromkeys(reason for pair in self.pairs for reason in pair.likeness.reasons))

    def pairs_with(self, record: Any) -> list[int]:
        """The ids of the pairs one of the records is in."""
        return [one.pair.pk for one in self.pairs if record.pk in (one.pair.first_id, one.pair.second_id)]


def groups_of(
    record_type: RecordType, actor: Actor, state: str = State.OPEN, *, start: int = 0, limit: int = 20
) -> tuple[list[Group], bool]:
    """The groups whose likeliest pair is among these pairs the actor sees, and whether there are further pairs.

    A fixed number of statements. Groups hang together only by what the actor sees.
    """
    refuse_without_declaration(record_type)
    rows = Pair.objects.visible_to(actor, record_type).filter(state=state).order_by("-points", "pk")
    found = list(rows[start : start + limit + 1])
    top = found[:limit]
    linked = linked_ids(record_type, state, [pair.first_id for pair in top])
    around = rows.filter(first_id__in=linked)[:MOST_LINKED]
    pairs = weighed(record_type, sorted({*top, *around}, key=lambda one: (-one.points, one.pk)), actor)
    shown = {pair.pk for pair in top}
    groups = [Group(some) for some in hanging_together(pairs) if some[0].pair.pk in shown]
    return groups, len(found) > limit


def group_of_pairs(record_type: RecordType, pks: Sequence[int], actor: Actor) -> list[Group]:
    """What is left of a group after some of its pairs were decided."""
    rows = Pair.objects.visible_to(actor, record_type).filter(pk__in=pks).order_by("-points", "pk")
    return [Group(some) for some in hanging_together(weighed(record_type, list(rows), actor))]


def hanging_together(pairs: Sequence[Weighed]) -> list[list[Weighed]]:
    """The pairs in groups that share no record, each group and its pairs in the order given."""
    group_of: dict[int, list[Weighed]] = {}
    for one in pairs:
        first, second = (group_of.setdefault(pk, []) for pk in (one.pair.first_id, one.pair.second_id))
        if first is not second:
            first += second
            group_of |= {pk: first for pair in second for pk in (pair.pair.first_id, pair.pair.second_id)}
            group_of[one.pair.second_id] = first
        first.append(one)
    places = {one.pair.pk: place for place, one in enumerate(pairs)}
    groups = {id(some): sorted(some, key=lambda one: places[one.pair.pk]) for some in group_of.values()}
    return sorted(groups.values(), key=lambda some: places[some[0].pair.pk])


def linked_ids(record_type: RecordType, state: str, pks: Sequence[int]) -> list[int]:
    """The ids of all records that pairs lead to from these, step by step."""
    with connection.cursor() as cursor:
        cursor.execute(LINKED, [list(pks), record_type.name, state, record_type.name, state])
        return [pk for (pk,) in cursor.fetchall()]


def weighed(record_type: RecordType, pairs: Sequence[Any], actor: Actor) -> list[Weighed]:
    ids = {pk for pair in pairs for pk in (pair.first_id, pair.second_id)}
    loaded = load(record_type, ids, actor, rules_of(record_type).left_out)
    known = {record.pk: (record, traits) for record, traits in loaded}
    found = []
    for pair in pairs:
        if pair.first_id in known and pair.second_id in known:
            (one, mine), (other, theirs) = known[pair.first_id], known[pair.second_id]
            found.append(Weighed(pair, (one, other), likeness(record_type, mine, theirs)))
    return found


def decide_all(record_type: RecordType, pks: Sequence[int], state: str, *, actor: Actor) -> None:
    """Remembers the same answer for several pairs, as `decide` does for one."""
    if not pks:
        raise NotFound(_("There is no such record."))
    with transaction.atomic():
        for pk in pks:
            decide(record_type, pk, state, actor=actor)


def decide(record_type: RecordType, pk: int, state: str, *, actor: Actor) -> Any:
    """Remembers what the actor thinks of a pair. Raises NotFound for one they do not see, NotAllowed without rights."""
    refuse_unless_may_clean(record_type, actor)
    with transaction.atomic():
        pair = Pair.objects.visible_to(actor, record_type).filter(pk=pk).select_for_update().first()
        if pair is None or state not in State.values:
            raise NotFound(_("There is no such record."))
        pair.state, pair.decided_by_id, pair.decided_at = state, actor.user_id, timezone.now()
        pair.save(update_fields=["state", "decided_by", "decided_at"])
    return pair


def start_scan(record_type: RecordType, *, actor: Actor) -> JobRun:
    """The scan of a type; the one that is going on when there is one."""
    refuse_unless_may_clean(record_type, actor)
    label = _("Look for duplicates: %(what)s") % {"what": record_type.label_plural}
    return scan_of(record_type) or scan.later(actor_id=actor.user_id, label=label, type_name=record_type.name)


def scan_of(record_type: RecordType) -> JobRun | None:
    """The scan that is waiting or going on."""
    runs = JobRun.objects.filter(kind=scan.kind, state__in=OPEN, arguments__type_name=record_type.name)
    return runs.order_by("pk").first()


def last_scan(record_type: RecordType) -> JobRun | None:
    """The latest scan that went through all records; its result says through how many."""
    runs = JobRun.objects.filter(kind=scan.kind, state=JobState.DONE, arguments__type_name=record_type.name)
    return runs.order_by("-pk").first()


def refuse_unless_may_clean(record_type: RecordType, actor: Actor) -> None:
    refuse_without_declaration(record_type)
    if not (actor.may("edit", record_type.name) and actor.may("delete", record_type.name)):
        raise NotAllowed(_("You may not do this."))


def refuse_without_declaration(record_type: RecordType) -> None:
    if record_type.duplicates is None:
        raise NotFound(_("There is no such page."))
