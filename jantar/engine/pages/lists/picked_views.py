"""Hand-picked lists as views of the list of their records, in the shape that lists know from saved views."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jantar.engine.lists.condition import LISTS
from jantar.engine.lists.models import RecordList
from jantar.engine.lists.pins import PREFIX
from jantar.engine.lists.services import lists_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.kit.numbers import whole_number
from jantar.ui.addresses import address


@dataclass(frozen=True)
class PickedView:
    """`pk` is the name it has in addresses. What the view holds never changes; its list is renamed where lists are."""

    picked: RecordList
    search: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    grouped_by: str = ""
    owner_id: None = None
    is_default: bool = False

    @property
    def pk(self) -> str:
        return f"{PREFIX}{self.picked.pk}"

    @property
    def name(self) -> str:
        return self.picked.name

    @property
    def filter(self) -> Mapping[str, Any]:
        return {"all": [{"field": LISTS, "op": "is", "value": self.picked.pk}]}

    def may_change(self, actor: Actor) -> bool:
        return False


def picked_view(record_type: RecordType, actor: Actor, key: str) -> PickedView | None:
    """The view that an address names; None for no such list, or one of other records; at most one statement."""
    pk = whole_number(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else None
    found = lists_of(record_type, actor).filter(pk=pk).first() if pk is not None else None
    return PickedView(found) if found else None


def address_of_list(picked: RecordList) -> str:
    """Where its records are shown."""
    return f"{address('pages:list', picked.of)}?view={PREFIX}{picked.pk}"
