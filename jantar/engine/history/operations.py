"""Opening an operation: everything written inside belongs to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor

_current: ContextVar[Operation | None] = ContextVar("operation", default=None)

#: Told at the end of each operation, and of each step of a long one, in its transaction.
Listener = Callable[[Operation], None]
_listeners: list[tuple[Listener, str]] = []


class OperationUndoneError(Exception):
    """The operation was undone while it was still going on."""


def listen(listener: Listener, *, when: str = "true") -> None:
    """Registers who is told of what is written; called when Django starts.

    `when` is a condition in SQL. It is asked in the statement that opens the operation, so that who has nothing to do
    costs no statement.
    """
    _listeners.append((listener, when))


def current_operation() -> Operation | None:
    """The operation that is open now."""
    return _current.get()


@contextmanager
def operation(actor: Actor, cause: str, label: str = "") -> Iterator[Operation]:
    """Opens an operation in a transaction of its own; inside an open one it joins that one.

    The triggers learn of it through a setting local to the transaction, so it also works behind a pooler.
    """
    if (outer := _current.get()) is not None:
        yield outer
        return
    with transaction.atomic():
        opened = Operation.objects.create(actor_id=actor.user_id, cause=cause, label=label[:200])
        with _inside(opened):
            yield opened


@contextmanager
def untold(actor: Actor, cause: str, label: str = "") -> Iterator[Operation]:
    """An operation of whose end no listener is told: for rows that bring with them what followed from them."""
    with transaction.atomic():
        opened = Operation.objects.create(actor_id=actor.user_id, cause=cause, label=label[:200])
        with _inside(opened):
            opened.told = []
            yield opened


@contextmanager
def continued(operation_id: int) -> Iterator[Operation]:
    """Goes on with an operation in a further transaction, for long work done in steps.

    Raises OperationUndoneError when it was undone meanwhile; as long as the step lasts, undoing waits.
    """
    with transaction.atomic():
        opened = Operation.objects.select_for_update(of=("self",)).get(pk=operation_id)
        if opened.undone_by_id:
            raise OperationUndoneError(operation_id)
        with _inside(opened):
            yield opened


@contextmanager
def _inside(opened: Operation) -> Iterator[None]:
    _announce(opened)
    token = _current.set(opened)
    try:
        yield
        for listener in opened.told:
            listener(opened)
    finally:
        _current.reset(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jantar.operation', '', true)")


def _announce(opened: Operation) -> None:
    """Makes the operation known to the triggers; notes on it which change is the last before it, and who is told."""
    conditions = "".join(f", {when}" for _listener, when in _listeners)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('jantar.operation', %s, true), "
            f"coalesce(pg_sequence_last_value('history_change_id_seq'), 0){conditions}",
            [str(opened.pk)],
        )
        [_set, opened.starts_after, *wanted] = cursor.fetchone()
    opened.told = [listener for (listener, _when), is_wanted in zip(_listeners, wanted, strict=True) if is_wanted]
