"""Which columns go to which fields, of which types."""

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

NEW_FIELDS = 20
SAMPLE_LENGTH = 60


@dataclass(frozen=True)
class ColumnChoice:
    """A column of the file with the field it goes to."""

    place: int
    header: str
    samples: str
    chosen: str


class ColumnsPart(ImportBasis):
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

    @property
    def columns(self) -> list[ColumnChoice]:
        return [
            ColumnChoice(place, column.header, " · ".join(s[:SAMPLE_LENGTH] for s in column.samples), chosen)
            for place, (column, chosen) in enumerate(zip(self.plan.columns, self.plan.mapping, strict=False))
        ]

    @cached_property
    def without_field(self) -> list[tuple[int, str, list[Option]]]:
        """Filled columns that go nowhere, with the kinds a field of theirs could be of; for administrators."""
        if not self.actor.is_admin or not self.run.file_id:
            return []
        try:
            found = proposals(self.run, NEW_FIELDS)
        except Invalid:
            return []
        kinds = [(kind, label) for kind, label in CustomField.KINDS if kind in PLAIN]
        return [
            (one.place, one.header, [(kind, capfirst(str(label)), kind == one.kind) for kind, label in kinds])
            for one in found
        ]

    @property
    def mapped(self) -> int:
        return sum(1 for key in self.plan.mapping if key)

    @property
    def constants(self) -> list[tuple[int, str, str]]:
        """What was chosen, and one empty line."""
        return [(n, *pair) for n, pair in enumerate([*self.plan.constants.items(), ("", "")])]
