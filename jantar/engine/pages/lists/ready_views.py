"""The views that come with a record type, in the shape that lists know from saved ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType


@dataclass(frozen=True)
class ReadyView:
    """`pk` is the name it has in addresses. It belongs to nobody, so nobody can change it."""

    pk: str
    name: str
    filter: Mapping[str, Any]
    sort: str
    opens: bool
    search: str = ""
    columns: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    grouped_by: str = ""
    owner_id: None = None
    is_default: bool = False

    def may_change(self, actor: Actor) -> bool:
        return False


def ready_views(record_type: RecordType) -> tuple[ReadyView, ...]:
    return tuple(ReadyView(one.name, str(one.label), one.filter, one.sort, one.opens) for one in record_type.views)
