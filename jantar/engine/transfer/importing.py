"""Importing the rows of a sheet, a batch at a time: read, find references, match, check and (or not) store."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jantar.engine.fields.address import SomeParts, united, with_pieces
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import bulk
from jantar.engine.records.checking import Errors
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import pointer_of
from jantar.engine.transfer import plan as modes
from jantar.engine.transfer.matching import Match, Matcher
from jantar.engine.transfer.plan import Plan, full_key
from jantar.engine.transfer.references import Resolver, resolve, resolver_for
from jantar.engine.transfer.rows import ReadRow, RowReader, add_told_rows, reasons
from jantar.engine.transfer.several_references import several_resolver
from jantar.engine.transfer.sheets import Row
from jantar.engine.transfer.targets import ID, targets_of
from jantar.engine.transfer.telling import add_own_errors, tell_more
from jantar.engine.transfer.values import words_for

CREATED, UPDATED, UNCHANGED, SKIPPED, WRONG = "created", "updated", "unchanged", "skipped", "errors"
#: So many of the texts that led nowhere are told.
NAMED_TEXTS = 10
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED, WRONG)


@dataclass
class Outcome:
    """What became (or would become) of one row. `record` is the stored or drafted one, None when wrong.

    `records` are those of all types of the row by prefix when it holds several.
    """

    row: Row
    kind: str = ""
    record: Any = None
    changed: frozenset[str] = frozenset()
    errors: Errors = field(default_factory=dict)
    records: dict[str, Any] = field(default_factory=dict)


class LeftEmpty(dict[str, dict[str, Any]]):
    """By reference the rows in which it was left out because nothing was found, and the first texts."""

    def add(self, prefix: str, read: ReadRow) -> None:
        for name, text in read.left_out.items() if not read.errors else ():
            key = full_key(prefix, name)
            self.merge({key: {"rows": 1, "texts": [text[:100]]}})

    def merge(self, more: Mapping[str, Mapping[str, Any]]) -> None:
        for key, told in more.items():
            mine = self.setdefault(key, {"rows": 0, "texts": []})
            mine["rows"] += told["rows"]
            mine["texts"] = list(dict.fromkeys([*mine["texts"], *told["texts"]]))[:NAMED_TEXTS]


class Importer:
    """Keeps what has to be known over the whole file: earlier rows, found references."""

    def __init__(self, record_type: RecordType, plan: Plan, actor: Actor, conventions: Conventions) -> None:
        self.record_type = record_type
        self.plan = plan
        self.actor = actor
        self.fields = record_type.fields(actor)
        self.targets = targets_of(record_type, actor)
        self.reader = RowReader(plan, self.targets, conventions, words_for(plan, record_type))
        self.defaults = self.reader.constants(self.targets)
        self.matcher = Matcher(record_type, [] if plan.mode == modes.CREATE else plan.match, actor)
        self.resolvers = [self._resolver(name, plan) for name in self._references(plan.mapping)]
        self.left_empty = LeftEmpty()
        resolve([self._resolver(name) for name in self._references(plan.values_given)], [self.defaults])

    #: Only where rows hold records of several types (`combined`).
    type_counts: Mapping[str, Mapping[str, int]] = {}

    @property
    def default_errors(self) -> Errors:
        return self.defaults.errors

    @property
    def references_created(self) -> dict[str, int]:
        return {resolver.name: len(resolver.created) for resolver in self.resolvers if resolver.created}

    def _references(self, keys: Iterable[str]) -> list[str]:
        return [key for key in dict.fromkeys(keys) if pointer_of(self.fields.get(key))]

    def _resolver(self, name: str, plan: Plan | None = None) -> Resolver:
        one, reference = self.fields[name], pointer_of(self.fields[name])
        assert reference
        by = plan.find_by.get(name, "") if plan else ""
        if isinstance(one, RecordsOf):
            leave = plan is not None and name in plan.leave_empty
            return several_resolver(one, actor=self.actor, by=by, leave_empty=leave)
        if plan is None:
            return resolver_for(self.record_type, reference, self.actor)
        options = {"create_missing": name in plan.create_missing, "leave_empty": name in plan.leave_empty}
        return resolver_for(self.record_type, reference, self.actor, by=by, **options)

    def completed(self, values: Mapping[str, Any], record: Any = None) -> dict[str, Any]:
        """The values with what the type adds for files that leave it open, and the pieces that the record has."""
        pieces = {name: value for name, value in values.items() if record and isinstance(value, SomeParts)}
        values = {**values, **{name: united(self.fields[name].read(record), one) for name, one in pieces.items()}}
        more = self.record_type.complete_import(values, record) if self.record_type.complete_import else {}
        return {**values, **more}

    def remember(self, rows: Sequence[Row]) -> None:
        """Takes note of rows that an earlier attempt has dealt with, so that later ones are seen to repeat them."""
        with transaction.atomic():
            self._lines([self.reader.read(row) for row in rows], [Outcome(row) for row in rows])
            transaction.set_rollback(True)
            self._settle({}, [], store=False)

    def batch(self, rows: Sequence[Row], *, store: bool) -> list[Outcome]:
        """Deals with the rows; a fixed number of statements. What is only tried leaves nothing behind."""
        with transaction.atomic():
            outcomes = [Outcome(row) for row in rows]
            reads = [self.reader.read(row) for row in rows]
            lines = self._lines(reads, outcomes)
            self._sort_out(lines, outcomes)
            self._tell_all(reads, outcomes)
            if store:
                self._store(lines, outcomes)
            else:
                transaction.set_rollback(True)
            self._settle(lines, outcomes, store=store)
        return outcomes

    def _settle(self, lines: Mapping[int, bulk.Line], outcomes: Sequence[Outcome], *, store: bool) -> None:
        good = [lines[place] for place, outcome in enumerate(outcomes) if outcome.kind in (CREATED, UPDATED)]
        for resolver in self.resolvers:
            values = (line.values.get(resolver.name) for line in good)
            resolver.settle(resolver.used(values), store=store)

    def reason(self, outcome: Outcome) -> str:
        """Why the row was refused, with the fields named."""
        labels = {name: one.label for name, one in self.fields.items()}
        labels |= {part.name: part.label for part in self.record_type.parts}
        return reasons(outcome.errors, self.targets, labels)

    def _tell_all(self, reads: Sequence[ReadRow], outcomes: Sequence[Outcome]) -> None:
        """Names with what could not be read what else is wrong with those rows."""
        for place, more in tell_more(self, {n: read for n, read in enumerate(reads) if read.errors}).items():
            outcomes[place].errors |= more

    def _lines(self, reads: Sequence[ReadRow], outcomes: Sequence[Outcome]) -> dict[int, bulk.Line]:
        """A checked line for every row that could be read, by its place in the batch."""
        resolve(self.resolvers, reads)
        add_told_rows(reads, self.targets, self.actor)
        self.left_empty = LeftEmpty()
        lines: dict[int, bulk.Line] = {}
        for place, read in enumerate(reads):
            outcomes[place].errors = read.errors
            self.left_empty.add("", read)
            if not read.errors:
                lines[place] = bulk.Line(
                    self.completed(with_pieces(self.defaults.values, read.values)), parts=read.parts
                )
        bulk.draft_new(self.record_type, list(lines.values()), self.actor)
        for line in lines.values():
            add_own_errors(self.record_type, line, self.actor)
        self._match(lines, reads, outcomes)
        return lines

    def _match(self, lines: dict[int, bulk.Line], reads: Sequence[ReadRow], outcomes: Sequence[Outcome]) -> None:
        """Replaces the drafts of records that exist by changes of those records."""
        keys = {place: self.matcher.keys_of(line.record) for place, line in lines.items()}
        for place, row_keys in keys.items():
            if repeated := self.matcher.repeated(row_keys, outcomes[place].row.number):
                outcomes[place].errors = {"": [repeated], **lines[place].errors}
        matches = dict(zip(keys, self.matcher.find(list(keys.values())), strict=True))
        self._match_ids(matches, reads)
        self._turn_into_changes(lines, reads, outcomes, matches)

    def _match_ids(self, matches: dict[int, Match], reads: Mapping[int, ReadRow] | Sequence[ReadRow]) -> None:
        if not self.matcher.by_id:
            return
        ids = {place: int(reads[place].references[ID]) for place in matches if ID in reads[place].references}
        found = self.matcher.find_ids(list(ids.values()))
        for place, pk in ids.items():
            matches[place] = Match(pk) if pk in found else Match(error=_("There is no such record."))

    def _turn_into_changes(
        self,
        lines: dict[int, bulk.Line],
        reads: Sequence[ReadRow],
        outcomes: Sequence[Outcome],
        matches: Mapping[int, Match],
    ) -> None:
        matched = {place: match.pk for place, match in matches.items() if match.pk and not outcomes[place].errors}
        editable = self.record_type.visible_to(self.actor, "edit").filter(pk__in=set(matched.values()))
        locked = editable.order_by("pk").select_for_update(of=("self",))  # in order, so that imports wait in turn
        records = {record.pk: record for record in locked}
        for place, match in matches.items():
            outcome, read = outcomes[place], reads[place]
            if outcome.errors:
                continue
            if match.error:
                outcome.errors = {"": [match.error]}
            elif match.pk is None:
                if self.plan.mode == modes.ONLY_UPDATE:
                    outcome.errors = {"": [_("There is no record that fits this row.")]}
                else:
                    outcome.kind, outcome.errors = CREATED, lines[place].errors
            elif self.plan.mode == modes.SKIP:
                outcome.kind = SKIPPED
            elif match.pk not in records:
                outcome.errors = {"": [_("You may see this record but not change it.")]}
            else:
                outcome.kind = UPDATED
                emptied = {name: self.fields[name].empty for name in read.emptied if name in self.fields}
                record = records[match.pk]
                lines[place] = bulk.Line(self.completed({**emptied, **read.values}, record), record, read.parts)

    def _sort_out(self, lines: dict[int, bulk.Line], outcomes: Sequence[Outcome]) -> None:
        """Checks the changes; afterwards every outcome has its kind."""
        changes = {place: line for place, line in lines.items() if outcomes[place].kind == UPDATED}
        bulk.apply_changes(self.record_type, list(changes.values()), self.actor)
        for change in changes.values():
            add_own_errors(self.record_type, change, self.actor)
        for place, outcome in enumerate(outcomes):
            line = lines.get(place)
            if outcome.kind == UPDATED and line:
                outcome.errors, outcome.changed = line.errors, line.changed
                outcome.kind = UPDATED if line.has_work else UNCHANGED
            if outcome.errors:
                outcome.kind = WRONG
            elif line:
                outcome.record = line.record

    def _store(self, lines: dict[int, bulk.Line], outcomes: Sequence[Outcome]) -> None:
        for kind, store in ((CREATED, bulk.store_new), (UPDATED, bulk.store_changes)):
            places = [place for place, outcome in enumerate(outcomes) if outcome.kind == kind]
            store(self.record_type, [lines[place] for place in places], self.actor)
            for place in places:
                if lines[place].errors:
                    outcomes[place].kind, outcomes[place].errors = WRONG, lines[place].errors
                    outcomes[place].record = None


def counts_of(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many rows had each outcome."""
    counted = Counter(outcome.kind for outcome in outcomes)
    return {kind: counted.get(kind, 0) for kind in OUTCOMES}
