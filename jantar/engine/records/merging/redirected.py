"""What an operation merged and what it parted, for those who keep ids of records elsewhere than in keys."""

from dataclasses import dataclass

from django.db.models.fields.json import KeyTextTransform

from jantar.engine.history.models import Cause, Change, Operation

#: Survivor by merged record, by the table of both.
ByTable = dict[str, dict[int, int]]


@dataclass(frozen=True)
class Redirected:
    """`undone` are the operations that an undoing takes back; `parts` says whether it parted anything."""

    joined: ByTable
    parts: bool
    undone: tuple[int, ...] = ()


def redirected_in(done: Operation) -> Redirected | None:
    """None for operations that merge nothing and take no merge back, without a statement for most of them."""
    if done.cause not in (Cause.MERGE, Cause.UNDO):
        return None
    changes = Change.objects.filter(operation=done, after__has_key="merged_into")
    joined: ByTable = {}
    parts = False
    for source, pk, survivor in changes.values_list("source", "record_id", KeyTextTransform("merged_into", "after")):
        if survivor:
            joined.setdefault(source, {})[pk] = int(survivor)
        else:
            parts = True
    if not joined and not parts:
        return None
    undone = Operation.objects.filter(undone_by=done).values_list("pk", flat=True)
    return Redirected(joined, parts, tuple(undone) if parts else ())
