"""Putting records into hand-picked lists and taking them out; each call is one operation that undo takes back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.lists.condition import LISTS, gone
from jantar.engine.lists.models import Member, RecordList
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

CHUNK = 2000
#: Told how many of the records are done.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """`changed` records were put in or taken out, `unchanged` ones were so already; `operation` can be undone."""

    changed: int
    unchanged: int
    operation: int


def create_list(
    record_type: RecordType, name: str, *, actor: Actor, audience: str = "private", cause: str = Cause.PAGE
) -> RecordList:
    """A new list of records of the type. Raises Invalid or NotAllowed."""
    values = {"name": name, "of": record_type.name, "audience": audience}
    made: RecordList = write.create(registry.get(LISTS), values, actor=actor, cause=cause)
    return made


def lists_of(record_type: RecordType, actor: Actor, action: str = "see") -> Any:
    """The lists with records of the type that the actor sees, as a queryset by name."""
    return RecordList.objects.visible_to(actor, action).filter(of=record_type.name).order_by("name", "pk")


def load_list(pk: int, actor: Actor, action: str = "see") -> RecordList:
    """Raises NotFound, or NotAllowed where it may only be seen."""
    found: RecordList | None = RecordList.objects.visible_to(actor, action).one(pk)
    if found is None:
        if action != "see" and RecordList.objects.visible_to(actor).filter(pk=pk).exists():
            raise NotAllowed(_("You may see this but not change it."))
        raise NotFound(gone())
    return found


def add_records(
    pk: int, record_ids: Sequence[int], *, actor: Actor, cause: str = Cause.BULK, tell: Tell | None = None
) -> Outcome:
    """Puts the records that the actor sees into the list. Raises NotFound or NotAllowed."""

    def put(chosen: RecordList, visible: set[int]) -> int:
        new = visible - set(members_of(chosen).filter(record_id__in=visible).values_list("record_id", flat=True))
        rows = [Member(list=chosen, record_type=chosen.of, record_id=one, by_id=actor.user_id) for one in sorted(new)]
        Member.objects.bulk_create(rows, ignore_conflicts=True)
        return len(new)

    return _change(pk, record_ids, _("Add to the list “%(name)s”"), put, actor, cause, tell)


def remove_records(
    pk: int, record_ids: Sequence[int], *, actor: Actor, cause: str = Cause.BULK, tell: Tell | None = None
) -> Outcome:
    """Takes the records that the actor sees out of the list. Raises NotFound or NotAllowed."""

    def take(chosen: RecordList, visible: set[int]) -> int:
        removed: int = members_of(chosen).filter(record_id__in=visible).delete()[0]
        return removed

    return _change(pk, record_ids, _("Take out of the list “%(name)s”"), take, actor, cause, tell)


def _change(
    pk: int, record_ids: Sequence[int], words: str, change: Callable[[RecordList, set[int]], int],
    actor: Actor, cause: str, tell: Tell | None,
) -> Outcome:  # fmt: skip
    """One operation for all; `change` gets the records of a chunk that the actor sees and says how many it changed."""
    chosen = load_list(pk, actor, "edit")
    record_type = registry.get(chosen.of)
    number = seen = 0
    with operation(actor, cause, words % {"name": chosen}) as opened:
        lock(chosen)
        for done, chunk in chunks(record_ids):
            visible = set(record_type.visible_to(actor).filter(pk__in=chunk).values_list("pk", flat=True))
            number, seen = number + change(chosen, visible), seen + len(visible)
            if tell:
                tell(done, len(record_ids))
    return Outcome(number, seen - number, opened.pk)


def lock(chosen: RecordList) -> None:
    """One change of a list at a time, so that each tells what it was that changed."""
    RecordList._base_manager.select_for_update(no_key=True).filter(pk=chosen.pk).values_list("pk").first()


def members_of(chosen: RecordList) -> Any:
    return Member.objects.filter(list=chosen, record_type=chosen.of)


def lists_with(record_type: RecordType, record_id: int, actor: Actor) -> Any:
    """The lists the actor sees that the record is in, by name."""
    inside = Member.objects.filter(record_type=record_type.name, record_id=record_id).values("list")
    return lists_of(record_type, actor).filter(pk__in=inside)


def member_counts(record_type: RecordType, pks: Iterable[int], actor: Actor) -> dict[int, int]:
    """By list how many of its records the actor sees; one statement."""
    seen = record_type.visible_to(actor).order_by().values("pk")
    rows = Member.objects.filter(list__in=list(pks), record_type=record_type.name, record_id__in=seen)
    return dict(rows.values_list("list").annotate(number=Count("pk")).order_by())


def chunks(record_ids: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """Parts of the ids, each with how many are done after it."""
    for start in range(0, len(record_ids), CHUNK):
        part = record_ids[start : start + CHUNK]
        yield start + len(part), part
