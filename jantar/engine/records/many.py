"""Doing the same with many records as one operation, some hundred at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor

CHUNK = 500
#: Called with how many records are done, and how many there are.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """How many records were changed, and the operation that can be undone."""

    number: int
    operation: int


def in_one_operation(
    pks: Sequence[int], act: Callable[[Sequence[int]], int], *, actor: Actor, label: str = "", tell: Tell | None = None
) -> Outcome:
    """`act` does it to some records and returns how many it changed. What it raises takes everything back."""
    with operation(actor, Cause.BULK, label) as opened:
        number = 0
        for start in range(0, len(pks), CHUNK):
            part = pks[start : start + CHUNK]
            number += act(part)
            if tell:
                tell(start + len(part), len(pks))
    return Outcome(number, opened.pk)
