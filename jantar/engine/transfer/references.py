"""Finding the records that the texts of a sheet mean: by name, e-mail address or number; a batch at a time."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, ForeignKey
from django.utils.translation import gettext as _

from jantar.engine.fields.references import Reference
from jantar.engine.fields.sql import Fold
from jantar.engine.fields.text import Text
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import bulk
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.transfer.known import folded
from jantar.engine.transfer.reference_keys import found_by
from jantar.engine.transfer.rows import ReadRow
from jantar.engine.transfer.sheets import Row

_REMEMBERED = 200_000
#: So many records of the same name are named.
NAMED = 3
_NUMBER = re.compile(r"[\d@]")


@dataclass
class Resolver:
    """Resolves the texts of one reference field. Answers are remembered over the whole import."""

    reference: Reference
    actor: Actor
    create_missing: bool = False
    #: The one field it is found by; "" for its title and what its types are matched by.
    by: str = ""
    #: What is not found is left out of the row, which goes in.
    leave_empty: bool = False
    known: dict[str, list[Any]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    #: What was made for the present batch, by text.
    fresh: dict[str, Any] = field(default_factory=dict)
    everything: bool = False
    #: By text, the rows that words of other programs may mean.
    usual: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    #: By text, what the first records of that name are told apart by.
    signs: dict[str, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.reference.name

    def load(self, texts: Iterable[str], refused: Iterable[str] = ()) -> None:
        """Looks up what is not known yet: a fixed number of statements. For `refused` rows nothing is made."""
        wanted = {folded(text): text.strip() for text in texts}
        self._look_up({**{folded(text): text.strip() for text in refused}, **wanted})
        still = {key: text for key, text in wanted.items() if not self.known.get(key)}
        if still and self.create_missing:
            self._create({key: text for key, text in still.items() if key not in self.refused})

    def _look_up(self, wanted: dict[str, str]) -> None:
        missing = {key: text for key, text in wanted.items() if key not in self.known}
        if not missing:
            return
        if len(self.known) > _REMEMBERED:
            self.known.clear()
            self.signs.clear()
            self.everything = False
        if self.by:
            self.known |= found_by(self.reference, self.by, missing, self.actor)
        elif issubclass(self.reference.target, Record):
            self._find_records(missing)
        elif not self.everything:
            self._load_everything()

    def _find_records(self, missing: dict[str, str]) -> None:
        rows = self.reference.target.objects.visible_to(self.actor)  # type: ignore[attr-defined]
        left = set(missing)
        signs: dict[str, list[str]] = {}
        for name in self._names():
            # Other columns than the name are numbers and mail addresses.
            asked = left if name == self.reference.target.title_column else set(filter(_NUMBER.search, left))  # type: ignore[attr-defined]
            if asked:
                found = rows.annotate(import_key=Fold(F(name))).filter(import_key__in=asked).exclude(**{name: ""})
                for key, pk, *told in found.values_list("import_key", "pk", *self._told()):
                    self.known.setdefault(key, []).append(self.reference.target(pk=pk))
                    signs.setdefault(key, []).append(" ".join(filter(None, [*told, f"#{pk}"])))
                left -= self.known.keys()
        self.signs |= {key: told[:NAMED] for key, told in signs.items() if len(told) > 1}
        for key in left:
            self.known[key] = []

    def _names(self) -> list[str]:
        """Columns by which the target is known: its title first, then what its types are matched by."""
        title = self.reference.target.title_column  # type: ignore[attr-defined]
        names = [title]
        for record_type in registry.types_of(self.reference.target):
            for name in record_type.match:
                one = record_type.own_fields.get(name)
                if isinstance(one, Text) and not one.is_custom and name not in names:
                    names.append(name)
        return names

    def _told(self) -> list[str]:
        """Of these columns those that the actor sees."""
        types = registry.types_of(self.reference.target)
        return [name for name in self._names() if any(name in one.fields(self.actor) for one in types)]

    def _load_everything(self) -> None:
        """Users, teams, stages: tables that are small."""
        rows = self.reference.target._default_manager.all()
        if hasattr(self.reference.target, "is_active"):
            rows = rows.filter(is_active=True)
        for row in rows:
            names = {str(row), str(getattr(row, "email", ""))}
            for name in filter(None, names):
                self.known.setdefault(folded(name), []).append(row)
        self.everything = True

    def _create(self, texts: dict[str, str]) -> None:
        record_type = self.creatable()
        if record_type is None:
            return
        lines = [bulk.Line({record_type.title: text}) for text in texts.values()]
        bulk.draft_new(record_type, lines, self.actor)
        bulk.store_new(record_type, lines, self.actor)
        for key, line in zip(texts, lines, strict=True):
            if line.errors:
                self.refused[key] = " ".join(" ".join(messages) for messages in line.errors.values())
            else:
                self.known[key] = [self.reference.target(pk=line.record.pk)]
                self.fresh[key] = line.record
                self.created.add(key)

    def used(self, values: Iterable[Any]) -> set[int]:
        """The ids of the records among the values of rows."""
        return {value.pk for value in values if value is not None}

    def settle(self, used: Collection[int], *, store: bool) -> None:
        """Ends a batch: takes back what was made for rows that were refused, or all of it when nothing is stored."""
        unused = {key: record for key, record in self.fresh.items() if record.pk not in used}
        self.created -= unused.keys()
        for key in unused if store else self.fresh:
            self.known.pop(key, None)
        if store and unused:
            self.reference.target._base_manager.filter(pk__in=[record.pk for record in unused.values()]).delete()
        self.fresh.clear()

    def creatable(self) -> RecordType | None:
        """The type whose records can be made from a name alone, if the actor may."""
        for record_type in registry.types_of(self.reference.target):
            title = record_type.own_fields.get(record_type.title)
            if title and not title.read_only and self.actor.may("create", record_type.name):
                return record_type
        return None

    def is_clear(self, text: str) -> bool:
        """Whether it is known what the text means, of rows with one name by the other references of its row."""
        return len(self._meant_by(text, ReadRow(Row(0, [])))) == 1

    def put(self, read: ReadRow) -> None:
        """Puts the found record among the values of the row, or says what is wrong."""
        text = read.references[self.name]
        found = self._meant_by(text, read)
        if len(found) == 1:
            read.values[self.name] = found[0]
        elif found:
            read.refuse(self.name, self._several(text))
        elif reason := self.refused.get(folded(text)):
            read.refuse(self.name, f"“{text[:100]}”: {reason}")
        elif read.errors and self.create_missing and self.creatable():
            return  # it would have been made if the row went in
        elif self.leave_empty:
            read.left_out[self.name] = text
        else:
            read.refuse(self.name, _("There is no “%(value)s”.") % {"value": text[:100]})

    def _meant_by(self, text: str, read: ReadRow) -> list[Any]:
        """The rows that the text can mean; one when it is clear."""
        found = self.known.get(folded(text), [])
        if len(found) > 1:
            return self._agreeing(found, read)
        return found or self._usual(text, read)

    def _usual(self, text: str, read: ReadRow) -> list[Any]:
        """The row that the word of another program stands for: the only one there is, where the row belongs."""
        rows = self.usual.get(folded(text), ())
        if not rows:
            return []
        columns = [one.name for one in self.reference.target._meta.concrete_fields if isinstance(one, ForeignKey)]
        where = {name: getattr(read.values.get(name), "pk", getattr(rows[0], f"{name}_id")) for name in columns}
        fitting = [row for row in rows if all(getattr(row, f"{name}_id") == pk for name, pk in where.items())]
        return fitting if len(fitting) == 1 else []

    def _several(self, text: str) -> str:
        """Names the candidates, so that the cell can be corrected with what tells them apart."""
        signs = self.signs.get(folded(text), [])
        if len(signs) < 2:
            return _("“%(value)s” is the name of several records.") % {"value": text[:100]}
        told = {"value": text[:100], "records": "; ".join(sign[:120] for sign in signs)}
        return _("“%(value)s” is the name of several records: %(records)s") % told

    def _agreeing(self, found: list[Any], read: ReadRow) -> list[Any]:
        """Of rows with the same name the one that fits the other references of the row, else the first in order.

        Records and colleagues stand for themselves: of those with the same name none is preferred.
        """
        columns = [one.name for one in self.reference.target._meta.concrete_fields if isinstance(one, ForeignKey)]
        if issubclass(self.reference.target, Record) or not columns:
            return found
        shared = [name for name in columns if name in read.values]
        fitting = [row for row in found if all(getattr(row, f"{name}_id") == read.values[name].pk for name in shared)]
        return fitting[:1]


def resolver_for(record_type: RecordType, reference: Reference, actor: Actor, **options: Any) -> Resolver:
    """A resolver that knows the usual words of other programs as well."""
    words = record_type.import_words.get(reference.name)
    usual = {folded(text): rows for text, rows in words().items()} if words else {}
    return Resolver(reference, actor, usual=usual, **options)


def resolve(resolvers: Sequence[Resolver], rows: Sequence[ReadRow]) -> None:
    """Finds the references of all rows of a batch. Targets that point to others (stages) come last."""
    for resolver in resolvers:
        concerned = [read for read in rows if resolver.name in read.references]
        good, bad = ({r.references[resolver.name] for r in concerned if bool(r.errors) is x} for x in (False, True))
        resolver.load(good, bad)
    ordered = sorted(
        resolvers, key=lambda one: any(isinstance(c, ForeignKey) for c in one.reference.target._meta.fields)
    )
    for resolver in ordered:
        for read in rows:
            if resolver.name in read.references:
                resolver.put(read)
