"""Which columns go to which fields, of which types."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.text import capfirst

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.transfer.import_page.basis import ImportBasis, Option
from jantar.engine.transfer.links import acyclic, joinable, label_of, possible_links
from jantar.engine.transfer.new_fields import PLAIN, proposals
from jantar.engine.transfer.plan import full_key
from jantar.engine.transfer.targets import targets_of

SAMPLE_LENGTH = 60
#: Stands in a form for a column that is to become a field of its own.
NEW_FIELD = "+"


@dataclass(frozen=True)
class ColumnChoice:
    """A column of the file with the field it goes to."""

    place: int
    header: str
    samples: str
    chosen: str
    #: Becomes a field of its own, of one of the kinds.
    is_new: bool = False
    kinds: Sequence[Option] = ()


class ColumnsPart(ImportBasis):
    new_field = NEW_FIELD

    @cached_property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The fields to choose from: those of the record, then those of its parts; then those of the other types."""
        found: dict[str, list[tuple[str, str]]] = {}
        for prefix, record_type in self.types:
            label = capfirst(str(record_type.label))
            for key, target in targets_of(record_type, self.actor).items():
                section = capfirst(str(target.section))
                name = f"{label}: {section}" if prefix and section else section or label
                told = capfirst(str(target.label))
                found.setdefault(name, []).append((full_key(prefix, key), f"{label}: {told}" if prefix else told))
        return list(found.items())

    @cached_property
    def joinable(self) -> list[Option]:
        """Types that the rows can hold besides."""
        found = joinable(self.record_type, self.actor)
        return [(one.name, capfirst(str(one.label_plural)), one.name in self.plan.also) for one in found]

    @cached_property
    def links(self) -> list[Option]:
        """References between the types of a row, and what they are filled with."""
        types = dict(self.types)
        offered = possible_links(self.plan, self.plan.types(self.record_type), self.actor) if self.plan.also else []
        chosen = {link.key for link in acyclic(offered)} if self.plan.links is None else set(self.plan.links)
        found = []
        for link in offered:
            filled = " / ".join(str(types[name].label) for name in link.targets)
            found.append((link.key, f"{label_of(link, self.record_type)} ← {filled}", link.key in chosen))
        return found

    @cached_property
    def columns(self) -> list[ColumnChoice]:
        kinds = self._new_kinds() if self.can_add else {}
        return [
            ColumnChoice(
                place, column.header, " · ".join(s[:SAMPLE_LENGTH] for s in column.samples), chosen,
                place in kinds, kinds.get(place, ()),
            )
            for place, (column, chosen) in enumerate(zip(self.plan.columns, self.plan.mapping, strict=False))
        ]  # fmt: skip

    @property
    def can_add(self) -> bool:
        """Whether a column can become a field of its own."""
        return bool(self.actor.is_admin and self.run.file_id)

    def _new_kinds(self) -> dict[int, list[Option]]:
        """By place of the columns that are to become new fields the kinds to choose from."""
        try:
            proposed = {one.place: one.kind for one in proposals(self.run, sorted(self.new_fields))}
        except Invalid:
            return {}
        labels = [(kind, capfirst(str(label))) for kind, label in CustomField.KINDS if kind in PLAIN]
        return {
            place: [(kind, label, kind == (self.new_fields[place] or one)) for kind, label in labels]
            for place, one in proposed.items()
        }

    @property
    def mapped(self) -> int:
        return sum(1 for key in self.plan.mapping if key)

    @property
    def constants(self) -> list[tuple[int, str, str]]:
        """What was chosen, and one empty line."""
        return [(n, *pair) for n, pair in enumerate([*self.plan.constants.items(), ("", "")])]
