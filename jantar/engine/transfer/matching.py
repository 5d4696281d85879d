"""Recognising records that exist already, in the database and earlier in the same file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.references import Reference
from jantar.engine.fields.text import Text
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.transfer.targets import ID
from jantar.kit.text import fold

Keys = tuple[Any, ...]


@dataclass
class Match:
    """`pk` of the record that the row is about; `error` when that can't be said."""

    pk: int | None = None
    error: str = ""


class Matcher:
    """Compares by the match fields, strongest first.

    A record is the one meant when it agrees in a field and does not contradict the row in a stronger one: two
    people of the same name with different e-mail addresses are two people. Nobody is recognised by the references
    among the fields, they only contradict: two deals of the same name with different customers are two deals. Where
    a reference is among the match fields the title says nothing without it: deals have no name of their own.
    """

    def __init__(
        self, record_type: RecordType, names: Sequence[str], actor: Actor, guards: Sequence[Reference] = ()
    ) -> None:
        """`guards` are references that stand before the title, which says the least of which record is meant."""
        fields = record_type.fields(actor)
        self.record_type = record_type
        self.actor = actor
        self.by_id = ID in names
        chosen = [fields[name] for name in names if name != ID and not isinstance(fields[name], Reference)]
        place = next((n for n, field in enumerate(chosen) if field.name == record_type.title), len(chosen))
        guarded = {one.name for one in guards}
        named = [one for name in names if isinstance(one := fields.get(name), Reference) and name not in guarded]
        self.fields = [*chosen[:place], *guards, *named, *chosen[place:]]
        self.needed = [n for n, one in enumerate(self.fields) if isinstance(one, Reference) and one.name in names]
        self.seen: list[dict[Any, list[tuple[int, Keys]]]] = [{} for _field in self.fields]

    def keys_of(self, record: Any) -> Keys:
        keys = tuple(
            getattr(record, field.id_name) if isinstance(field, Reference) else comparable(field.read(record))
            for field in self.fields
        )
        if all(keys[position] is not None for position in self.needed):
            return keys
        return tuple(
            None if field.name == self.record_type.title else key for field, key in zip(self.fields, keys, strict=True)
        )

    def telling(self, keys: Keys) -> Iterator[tuple[int, Any]]:
        """Place and value of each key that says which record is meant."""
        for position, value in enumerate(keys):
            if value is not None and not isinstance(self.fields[position], Reference):
                yield position, value

    def repeated(self, keys: Keys, number: int) -> str:
        """Why the row is the same as an earlier one of the file, or ""; remembers the row."""
        for position, value in self.telling(keys):
            for other, other_keys in self.seen[position].get(value, ()):
                if agree(keys, other_keys, position):
                    label = self.fields[position].label
                    return _("Row %(row)d has the same value in “%(field)s”.") % {"row": other, "field": label}
        for position, value in self.telling(keys):
            self.seen[position].setdefault(value, []).append((number, keys))
        return ""

    def find(self, rows: Sequence[Keys]) -> list[Match]:
        """What each row is about; one statement for each match field."""
        found = [self._candidates(position, rows) for position in range(len(self.fields))]
        return [self._decide(keys, found) for keys in rows]

    def find_ids(self, ids: Sequence[int]) -> set[int]:
        return set(self.record_type.visible_to(self.actor).filter(pk__in=ids).values_list("pk", flat=True))

    def _candidates(self, position: int, rows: Sequence[Keys]) -> dict[Any, list[tuple[int, Keys]]]:
        wanted = {keys[position] for keys in rows} - {None}
        found: dict[Any, list[tuple[int, Keys]]] = {}
        if not wanted or isinstance(self.fields[position], Reference):
            return found
        columns = {
            f"key_{number}": field.expression() if isinstance(field, Reference) else field.sort_key()
            for number, field in enumerate(self.fields)
        }
        records = self.record_type.visible_to(self.actor).annotate(**columns)
        records = records.filter(**{f"key_{position}__in": wanted}).order_by("pk")
        field = self.fields[position]
        if isinstance(field, Text) and not field.is_custom:
            records = records.exclude(**{field.name: ""})  # as the indexes say it
        for pk, *values in records.values_list("pk", *columns):
            keys = tuple(comparable(value) for value in values)
            found.setdefault(keys[position], []).append((pk, keys))
        return found

    def _decide(self, keys: Keys, found: Sequence[dict[Any, list[tuple[int, Keys]]]]) -> Match:
        for position, value in self.telling(keys):
            fitting = [pk for pk, other in found[position].get(value, ()) if agree(keys, other, position)]
            if len(fitting) == 1:
                return Match(fitting[0])
            if fitting:
                label = self.fields[position].label
                text = _("%(number)d records have this value in “%(field)s”; it is not clear which is meant.")
                return Match(error=text % {"number": len(fitting), "field": label})
        return Match()


def agree(keys: Keys, other: Keys, position: int) -> bool:
    """Whether nothing stronger than the field at `position` says that these are two records."""
    return all(
        mine is None or theirs is None or mine == theirs
        for mine, theirs in zip(keys[:position], other[:position], strict=True)
    )


def comparable(value: Any) -> Any:
    """A value as it is compared: text without case and accents, nothing as None."""
    if isinstance(value, str):
        return fold(value).strip() or None
    return value
