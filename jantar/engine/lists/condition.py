"""The condition of filters that a record is in a hand-picked list."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.custom_kinds import RecordOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.lists.models import Member, RecordList
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType

#: What it is called in filters.
LISTS = "lists"


class InList(RecordOf):
    """The lists that a record of the type `of` is in, as far as the actor may see them."""

    kind = "list"
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "any_of", "none_of")

    def __init__(self, of: str, actor: Actor) -> None:
        super().__init__(LISTS, pgettext_lazy("filter", "List"), target_type=LISTS, read_only=True)
        self.of = of
        self.actor = actor

    def operand(self, op: str, data: Any, context: FilterContext) -> Any:
        """The ids of the lists. Raises FieldError for one that is gone, of other records, or not the actor's to see."""
        found = super().operand(op, data, context)
        pks = set(found if isinstance(found, list) else [found])
        known = RecordList.objects.visible_to(self.actor).filter(of=self.of, pk__in=pks)
        if known.count() != len(pks):
            raise FieldError(gone())
        return found

    def where_is(self, prefix: str, pk: Any) -> Any:
        return self.where_any_of(prefix, [pk])

    def where_is_not(self, prefix: str, pk: Any) -> Any:
        return ~self.where_any_of(prefix, [pk])

    def where_any_of(self, prefix: str, pks: list[int]) -> Any:
        record = OuterRef(f"{prefix}__pk" if prefix else "pk")
        return Q(Exists(Member.objects.filter(list__in=pks, record_type=self.of, record_id=record)))

    def where_none_of(self, prefix: str, pks: list[int]) -> Any:
        return ~self.where_any_of(prefix, pks)


def in_list(record_type: RecordType, actor: Actor) -> Field | None:
    """The field for the records of a type; None where there are no lists of them, or none for the actor."""
    if record_type.within is not None or not actor.may("see", LISTS):
        return None
    return InList(record_type.name, actor)


def gone() -> str:
    return _("This list no longer exists, or it is not shared with you.")
