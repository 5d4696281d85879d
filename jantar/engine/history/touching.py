"""Which changes are about some fields of a record."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Func, Q
from django.db.models.fields.json import KeyTransform

from jantar.engine.fields.sources import CUSTOM

if TYPE_CHECKING:
    from jantar.engine.records.record_type import RecordType


class Distinct(Func):
    template = "(%(expressions)s)"
    arg_joiner = " IS DISTINCT FROM "
    output_field = BooleanField()
    conditional = True


def touching(names: Iterable[str], record_type: "RecordType") -> Q:
    """The changes in which one of the fields or parts changed; that the record came to be is none."""
    names = list(names)
    parts = {part.name: part.model._meta.db_table for part in record_type.parts}
    own = record_type.own_fields
    columns = [column for name in names if name in own for column in own[name].columns]
    in_row = Q(before__has_any_keys=columns) if columns else Q(pk__in=[])
    for name in names:
        if name not in parts and name not in own:
            was, became = (KeyTransform(name, KeyTransform(CUSTOM, side)) for side in ("before", "after"))
            in_row |= Q(before__has_key=CUSTOM) & Q(Distinct(was, became))
    in_parts = Q(source__in=[parts[name] for name in names if name in parts])
    return in_parts | Q(in_row, source=record_type.model._meta.db_table, action="U")
