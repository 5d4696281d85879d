"""The bar above a list or board: its conditions as chips in words, search, saved views."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property

from jantar.engine.pages.filters.switched_off import modules_off_in
from jantar.engine.pages.filters.words import Speaker, Words
from jantar.engine.pages.lists.state import ListState, conditions, connective, joined


@dataclass(frozen=True)
class Chip:
    words: Words
    edit: str
    remove: str


class FilterBar:
    def __init__(self, state: ListState) -> None:
        self.state = state

    @cached_property
    def nodes(self) -> list[Any]:
        return conditions(self.state.filter)

    @cached_property
    def chips(self) -> list[Chip]:
        speaker = Speaker(self.state.record_type, self.state.actor, self.nodes)
        return [
            Chip(
                speaker.say(node),
                self.state.part("filter", place=self.state.place, at=place),
                self.state.address(filter=joined(self.nodes[:place] + self.nodes[place + 1 :], self.how)),
            )
            for place, node in enumerate(self.nodes)
        ]

    @property
    def kept_by(self) -> str:
        """What the bar shows besides what the state and its menu of views depend on (decision 17)."""
        return repr((self.chips, str(self.state.actor.as_of)))

    @cached_property
    def switched_off(self) -> str:
        """The modules whose records the conditions are about though they are off; "" when there are none."""
        state = self.state
        labels = modules_off_in(state.filter, state.record_type, state.actor) if state.actor.modules_off else []
        return ", ".join(labels)

    @property
    def how(self) -> str:
        return connective(self.state.filter)

    @property
    def other_how(self) -> str:
        """The address where any instead of all conditions must hold, or the reverse."""
        return self.state.address(filter=joined(self.nodes, "any" if self.how == "all" else "all"))

    @property
    def add(self) -> str:
        return self.state.part("filter", place=self.state.place)

    @property
    def edit_all(self) -> str:
        return self.state.part("filter_all", place=self.state.place)

    @property
    def clear(self) -> str:
        return self.state.address(filter={}, search="")
