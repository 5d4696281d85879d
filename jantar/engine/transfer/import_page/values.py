"""Words of the file that mean nothing here, and what each is to become."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from jantar.engine.fields.choices import Choice, Country, MultiChoice
from jantar.engine.transfer.import_page.basis import ImportBasis, Option
from jantar.engine.transfer.known import folded
from jantar.engine.transfer.plan import SEPARATOR
from jantar.engine.transfer.targets import Target
from jantar.engine.transfer.values import Asked, asked_values, options_of

SHOWN = 30
#: What a form says of a word: nothing chosen, leave the cell out, add it to the list; else what follows the sign.
EMPTY, ADD, BECOMES = "-", "+", "="


@dataclass(frozen=True)
class WordChoice:
    text: str
    rows: int
    options: list[Option]


@dataclass(frozen=True)
class AskedField:
    """A field with its words; `more` are not shown."""

    key: str
    label: str
    words: list[WordChoice]
    more: int


class ValuesPart(ImportBasis):
    @cached_property
    def asked(self) -> list[AskedField]:
        return [self._asked(one) for one in asked_values(self.plan, self.record_type, self.actor)]

    def _asked(self, one: Asked) -> AskedField:
        prefix = one.key.rpartition(SEPARATOR)[0]
        record_type = dict(self.types)[prefix]
        chosen = {folded(text): ours for text, ours in self.plan.values.get(one.key, {}).items()}
        options = options_of(one.target, self.actor)
        can_add = self.actor.is_admin and is_own_list(one.target)
        left = self._left_alone(one.key)
        words = []
        for text, rows in one.words[:SHOWN]:
            ours = chosen.get(folded(text))
            listed = [("", left, ours is None), (EMPTY, _("Leave it empty"), ours == "")]
            listed += [(ADD, _("Add it to the list"), False)] if can_add else []
            listed += [(f"{BECOMES}{value}", label, value == ours) for value, label in options]
            words.append(WordChoice(text, rows, listed))
        return AskedField(one.key, self.labelled(record_type, one.target.label), words, len(one.words) - len(words))

    def _left_alone(self, key: str) -> str:
        """What happens to rows with a word that nothing was chosen for."""
        return _("Leave it empty and say so") if key in self.plan.leave_empty else _("Refuse the row")


def is_own_list(target: Target) -> bool:
    """Whether administrators can add to the list."""
    field = target.field
    return bool(
        field and field.is_custom and isinstance(field, Choice | MultiChoice) and not isinstance(field, Country)
    )
