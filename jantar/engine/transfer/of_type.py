"""The records of one type in rows that hold several: found or made once, however many rows speak of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.address import with_pieces
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import bulk
from jantar.engine.records.checking import Errors, prepare
from jantar.engine.records.copying import reserve_ids
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.write import apply
from jantar.engine.transfer import plan as modes
from jantar.engine.transfer.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, Importer
from jantar.engine.transfer.links import Link
from jantar.engine.transfer.matching import Keys, Match, Matcher
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.repeats import Index, Spoken, united
from jantar.engine.transfer.rows import ReadRow
from jantar.engine.transfer.telling import add_own_errors, tell_more


@dataclass(eq=False)
class Entity:
    """One record of a batch, and the places of the rows that speak of it; `earlier` when rows before them did too.

    `line` has the values that are news, `news` the places that brought some.
    """

    spoken: Spoken
    line: bulk.Line
    emptied: list[str]
    earlier: Spoken | None = None
    places: list[int] = field(default_factory=list)
    news: set[int] = field(default_factory=set)
    kind: str = ""
    #: Nothing of it is in the database: it is stored with the batch, or would have been with an earlier one.
    is_coming: bool = False
    errors: Errors = field(default_factory=dict)


class TypeImporter(Importer):
    """As an importer of that type alone, but several rows may speak of one record as long as they agree."""

    def __init__(
        self, prefix: str, record_type: RecordType, plan: Plan, actor: Actor, conventions: Conventions,
        links: Sequence[Link],
    ) -> None:  # fmt: skip
        super().__init__(record_type, plan.of_type(prefix), actor, conventions)
        self.prefix = prefix
        self.links = links
        guards = [link.field for link in links if link.part is None and isinstance(link.field, Reference)]
        self.matcher = Matcher(record_type, self.plan.match, actor, guards)
        self.index = Index(self.matcher)
        self.entities: list[Entity] = []
        self.at: dict[int, Entity] = {}
        self.errors: dict[int, Errors] = {}

    # Which records the rows speak of --------------------------------------------------------------

    def gather(self, reads: Mapping[int, ReadRow], others: Mapping[str, "TypeImporter"]) -> None:
        """Makes an entity of each record that the rows speak of, linked to those of the other types."""
        self.entities, self.at, self.errors = [], {}, {}
        lines = {place: self._line(place, read, others) for place, read in reads.items()}
        drafts = [bulk.Line(with_pieces(self.defaults.values, line.values)) for line in lines.values()]
        bulk.make_drafts(self.record_type, drafts, self.actor)
        prepare(self.record_type, [line.record for line in drafts], [line.values for line in drafts], self.actor)
        for line, draft in zip(lines.values(), drafts, strict=True):
            line.record = draft.record
        keys = {place: self.matcher.keys_of(line.record) for place, line in lines.items()}
        matches = self._matches(keys, reads)
        known = _InBatch(self.matcher)
        for place, line in lines.items():
            self._place(place, reads[place], line, keys[place], matches[place], known)

    def _line(self, place: int, read: ReadRow, others: Mapping[str, "TypeImporter"]) -> bulk.Line:
        values, coming = dict(read.values), {}
        parts = {name: [*rows] for name, rows in read.parts.items()}
        for link in self.links:
            found = (others[name].at.get(place) for name in link.targets)
            if (entity := next(filter(None, found), None)) is None:
                continue
            if link.part:
                parts.setdefault(link.part.name, []).append({link.field.name: entity.line.record})
            else:
                values[link.name] = entity.line.record
                if entity.is_coming:
                    coming[link.name] = entity.line.record
        return bulk.Line(values, parts=parts, coming=coming)

    def _matches(self, keys: Mapping[int, Keys], reads: Mapping[int, ReadRow]) -> dict[int, Match]:
        if self.plan.mode == modes.CREATE:
            return {place: Match() for place in keys}
        matches = dict(zip(keys, self.matcher.find(list(keys.values())), strict=True))
        self._match_ids(matches, reads)
        return matches

    def _place(self, place: int, read: ReadRow, line: bulk.Line, keys: Keys, match: Match, known: "_InBatch") -> None:
        earlier = self.index.find(keys) or self.index.by_pk.get(match.pk or 0)
        entity = known.find(earlier, keys, match.pk)
        if entity is None:
            spoken = earlier.copy() if earlier else Spoken(read.row.number, keys, match.pk)
            entity = Entity(spoken, bulk.Line({}, line.record, {}), read.emptied, earlier)
            entity.line.values = {} if earlier else dict(self.defaults.values)
            self.entities.append(entity)
        if entity.spoken.pk is None:
            entity.spoken.pk = match.pk
            if match.error:
                self.errors[place] = {"": [match.error]}
        self.at[place] = entity
        entity.places.append(place)
        self._hear(entity, place, line, keys)
        known.add(entity)

    def _hear(self, entity: Entity, place: int, line: bulk.Line, keys: Keys) -> None:
        """Takes over what the row says of the record. A second phone is one more, other fields have to agree."""
        values = dict(line.values)
        parts = {name: [*rows] for name, rows in line.parts.items()}
        for part in self.record_type.parts:
            for name, start in part.more_of.items():
                if name in values and entity.spoken.disagreeing({name: values[name]}):
                    parts.setdefault(part.name, []).append({**start, part.value: values.pop(name)})
        if name := entity.spoken.disagreeing(values):
            told = {"row": entity.spoken.number}
            self.errors[place] = {name: [_("Row %(row)d says something else about the same record.") % told]}
            return
        news = entity.spoken.say(values)
        entity.line.values = with_pieces(entity.line.values, news)
        entity.line.coming = {**entity.line.coming, **line.coming}
        entity.line.parts = united_parts(entity.line.parts, parts)
        entity.spoken.keys = united(entity.spoken.keys, keys)
        if news or parts:
            entity.news.add(place)
        if line.record is not entity.line.record:
            apply(self.record_type, entity.line.record, news, self.actor)

    def tell_more(self, reads: Mapping[int, ReadRow]) -> dict[int, Errors]:
        """What else is wrong with rows that go in no more."""
        return tell_more(self, reads, [link.name for link in self.links])

    # Whether they can be stored -------------------------------------------------------------------

    def examine(self, *, dry: bool) -> None:
        """Checks all of them and gives new ones their ids, so that others can refer to them."""
        stored = [one for one in self.entities if one.spoken.pk is not None and not (dry and _would_be_new(one))]
        self._turn_stored(stored)
        new = [one for one in self.entities if one.spoken.pk is None]
        self._check_new(new)
        changed = [one for one in stored if one.kind == UPDATED]
        bulk.apply_changes(self.record_type, [one.line for one in changed], self.actor)
        self._refuse_uneditable(changed)
        for one in self.entities:
            if one.kind == UPDATED and not one.line.errors and not one.line.has_work:
                one.kind = UNCHANGED
            elif not one.kind:
                one.kind, one.is_coming, one.line.record.pk = UNCHANGED, True, one.spoken.pk
            one.errors = one.errors or one.line.errors
            for place in one.places if one.errors else ():
                self.errors.setdefault(place, one.errors)

    def _check_new(self, new: Sequence[Entity]) -> None:
        if self.plan.mode == modes.ONLY_UPDATE:
            for one in new:
                one.errors = {"": [_("There is no record that fits this row.")]}
        for one in new:
            self._complete(one)
        bulk.check_drafts(self.record_type, [one.line for one in new], self.actor)
        for one in new:
            add_own_errors(self.record_type, one.line, self.actor)
        reserve_ids(self.record_type.model, [one.line.record for one in new])
        for one in new:
            one.kind, one.is_coming = CREATED, True

    def _complete(self, one: Entity) -> None:
        """Adds what the type asks for and the file leaves open."""
        values = self.completed(one.line.values)
        more = {name: value for name, value in values.items() if name not in one.line.values}
        if more:
            one.line.values = values
            apply(self.record_type, one.line.record, more, self.actor)

    def _turn_stored(self, stored: Sequence[Entity]) -> None:
        """Replaces the drafts of records that exist by the records themselves."""
        seen = self.record_type.visible_to(self.actor).filter(pk__in={one.spoken.pk for one in stored})
        records = {one.pk: one for one in seen.order_by("pk").select_for_update(of=("self",))} if stored else {}
        for one in stored:
            if self.plan.mode == modes.SKIP and not _would_be_new(one):
                one.kind, one.line.record.pk = SKIPPED, one.spoken.pk
            elif one.spoken.pk not in records:
                one.kind, one.errors = UNCHANGED, {"": [_("There is no such record.")]}
            else:
                one.kind = UPDATED
                said = {name: value for name, value in one.line.values.items() if name in one.spoken.said}
                emptied = {name: self.fields[name].empty for name in one.emptied if name in self.fields}
                unsaid = {name: value for name, value in emptied.items() if name not in one.spoken.said}
                record = records[one.spoken.pk]
                values = self.completed({**unsaid, **said}, record)
                one.line = bulk.Line(values, record, one.line.parts, coming=one.line.coming)

    def _refuse_uneditable(self, changed: Sequence[Entity]) -> None:
        """Others may be referred to without being changed."""
        touched = {one.spoken.pk: one for one in changed if one.line.has_work}
        editable = self.record_type.visible_to(self.actor, "edit").filter(pk__in=set(touched))
        for pk in touched.keys() - (set(editable.values_list("pk", flat=True)) if touched else set()):
            touched[pk].errors = {"": [_("You may see this record but not change it.")]}

    def drop(self, places: Iterable[int]) -> bool:
        """Leaves out the records of refused rows. False when another row speaks of one of them, too."""
        refused = set(places)
        if any(refused.intersection(one.places) and not refused.issuperset(one.places) for one in self.entities):
            return False
        self.entities = [one for one in self.entities if not refused.intersection(one.places)]
        return True

    # Storing --------------------------------------------------------------------------------------

    def store(self) -> dict[int, Errors]:
        """Stores what is new or changed. What the database refuses is told by place."""
        refused: dict[int, Errors] = {}
        for kind, store in ((CREATED, bulk.store_new), (UPDATED, bulk.store_changes)):
            chosen = [one for one in self.entities if one.kind == kind]
            store(self.record_type, [one.line for one in chosen], self.actor)
            refused |= {place: one.line.errors for one in chosen if one.line.errors for place in one.places}
        return refused

    def conclude(self) -> Counter[str]:
        """Remembers what the rows spoke of, and counts the records that they are the first to speak of."""
        counts: Counter[str] = Counter()
        for one in self.entities:
            spoken = one.spoken
            spoken.pk = one.line.record.pk
            if one.earlier is None:
                spoken.kind = one.kind
                counts[one.kind] += 1
                self.index.add(spoken)
                continue
            if one.kind == UPDATED and spoken.kind == UNCHANGED:
                counts.update({UNCHANGED: -1, UPDATED: 1})
                spoken.kind = UPDATED
            one.earlier.keys, one.earlier.said, one.earlier.kind = spoken.keys, spoken.said, spoken.kind
            self.index.add(one.earlier)
        return counts

    def settle(self, *, store: bool) -> None:
        """Keeps of the references made on the way those that are used."""
        for resolver in self.resolvers:
            values = (one.line.values.get(resolver.name) for one in self.entities)
            resolver.settle(resolver.used(values), store=store)

    def outcome_at(self, place: int) -> str:
        """What the row did to its record of this type."""
        one = self.at[place]
        if one.kind == CREATED and place != one.places[0]:
            return UNCHANGED
        return one.kind if one.kind != UPDATED or place in one.news or place == one.places[0] else UNCHANGED


class _InBatch:
    """The entities of a batch by what tells them apart."""

    def __init__(self, matcher: Matcher) -> None:
        self.index = Index(matcher)
        self.entities: dict[int, Entity] = {}
        self.by_earlier: dict[int, Entity] = {}

    def find(self, earlier: Spoken | None, keys: Keys, pk: int | None) -> Entity | None:
        if earlier:
            return self.by_earlier.get(id(earlier))
        spoken = self.index.find(keys) or self.index.by_pk.get(pk or 0)
        return self.entities[id(spoken)] if spoken else None

    def add(self, entity: Entity) -> None:
        self.index.add(entity.spoken)
        self.entities[id(entity.spoken)] = entity
        if entity.earlier:
            self.by_earlier[id(entity.earlier)] = entity


def _would_be_new(one: Entity) -> bool:
    """Whether rows before the batch made it."""
    return one.earlier is not None and one.earlier.kind == CREATED


def united_parts(parts: Mapping[str, list[Any]], more: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: [*parts.get(name, ()), *more.get(name, ())] for name in {**parts, **more}}
