"""Where a condition stands, and what it can be about there: fields, fields of referenced records, relations."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jantar.engine.fields.base import Field
from jantar.engine.pages.filters.words import capital, relation_fields, relation_label
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import Relation, registry
from jantar.kit.text import fold

RELATION = "relation:"
#: What a condition about changes is called among the fields.
CHANGED = "changed:"
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """Fields offered under one heading."""

    label: str
    options: Options


@dataclass(frozen=True)
class Place:
    """The records a condition is about: those of the list (`path` is empty), or those a chain of relations leads to."""

    root: RecordType
    actor: Actor
    path: tuple[str, ...] = ()
    relation: Relation | None = None
    _inner: "dict[str, Place]" = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """As addresses name it: "deals/activities"."""
        return "/".join(self.path)

    @property
    def record_type(self) -> RecordType | None:
        """None at the rows of a part."""
        return self.relation.record_type if self.relation else self.root

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return relation_fields(self.relation, self.actor) if self.relation else self.root.filter_fields(self.actor)

    @cached_property
    def relations(self) -> dict[str, Relation]:
        found = registry.relations(self.record_type) if self.record_type else {}
        return {name: one for name, one in found.items() if may_see(one, self.actor)}

    def inside(self, name: str) -> "Place":
        """The place of the records that a relation leads to. Raises KeyError for an unknown one."""
        if name not in self._inner:
            self._inner[name] = Place(self.root, self.actor, (*self.path, name), self.relations[name])
        return self._inner[name]

    @cached_property
    def groups(self) -> list[Group]:
        """Own fields, those of referenced records, relations, and references that lead one step further."""
        constant = self.record_type.defaults if self.record_type else ()
        found, further = [Group("", offered(self.fields, constant))], []
        if self.record_type:
            found.append(Group(_("History"), [(CHANGED, pgettext("filter", "Changed"))]))
        for name, one in self.fields.items():
            found += pieces_of([one])
            if target := self.target_of(one):
                inner = target.filter_fields(self.actor)
                found.append(Group(f"{capital(one.label)} ›", offered(inner, target.defaults, f"{name}.")))
                found += pieces_of(inner.values(), f"{name}.", f"{capital(one.label)} › ")
                further += list(self._further(name, one, inner))
        if self.relations:
            related = [(RELATION + name, relation_label(one)) for name, one in self.relations.items()]
            found.append(Group(_("Related"), by_label(related)))
        return [*found, Group(_("Further away"), by_label(further))] if further else found

    def _further(self, name: str, one: Field, inner: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
        for key, other in inner.items():
            if self.target_of(other):
                yield f"{name}.{key}.", f"{capital(one.label)} › {capital(other.label)} › …"

    def steps(self, path: str) -> Group | None:
        """The fields two steps away, where `path` leads there ("company.parent." or "company.parent.city")."""
        names = path.split(".")
        if len(names) != 3:
            return None
        first = self.fields.get(names[0])
        middle = self.target_of(first) if first else None
        second = middle.fields(self.actor).get(names[1]) if middle else None
        target = self.target_of(second) if second else None
        if not (first and second and target):
            return None
        inner = offered(target.filter_fields(self.actor), target.defaults, f"{names[0]}.{names[1]}.")
        return Group(f"{capital(first.label)} › {capital(second.label)} ›", inner)

    def target_of(self, one: Field) -> RecordType | None:
        """The type whose fields a reference leads to, as far as the actor may see it."""
        return next((each for each in registry.led_to(one) if self.actor.may("see", each.name)), None)


def place_at(record_type: RecordType, actor: Actor, name: str) -> Place:
    """The place of that name. Raises NotFound."""
    place = Place(record_type, actor)
    for step in name.split("/") if name else ():
        if step not in place.relations or len(place.path) > 10:
            raise NotFound(_("There is no such page."))
        place = place.inside(step)
    return place


def offered(fields: Mapping[str, Field], constant: Container[str], prefix: str = "") -> Options:
    """Fields by label, without those that are the same in every record of the type."""
    return by_label([(prefix + name, capital(one.label)) for name, one in fields.items() if name not in constant])


def pieces_of(fields: Iterable[Field], prefix: str = "", start: str = "") -> Iterator[Group]:
    """What values of these fields consist of, under the label of each."""
    for one in fields:
        if one.pieces:
            options = [(prefix + piece.name, capital(piece.short)) for piece in one.pieces.values()]
            yield Group(f"{start}{capital(one.label)} ›", options)


def by_label(options: Options) -> Options:
    return sorted(options, key=lambda option: fold(option[1]))


def may_see(relation: Relation, actor: Actor) -> bool:
    return relation.record_type is None or actor.may("see", relation.record_type.name)
