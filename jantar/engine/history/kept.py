"""What undoing an operation left as it is, as it was remembered."""

from jantar.engine.history.models import Kept, Operation


def undoing_that_kept(pk: int) -> Operation | None:
    """The undoing with that id when it left something as it is."""
    return Operation.objects.select_related("actor").filter(pk=pk, kept__isnull=False).first()


def kept_by(undoing: Operation, *, after: int = 0, limit: int) -> list[Kept]:
    return kept_of(undoing.pk, after=after, limit=limit)


def kept_of(undoing: int, *, after: int = 0, limit: int) -> list[Kept]:
    return list(Kept.objects.filter(operation=undoing, pk__gt=after).order_by("pk")[:limit])
