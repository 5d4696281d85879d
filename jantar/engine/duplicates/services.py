"""The work queue of pairs: what to look at, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.duplicates.finding import load
from jantar.engine.duplicates.jobs import scan
from jantar.engine.duplicates.likeness import Likeness, likeness
from jantar.engine.duplicates.models import Pair, State
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.platform.jobs.models import OPEN, JobRun


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


def weighed(record_type: RecordType, pairs: Sequence[Any], actor: Actor) -> list[Weighed]:
    ids = {pk for pair in pairs for pk in (pair.first_id, pair.second_id)}
    known = {record.pk: (record, traits) for record, traits in load(record_type, ids, actor)}
    found = []
    for pair in pairs:
        if pair.first_id in known and pair.second_id in known:
            (one, mine), (other, theirs) = known[pair.first_id], known[pair.second_id]
            found.append(Weighed(pair, (one, other), likeness(record_type, mine, theirs)))
    return found


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


def refuse_unless_may_clean(record_type: RecordType, actor: Actor) -> None:
    refuse_without_declaration(record_type)
    if not (actor.may("edit", record_type.name) and actor.may("delete", record_type.name)):
        raise NotAllowed(_("You may not do this."))


def refuse_without_declaration(record_type: RecordType) -> None:
    if record_type.duplicates is None:
        raise NotFound(_("There is no such page."))
