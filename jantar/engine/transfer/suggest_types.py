"""Guessing which further types a file holds: its columns name them, as "Company name" or "Deal - Value" do."""

from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings
from django.utils import translation

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.transfer.known import plain
from jantar.engine.transfer.links import joinable
from jantar.engine.transfer.plan import SEPARATOR, ColumnOfSheet, full_key
from jantar.engine.transfer.suggest import names_of, readable
from jantar.engine.transfer.targets import Target, targets_of

#: A type is in the file when its title and at least one more of its fields are.
ENOUGH = 2


def suggest_types(
    record_type: RecordType, columns: Sequence[ColumnOfSheet], mapping: Sequence[str], actor: Actor
) -> tuple[list[str], list[str]]:
    """The mapping with the columns that name their type, and the further types among them.

    A column goes to a type that it names rather than to a field of another type that is called so.
    """
    found = list(mapping)
    used = set(mapping)
    for place, key in named_columns(record_type, columns, actor).items():
        if not found[place] and key not in used:
            found[place] = key
            used.add(key)
    also = []
    for other in joinable(record_type, actor):
        named = named_columns(other, columns, actor)
        if len(named) >= ENOUGH and any(goes_to_title(key, other) for key in named.values()):
            also.append(other.name)
            found = [key if not leads_to(record_type, key, other, actor) else "" for key in found]
            for place, key in named.items():
                found[place] = full_key(other.name, key)
    return found, also


def leads_to(record_type: RecordType, key: str, other: RecordType, actor: Actor) -> bool:
    """Whether it is a reference to that type alone: the record of the same row is linked there."""
    field = record_type.fields(actor).get(key)
    return field is not None and registry.led_to(field) == [other]


def goes_to_title(key: str, record_type: RecordType) -> bool:
    """Whether the column tells the title, or a part of it where the title is made of others."""
    title = record_type.own_fields.get(record_type.title)
    return key == record_type.title if title and not title.read_only else SEPARATOR not in key


def named_columns(record_type: RecordType, columns: Sequence[ColumnOfSheet], actor: Actor) -> dict[int, str]:
    """By place the field of each filled column whose header begins with what the type is called."""
    targets = targets_of(record_type, actor)
    known = {name: key for key, name in names_of(record_type, targets)}
    prefixes = sorted(prefixes_of(record_type), key=len, reverse=True)
    found: dict[int, str] = {}
    for place, column in enumerate(columns):
        key = named(plain(column.header), prefixes, known)
        if key and fits(key, column, targets, found, actor):
            found[place] = key
    return found


def named(header: str, prefixes: Sequence[str], known: Mapping[str, str]) -> str | None:
    rests = (header.removeprefix(prefix) for prefix in prefixes if header.startswith(prefix) and header != prefix)
    return next((known[rest] for rest in rests if rest in known), None)


def fits(
    key: str, column: ColumnOfSheet, targets: Mapping[str, Target], found: Mapping[int, str], actor: Actor
) -> bool:
    """Whether the column can go there: each target is taken once, and the values can be read."""
    target = targets[key]
    is_free = target.takes_several or key not in found.values()
    return is_free and (column.filled > 0 or not column.samples) and readable(column, target, actor, {})


def prefixes_of(record_type: RecordType) -> Iterator[str]:
    """What the type is called: here in every language, in other programs as declared."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield plain(str(record_type.label))
    yield from (plain(name) for name in record_type.import_prefixes)
