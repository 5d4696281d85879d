"""Links from a record to records of any type."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import Case, OuterRef, Subquery, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.model_fields import RecordKeyField
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.platform.accounts.models import Team, User

#: Tables that fields of any kind of row can name although they hold no records.
PEOPLE: dict[str, type[models.Model]] = {"users": User, "teams": Team}


class RecordLink(models.Model):
    """A row of a part that names a record of any type; `relation_name` of its filters is that of the owning type.

    A subclass adds the foreign key to the record it belongs to, named in `Part.parent`, with `related_name`.
    """

    record = RecordKeyField(_("record"), blank=False)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["record_type", "record_id"], name="%(class)s_of_record")]

    def __str__(self) -> str:
        return str(self.record)


class FirstLinked(Field):
    """A column of lists: of the rows of a part that are links, the first one whose record the reader may see."""

    kind = "record"
    operators: ClassVar[tuple[str, ...]] = ()
    sortable: ClassVar[bool] = False

    def __init__(self, part: Part) -> None:
        super().__init__(part.name, part.column, read_only=True)
        self.part = part

    @property
    def columns(self) -> tuple[str, ...]:
        """Nothing of the record's own table."""
        return ()


def linked_columns(record_type: RecordType) -> dict[str, Field]:
    """By the names of the parts that say what a column over them is called."""
    return {part.name: FirstLinked(part) for part in record_type.parts if part.column}


def first_linked(part: Part, record_ids: Sequence[int], actor: Actor) -> dict[int, tuple[RecordKey, str]]:
    """The first record that each of the records is linked to and the actor may see, with its title; one statement."""
    rows = seen_links(part, actor).filter(**{f"{part.parent}__in": record_ids})
    rows = rows.order_by(part.parent, "pk").distinct(part.parent)
    found = rows.values_list(f"{part.parent}_id", "record_type", "record_id", "linked_title")
    return {pk: (RecordKey(name, linked), title) for pk, name, linked, title in found}


def seen_links(part: Part, actor: Actor) -> Any:
    """The links to records that the actor may see, as a queryset with their titles in `linked_title`."""
    titles = [
        When(record_type=one.name, then=Subquery(_titles(one, actor).filter(pk=OuterRef("record_id"))))
        for one in registry.all()
        if actor.may("see", one.name)
    ]
    links = part.model._default_manager.annotate(linked_title=Case(*titles, output_field=models.TextField()))
    return links.filter(linked_title__isnull=False)


def _titles(record_type: RecordType, actor: Actor) -> Any:
    return record_type.visible_to(actor).values(wanted_title=Cast(record_type.title, models.TextField()))


def key_of(record: Any) -> RecordKey:
    """The type and id of a stored record. Raises LookupError when its model is no record type."""
    return RecordKey(registry.type_of(record).name, record.pk)


def visible_keys(keys: Iterable[RecordKey], actor: Actor) -> set[RecordKey]:
    """Those of the records that exist and that the actor may see; one statement per type among them.

    Users, who have to be active, and teams are visible to everybody.
    """
    keys = list(keys)
    found = {
        RecordKey(name, pk)
        for name, pks in _by_type(keys)
        for pk in registry.get(name).visible_to(actor).filter(pk__in=pks).values_list("pk", flat=True)
    }
    return found | present_people(keys)


def present_people(keys: Iterable[RecordKey]) -> set[RecordKey]:
    """The teams and active users among the keys; one statement for each of the two tables."""
    found = set()
    for name, model in PEOPLE.items():
        if pks := [key.id for key in keys if key.type == name]:
            rows: Any = model._default_manager.filter(pk__in=pks)
            rows = rows.filter(is_active=True) if model is User else rows
            found |= {RecordKey(name, pk) for pk in rows.values_list("pk", flat=True)}
    return found


def visible_records(keys: Iterable[RecordKey], actor: Actor) -> dict[RecordKey, Any]:
    """The records behind the keys that the actor may see; one statement per type among them."""
    return {
        RecordKey(name, pk): record
        for name, pks in _by_type(keys)
        for pk, record in registry.get(name).visible_to(actor).in_bulk(pks).items()
    }


def surroundings(keys: Iterable[RecordKey]) -> dict[RecordKey, list[RecordKey]]:
    """What each record belongs to by the `belongs_to` of its type, and what that belongs to in turn.

    One statement per type and reference, for any number of records.
    """
    found: dict[RecordKey, list[RecordKey]] = {}
    for name, pks in _by_type(keys):
        found.update({RecordKey(name, pk): [] for pk in pks})
        for column in registry.get(name).belongs_to:
            _add_outer(found, name, pks, column)
    outer = {key for one in found.values() for key in one} - found.keys()
    further = surroundings(outer) if outer else {}
    for one in found.values():
        one.extend(beyond for key in list(one) for beyond in further.get(key, ()) if beyond not in one)
    return found


def _add_outer(found: dict[RecordKey, list[RecordKey]], name: str, pks: Sequence[int], column: str) -> None:
    rows = registry.get(name).model._base_manager.filter(pk__in=pks, **{f"{column}__isnull": False})
    for row in rows.select_related(column):
        found[RecordKey(name, row.pk)].append(key_of(getattr(row, column)))


def _by_type(keys: Iterable[RecordKey]) -> Iterator[tuple[str, Sequence[int]]]:
    found: dict[str, list[int]] = {}
    for key in keys:
        if key.type in registry:
            found.setdefault(key.type, []).append(key.id)
    yield from found.items()
