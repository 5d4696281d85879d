"""What came of an import, or would."""

from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from jantar.engine.history.kept import undoing_that_kept
from jantar.engine.history.models import Change
from jantar.engine.records.registry import registry
from jantar.engine.transfer.import_page.basis import ImportBasis
from jantar.engine.transfer.import_page.kinds import TONES, kinds
from jantar.engine.transfer.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, WRONG
from jantar.engine.transfer.plan import SEPARATOR, full_key, own_key

LINKED = 20
REFUSED_SHOWN = 20


class OutcomePart(ImportBasis):
    @property
    def counts(self) -> dict[str, Any]:
        return self.run.counts or self.run.forecast or {}

    @property
    def tiles(self) -> list[tuple[str, int, str]]:
        """Label, number and colour of each outcome; those nobody expects only when they happened."""
        labels, always = kinds(), (CREATED, UPDATED, UNCHANGED, WRONG)
        return [
            (labels[kind], self.counts.get(kind, 0), TONES[kind])
            for kind in (CREATED, UPDATED, UNCHANGED, SKIPPED, WRONG)
            if kind in always or self.counts.get(kind)
        ]

    @property
    def type_counts(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """By type what became of its records, where rows hold several types."""
        labels, found = kinds(), []
        for name, counts in self.counts.get("types", {}).items():
            if name in registry:
                told = [(labels[kind], counts.get(kind, 0)) for kind in (CREATED, UPDATED, UNCHANGED)]
                found.append((capfirst(str(registry.get(name).label_plural)), told))
        return found

    @property
    def references_made(self) -> list[tuple[str, int]]:
        made, found = self.counts.get("references", {}), []
        for prefix, record_type in self.types:
            for name, field in record_type.fields(self.actor).items():
                if number := made.get(full_key(prefix, name)):
                    found.append((self.labelled(record_type, field.label), number))
        return found

    @property
    def left_empty(self) -> list[tuple[str, int, str]]:
        """References that were left out because nothing was found: label, rows, the first texts."""
        types, found = dict(self.types), []
        for key, told in self.counts.get("left_empty", {}).items():
            prefix = key.rpartition(SEPARATOR)[0]
            one = types[prefix].fields(self.actor).get(own_key(key, prefix)) if prefix in types else None
            if one:
                found.append((self.labelled(types[prefix], one.label), told["rows"], ", ".join(told["texts"])))
        return found

    @property
    def wrong(self) -> int:
        return int(self.counts.get(WRONG, 0))

    @property
    def refused(self) -> list[Any]:
        return list(self.run.refused.all()[:REFUSED_SHOWN])

    @cached_property
    def created(self) -> list[tuple[str, str]]:
        """Links to the first records that were made."""
        found: list[tuple[str, str]] = []
        for record_type in dict(self.types).values():
            table = record_type.model._meta.db_table
            made = Change.objects.filter(operation=self.run.operation_id, source=table, action="I").order_by("pk")
            ids = [pk for (pk,) in made.values_list("record_id")[: 5 * LINKED]]
            records = record_type.visible_to(self.actor).filter(pk__in=ids).order_by("pk")[:LINKED]
            found += [(str(record), f"/{record_type.name}/{record.pk}/") for record in records]
        return found

    @property
    def undone(self) -> bool:
        return bool(self.run.operation and self.run.operation.undone_by_id)

    @cached_property
    def kept_url(self) -> str:
        """What undoing the import left as it was, because it was changed since; "" when nothing was."""
        undoing = self.run.operation.undone_by_id if self.run.operation else None
        if undoing is None or undoing_that_kept(undoing) is None:
            return ""
        try:
            return reverse("pages:kept", args=[undoing])
        except NoReverseMatch:
            return ""

    @property
    def undo_url(self) -> str:
        stored = (
            self.counts.get(CREATED, 0) + self.counts.get(UPDATED, 0) + sum(n for _label, n in self.references_made)
        )
        if not stored or self.run.operation_id is None or self.undone or self.run.is_busy:
            return ""
        try:
            return reverse("pages:undo", args=[self.run.operation_id])
        except NoReverseMatch:
            return ""
