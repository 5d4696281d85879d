"""Importing rows that hold records of several types, linked to each other. A row goes in as a whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import capfirst

from jantar.engine.fields.conventions import Conventions
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import Errors
from jantar.engine.records.record_type import RecordType
from jantar.engine.transfer.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, WRONG, LeftEmpty, Outcome
from jantar.engine.transfer.links import in_order, links_of
from jantar.engine.transfer.of_type import TypeImporter
from jantar.engine.transfer.plan import Plan, full_key
from jantar.engine.transfer.references import resolve
from jantar.engine.transfer.rows import ReadRow, add_told_rows, reasons
from jantar.engine.transfer.sheets import Row

#: What became of a row is the first of these that became of one of its records.
STRONGEST = (CREATED, UPDATED, UNCHANGED, SKIPPED)

Reads = dict[str, dict[int, ReadRow]]
Refused = dict[int, Errors]


class CombinedImporter:
    """Goes through the types in the order of their links: what is referred to comes before what refers to it."""

    def __init__(self, record_type: RecordType, plan: Plan, actor: Actor, conventions: Conventions) -> None:
        types, links = plan.types(record_type), links_of(plan, record_type, actor)
        self.main = record_type
        self.types = {
            name: TypeImporter(name, one, plan, actor, conventions, [link for link in links if link.source == name])
            for name, one in in_order(types, links)
        }
        #: By type what became of its records in the last batch.
        self.type_counts: dict[str, dict[str, int]] = {}
        self.left_empty = LeftEmpty()

    @property
    def default_errors(self) -> Errors:
        return {
            full_key(name, key): messages
            for name, one in self.types.items()
            for key, messages in one.defaults.errors.items()
        }

    @property
    def references_created(self) -> dict[str, int]:
        return {
            full_key(name, key): number
            for name, one in self.types.items()
            for key, number in one.references_created.items()
        }

    def remember(self, rows: Sequence[Row]) -> None:
        """Takes note of rows that an earlier attempt has dealt with, so that later ones are seen to repeat them."""
        with transaction.atomic():
            reads = self._read(rows)
            self._agreed(reads, self._misread(reads), dry=False)
            transaction.set_rollback(True)
            self._conclude(store=False)

    def batch(self, rows: Sequence[Row], *, store: bool) -> list[Outcome]:
        """Deals with the rows; a number of statements for each type. What is only tried leaves nothing behind."""
        with transaction.atomic():
            reads = self._read(rows)
            refused = self._misread(reads)
            while True:
                self._agreed(reads, refused, dry=not store)
                if not store or not (more := self._stored()):
                    break
                refused |= more
            if not store:
                transaction.set_rollback(True)
            self._conclude(store=store)
        self.left_empty = LeftEmpty()
        for name, of_type in reads.items():
            for place, read in of_type.items():
                if place not in refused:
                    self.left_empty.add(name, read)
        return [self._outcome(place, row, refused) for place, row in enumerate(rows)]

    def reason(self, outcome: Outcome) -> str:
        """Why the row was refused, with types and fields named."""
        labels: dict[str, object] = {}
        for one in self.types.values():
            name = capfirst(str(one.record_type.label))
            labels[f"{one.record_type.name}/"] = name
            own = {key: target.label for key, target in one.targets.items()}
            own |= {key: field.label for key, field in one.fields.items()}
            own |= {part.name: part.label for part in one.record_type.parts}
            labels |= {f"{one.record_type.name}/{key}": f"{name}: {label}" for key, label in own.items()}
        return reasons(outcome.errors, {}, labels)

    def _read(self, rows: Sequence[Row]) -> Reads:
        """What each row says of each type; nothing where all its cells for a type are empty."""
        found: Reads = {}
        for name, one in self.types.items():
            reads = {place: one.reader.read(row) for place, row in enumerate(rows)}
            add_told_rows(list(reads.values()), one.targets, one.actor)
            found[name] = {place: read for place, read in reads.items() if says_something(read)}
            resolve(one.resolvers, list(found[name].values()))
        return found

    def _misread(self, reads: Reads) -> Refused:
        refused: Refused = {}
        for name, of_type in reads.items():
            for place, read in of_type.items():
                self._refuse(refused, name, {place: read.errors} if read.errors else {})
        for name, of_type in reads.items():
            self._refuse(refused, name, self.types[name].tell_more({n: r for n, r in of_type.items() if n in refused}))
        return refused

    def _refuse(self, refused: Refused, name: str, errors: Mapping[int, Errors]) -> None:
        """Adds the errors of a type, named with it; what concerns the whole row only once."""
        type_name = self.types[name].record_type.name
        for place, found in errors.items():
            told = refused.setdefault(place, {})
            for key, messages in found.items():
                if key or messages not in told.values():
                    told[f"{type_name}/{key}"] = messages

    def _agreed(self, reads: Reads, refused: Refused, *, dry: bool) -> None:
        """Checks the rows; again without those that are refused, as long as others speak of the same records."""
        while True:
            for name, one in self.types.items():
                one.gather({place: r for place, r in reads[name].items() if place not in refused}, self.types)
                one.examine(dry=dry)
            errors: Refused = {}
            for name, one in self.types.items():
                self._refuse(errors, name, one.errors)
            refused |= errors
            if all(one.drop(errors) for one in self.types.values()):
                return

    def _stored(self) -> Refused:
        """Stores all types; when the database refuses a record, none, and says which."""
        refused: Refused = {}
        with transaction.atomic():
            for name, one in self.types.items():
                self._refuse(refused, name, one.store())
                if refused:
                    transaction.set_rollback(True)
                    break
        return refused

    def _conclude(self, *, store: bool) -> None:
        self.type_counts = {}
        for one in self.types.values():
            one.settle(store=store)
            self.type_counts[one.record_type.name] = dict(one.conclude())

    def _outcome(self, place: int, row: Row, refused: Refused) -> Outcome:
        if place in refused:
            return Outcome(row, WRONG, errors=refused[place])
        met = {name: one for name, one in self.types.items() if place in one.at}
        kinds = {one.outcome_at(place) for one in met.values()}
        outcome = Outcome(row, next((kind for kind in STRONGEST if kind in kinds), UNCHANGED))
        outcome.records = {name: one.at[place].line.record for name, one in met.items()}
        outcome.record = next(iter(outcome.records.values()), None)
        outcome.changed = frozenset(changed_in(met, place))
        return outcome


def says_something(read: ReadRow) -> bool:
    return bool(read.values or read.references or read.parts or read.errors)


def changed_in(met: Mapping[str, TypeImporter], place: int) -> Iterable[str]:
    for name, one in met.items():
        if one.outcome_at(place) == UPDATED:
            yield from (full_key(name, key) for key in one.at[place].line.changed)


def counts_with_types(before: Mapping[str, Any], importer: Any) -> dict[str, dict[str, int]]:
    """The counts of records by type so far, those of the last batch added."""
    found = {name: dict(counts) for name, counts in before.items()}
    for name, counts in importer.type_counts.items():
        mine = found.setdefault(name, {})
        for kind, number in counts.items():
            mine[kind] = mine.get(kind, 0) + number
    return found
