"""What of a row refers to what else of it: follows from the references between the record types of an import."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import reference_of
from jantar.engine.records.registry import registry
from jantar.engine.transfer.plan import Plan, full_key, own_key

Types = Sequence[tuple[str, RecordType]]


@dataclass(frozen=True)
class Link:
    """A reference of one type, or a part whose rows are links, that takes the row's record of another type.

    `source` and `targets` are prefixes of types as in the plan; of several targets the first that the row has counts.
    """

    key: str
    source: str
    field: Field
    targets: tuple[str, ...]
    part: Part | None = None

    @property
    def name(self) -> str:
        return self.part.name if self.part else self.field.name


def links_of(plan: Plan, record_type: RecordType, actor: Actor) -> list[Link]:
    """The links that hold. Raises Invalid for chosen ones that are unknown or go round in a circle."""
    types = plan.types(record_type)
    offered = possible_links(plan, types, actor)
    if plan.links is None:
        return acyclic(offered)
    known = {link.key: link for link in offered}
    if unknown := [key for key in plan.links if key not in known]:
        raise Invalid({"links": [_("“%(name)s” can't be filled from the row itself.") % {"name": ", ".join(unknown)}]})
    chosen = [link for link in offered if link.key in plan.links]
    if left_out := {link.key for link in chosen} - {link.key for link in acyclic(chosen)}:
        names = ", ".join(label_of(known[key], record_type) for key in plan.links if key in left_out)
        message = _("References go round in a circle. Leave this one out: %(fields)s") % {"fields": names}
        raise Invalid({"links": [message]})
    return chosen


def relinked(
    plan: Plan, record_type: RecordType, actor: Actor, shown: Sequence[str], chosen: Sequence[str]
) -> list[str] | None:
    """The links of a plan: of those that were shown the chosen ones, of new ones what follows from the types."""
    offered = possible_links(plan, plan.types(record_type), actor)
    by_themselves = {link.key for link in acyclic(offered)}
    keys = [link.key for link in offered]
    wanted = [key for key in keys if key in chosen or (key in by_themselves and key not in shown)]
    return None if set(wanted) == by_themselves else wanted


def label_of(link: Link, record_type: RecordType) -> str:
    source = registry.get(link.source) if link.source else record_type
    return f"{capfirst(str(source.label))}: {link.part.label if link.part else link.field.label}"


def possible_links(plan: Plan, types: Types, actor: Actor) -> list[Link]:
    """Every reference between the types that no column fills."""
    found = []
    for prefix, record_type in types:
        filled = {own_key(key, prefix) for key in plan.mapping}
        for name, one in record_type.fields(actor).items():
            reference = reference_of(one)
            if not reference or one.read_only or name in filled:
                continue
            if targets := fitting(reference.target, prefix, types):
                found.append(Link(full_key(prefix, name), prefix, one, targets))
        for part, one in linking_parts(record_type):
            if targets := fitting(one.target, prefix, types):
                found.append(Link(full_key(prefix, part.name), prefix, one, targets, part))
    return found


def linking_parts(record_type: RecordType) -> Iterator[tuple[Part, Reference]]:
    """Parts whose rows need nothing but one reference."""
    for part in record_type.parts:
        needed = [one for one in part.fields.values() if one.required]
        if len(needed) == 1 and isinstance(needed[0], Reference):
            yield part, needed[0]


def fitting(target: type[Model], prefix: str, types: Types) -> tuple[str, ...]:
    """The other types whose records the table holds, those that the others refer to first."""
    held = registry.types_of(target)
    found = [(name, one) for name, one in types if name != prefix and one in held]
    if len(found) < 2:
        return tuple(name for name, _type in found)
    return tuple(name for name, _type in sorted(found, key=lambda pair: -times_referred(pair, found)))


def times_referred(pair: tuple[str, RecordType], types: Types) -> int:
    """How many of the types belong to this one (people to their company)."""
    return sum(
        isinstance(one := other.own_fields.get(name), Reference) and one.target is pair[1].model
        for prefix, other in types
        for name in other.belongs_to
        if prefix != pair[0]
    )


def acyclic(links: Iterable[Link]) -> list[Link]:
    """The links without those that would close a circle with earlier ones."""
    kept: list[Link] = []
    for link in links:
        if not any(leads(target, link.source, kept) for target in link.targets):
            kept.append(link)
    return kept


def leads(start: str, end: str, links: Sequence[Link]) -> bool:
    """Whether links go from one type to another."""
    return start == end or any(
        leads(target, end, links) for link in links if link.source == start for target in link.targets
    )


def in_order(types: Types, links: Sequence[Link]) -> list[tuple[str, RecordType]]:
    """The types, each after those it refers to."""
    left, ordered = list(types), list[tuple[str, RecordType]]()
    while left:
        placed = {name for name, _type in ordered}
        needed = {name: {t for link in links if link.source == name for t in link.targets} for name, _type in left}
        ready = next(pair for pair in left if needed[pair[0]] <= placed)
        ordered.append(ready)
        left.remove(ready)
    return ordered


def joinable(record_type: RecordType, actor: Actor) -> list[RecordType]:
    """The types a file of this one can hold besides: linked to it by references, at once or through each other."""
    found = [record_type]
    types = [one for one in registry.all() if one.importable and actor.may("import", one.name)]
    grew = True
    while grew:
        more = [one for one in types if one not in found and any(refer(one, other) for other in found)]
        found += more
        grew = bool(more)
    return found[1:]


def refer(one: RecordType, other: RecordType) -> bool:
    """Whether one of the two types has a reference to the other."""
    return any(
        isinstance(column, Reference) and right in registry.types_of(column.target)
        for left, right in ((one, other), (other, one))
        for column in (*left.own_fields.values(), *(field for _part, field in linking_parts(left)))
        if not column.read_only
    )
