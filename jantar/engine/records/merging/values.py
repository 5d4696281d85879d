"""What the one record holds that becomes of several: field by field, from which of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.references import Reference, unseen
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import Errors, visible_rows
from jantar.engine.records.errors import Invalid
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles

#: Kinds whose values are united.
LISTS = ("tags", "multi_choice", "records")


@dataclass(frozen=True)
class Line:
    """One thing of the records beside each other: a field, or what belongs together (an address, by its part).

    `texts` and `filled` follow the order of the members; `taken` is the id of the member whose value stays, None
    where the values of all are united.
    """

    name: str
    label: str
    fields: tuple[Field, ...]
    texts: tuple[str, ...]
    filled: tuple[bool, ...]
    taken: int | None
    #: The ids of files, of which two can have the same name.
    keys: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether there is something to choose: two of the members have something else there."""
        said = self.keys or self.texts
        return len({text for text, filled in zip(said, self.filled, strict=True) if filled}) > 1


@dataclass
class Choice:
    """The lines of a merge, and what follows from them for the survivor."""

    record_type: RecordType
    members: Sequence[Any]
    actor: Actor
    lines: dict[str, Line] = field(default_factory=dict)

    @cached_property
    def titles(self) -> dict[RecordKey, str]:
        """Of what custom fields refer to, as far as the actor may see it."""
        known = self.record_type.fields(self.actor).values()
        fields = [one for one in known if isinstance(one, RecordOf | RecordsOf)]
        keys = [key for one in fields for member in self.members for key in keys_in(one, one.read(member))]
        return record_titles(keys, self.actor) if keys else {}

    def is_member(self, key: RecordKey) -> bool:
        return key.type == self.record_type.name and any(one.pk == key.id for one in self.members)

    def without_members(self, one: Field, value: Any) -> Any:
        """What is left of a list of records that are not those that become one."""
        return [key for key in value if not self.is_member(key)] if isinstance(one, RecordsOf) else value

    def text(self, one: Field, value: Any) -> str:
        if isinstance(one, RecordsOf):
            return one.titled(self.without_members(one, value), self.titles)
        return self.titles.get(value, unseen()) if isinstance(one, RecordOf) else one.text(value)

    @property
    def taken(self) -> dict[str, int]:
        return {name: line.taken for name, line in self.lines.items() if line.taken is not None}

    def values(self) -> dict[str, Any]:
        """The values the survivor gets, by field."""
        by_pk = {one.pk: one for one in self.members}
        found: dict[str, Any] = {}
        for line in self.lines.values():
            for one in line.fields:
                if line.taken is None:
                    found[one.name] = self.without_members(one, united(one, self.members))
                else:
                    value = self.without_members(one, one.read(by_pk[line.taken]))
                    found[one.name] = value if is_filled(one, value, self) else one.empty
        return found

    def left_out(self) -> list[tuple[str, str]]:
        """Label and text of what differs and does not stay."""
        found = []
        for line in self.lines.values():
            if line.taken is None or not line.differs:
                continue
            stays = line.texts[[one.pk for one in self.members].index(line.taken)]
            gone = dict.fromkeys(
                text for text, filled in zip(line.texts, line.filled, strict=True) if filled and text != stays
            )
            found += [(line.label, text) for text in gone]
        return found


def choose(record_type: RecordType, members: Sequence[Any], actor: Actor, taken: Mapping[str, int]) -> Choice:
    """The choice for members whose first is the survivor. Raises Invalid for a name or a member there is not."""
    choice = Choice(record_type, members, actor)
    fields = mergeable(record_type, actor)
    groups = [part for part in record_type.parts if part.main_from]
    grouped = {name for part in groups for name in part.main_from}
    for part in groups:
        own = tuple(fields[name] for name in part.main_from if name in fields)
        choice.lines[part.name] = line_of(part.name, str(_("Main address")), own, choice, taken)
    for name, one in fields.items():
        if name not in grouped:
            choice.lines[name] = line_of(name, str(one.label), (one,), choice, taken)
    refuse_unknown(choice, taken)
    return choice


def mergeable(record_type: RecordType, actor: Actor) -> dict[str, Field]:
    return {name: one for name, one in record_type.fields(actor).items() if not one.read_only}


def line_of(name: str, label: str, fields: tuple[Field, ...], choice: Choice, taken: Mapping[str, int]) -> Line:
    texts, filled = [], []
    for member in choice.members:
        told = [(one, one.read(member)) for one in fields]
        told = [(one, value) for one, value in told if is_filled(one, value, choice)]
        texts.append(", ".join(choice.text(one, value) for one, value in told))
        filled.append(bool(told))
    if fields[0].kind in LISTS and name not in taken:
        return Line(name, label, fields, tuple(texts), tuple(filled), None)
    chosen = taken.get(name) or default_of(fields, filled, choice)
    keys = [fields[0].input_text(fields[0].read(member)) for member in choice.members]
    return Line(
        name, label, fields, tuple(texts), tuple(filled), chosen, tuple(keys) if isinstance(fields[0], File) else ()
    )


def is_filled(one: Field, value: Any, choice: Choice) -> bool:
    """A value counts unless it is empty or points to one of the records that become one."""
    if one.is_empty(value):
        return False
    group = {member.pk for member in choice.members}
    if isinstance(one, Reference) and one.target._meta.db_table == choice.record_type.model._meta.db_table:
        return value.pk not in group
    if isinstance(one, RecordsOf):
        return bool(choice.without_members(one, value))
    return not (isinstance(one, AnyRecord) and choice.is_member(value))


def default_of(fields: tuple[Field, ...], filled: Sequence[bool], choice: Choice) -> int:
    """The survivor where it has something, else the newest that has."""
    survivor = choice.members[0]
    if filled[0] or not any(filled):
        return int(survivor.pk)
    having = [member for member, has in zip(choice.members, filled, strict=True) if has]
    return int(max(having, key=lambda one: (one.updated_at, one.pk)).pk)


def united(one: Field, members: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(word for member in members for word in one.read(member) or ()))


def refuse_unknown(choice: Choice, taken: Mapping[str, int]) -> None:
    group = {one.pk for one in choice.members}
    errors: Errors = {}
    for name, pk in taken.items():
        if name not in choice.lines:
            errors[name] = [_("There is no field “%(name)s”.") % {"name": name}]
        elif pk not in group:
            errors[name] = [_("There is no such record.")]
    if errors:
        raise Invalid(errors)


def not_to_be_checked(choice: Choice, values: Mapping[str, Any]) -> set[str]:
    """References taken over from a member that the actor could not choose anew: to what they may not see."""
    found = set()
    for name, value in values.items():
        one = choice.record_type.fields(choice.actor)[name]
        if not choice.titles.keys() >= set(keys_in(one, value)) or isinstance(one, File):
            found.add(name)
        if not isinstance(one, Reference) or value is None:
            continue
        if not visible_rows(one.target, choice.actor).filter(pk=value.pk).exists():
            found.add(name)
    return found


def keys_in(one: Field, value: Any) -> list[RecordKey]:
    """The records that a custom field refers to."""
    if isinstance(one, RecordsOf):
        return list(value)
    return [value] if isinstance(one, RecordOf) and value is not None else []
