"""The rows chosen in a list: some by their boxes, or everything the list shows on all its pages."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.fields import show
from jantar.engine.pages.lists.state import ListState, state_from
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.listing import rows_of
from jantar.engine.records.record_type import RecordType
from jantar.kit.numbers import whole_number

MOST_CHOSEN = 500


@dataclass(frozen=True)
class Selection:
    state: ListState
    chosen: tuple[int, ...]
    is_all: bool

    @classmethod
    def posted(cls, data: QueryDict, record_type: RecordType, actor: Actor) -> "Selection":
        """From the form of the list. Raises BadQuery when nothing is chosen."""
        state = state_from(data.get("state", ""), record_type, actor)
        is_all = data.get("select_all") == "1"
        texts = data.getlist("selected")[: MOST_CHOSEN + 1]
        numbers = tuple(number for text in texts if (number := whole_number(text)) is not None)
        if len(numbers) != len(texts) or len(texts) > MOST_CHOSEN:
            raise BadQuery("selected", _("Part of the request could not be understood."))
        if not is_all and not texts:
            raise BadQuery("selected", _("Choose some rows first."))
        return cls(state, numbers, is_all)

    def rows(self, action: str) -> Any:
        """The chosen records with which the actor may do this."""
        if self.is_all:
            return rows_of(self.state.query(action=action))
        return self.state.record_type.visible_to(self.state.actor, action).filter(pk__in=self.chosen)

    def pks(self, action: str) -> list[int]:
        return list(self.rows(action).order_by("pk").values_list("pk", flat=True))

    def count(self, action: str = "see") -> int:
        number: int = self.rows(action).order_by().count()
        return number

    def as_json(self) -> dict[str, Any]:
        return {"state": self.state.text, "chosen": [*self.chosen], "is_all": self.is_all}

    @classmethod
    def from_json(cls, data: dict[str, Any], record_type: RecordType, actor: Actor) -> "Selection":
        state = state_from(data["state"], record_type, actor)
        return cls(state, tuple(data["chosen"]), data["is_all"])


def outcome_text(act: str, number: int) -> str:
    if act == "delete":
        text = ngettext("%(n)s record moved to the bin.", "%(n)s records moved to the bin.", number)
    else:
        text = ngettext("%(n)s record changed.", "%(n)s records changed.", number)
    return text % {"n": show.number(number)}
