"""What all parts of an import page start from."""

from functools import cached_property

from django.utils.text import capfirst

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.services import Preview
from jantar.engine.transfer.targets import Target, targets_of

#: Value, label and whether it is chosen.
Option = tuple[str, str, bool]


class ImportBasis:
    """An import, who looks at it, and the types of its rows."""

    def __init__(self, run: ImportRun, actor: Actor, errors: dict[str, list[str]] | None = None) -> None:
        self.run = run
        self.actor = actor
        self.record_type = registry.get(run.record_type)
        self.plan = Plan.from_json(run.plan)
        self.plan.also = [name for name in self.plan.also if name in registry]
        self.errors = errors or {}
        self.preview: Preview | None = None
        #: By place the columns that are to become fields of their own, and the kind chosen, "" for the proposed one.
        self.new_fields: dict[int, str] = {}

    @cached_property
    def targets(self) -> dict[str, Target]:
        return targets_of(self.record_type, self.actor)

    @cached_property
    def types(self) -> list[tuple[str, RecordType]]:
        """The types of the import by their prefix: its own, then those that its rows hold besides."""
        return [("", self.record_type), *((name, registry.get(name)) for name in self.plan.also)]

    def labelled(self, record_type: RecordType, label: object) -> str:
        """A field, with its type where there are several."""
        plain = capfirst(str(label))
        return f"{capfirst(str(record_type.label))}: {plain}" if self.plan.also else plain
