"""What an undo says of itself, at once or at the end of its job."""

from django.urls import reverse
from django.utils.translation import ngettext

from jantar.engine.fields import show
from jantar.engine.records.undo import UndoResult


def outcome(result: UndoResult) -> str:
    """What was taken back and what was not, as a sentence."""
    n, left = result.undone, len(result.conflicts)
    done = ngettext("%(n)s record is as before.", "%(n)s records are as before.", n)
    return _sentence(done, n, ngettext("%(n)s later change was kept.", "%(n)s later changes were kept.", left), left)


def expected(result: UndoResult) -> str:
    """The same before it is done."""
    n, left = result.undone, len(result.conflicts)
    done = ngettext("%(n)s record will be as before.", "%(n)s records will be as before.", n)
    kept = ngettext("%(n)s later change will be kept.", "%(n)s later changes will be kept.", left)
    return _sentence(done, n, kept, left)


def _sentence(done: str, n: int, kept: str, left: int) -> str:
    text = done % {"n": show.number(n)}
    return f"{text} {kept % {'n': show.number(left)}}" if left else text


def kept_address(result: UndoResult) -> str:
    return reverse("pages:kept", args=[result.operation_id]) if result.conflicts else ""
