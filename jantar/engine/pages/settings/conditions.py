"""The editor of the condition on which a field is shown, and how the list of fields says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.models import CustomField
from jantar.engine.pages.filters.places import Place
from jantar.engine.pages.filters.reading import rows_from, whole_row
from jantar.engine.pages.filters.rows import Row
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.condition_settings import broken_condition
from jantar.engine.records.errors import Invalid
from jantar.engine.records.record_type import RecordType

#: Its value in a sent form is the prefix of the row that holds the condition; other rows belong to other filters.
NAME = "shown_when"


@dataclass
class ConditionEditor:
    record_type: RecordType
    row: Row

    @property
    def row_url(self) -> str:
        return reverse("pages:filter_row", args=[self.record_type.name])

    @property
    def tree(self) -> dict[str, Any]:
        """Raises Invalid; the rows at fault keep their message."""
        try:
            return self.row.node()
        except FieldError as error:
            raise Invalid({NAME: [error.message]}) from error


def condition_editor(record_type: RecordType, actor: Actor, tree: Mapping[str, Any]) -> ConditionEditor:
    """The editor of a stored condition, or of none."""
    return ConditionEditor(record_type, whole_row(dict(tree), Place(record_type, actor)))


def sent_condition(record_type: RecordType, actor: Actor, data: QueryDict) -> ConditionEditor:
    """The editor as it was sent."""
    for row in rows_from(data, Place(record_type, actor)):
        if row.is_group and row.prefix == data.get(NAME):
            row.is_top = True
            return ConditionEditor(record_type, row)
    return condition_editor(record_type, actor, {})


def said_condition(definition: CustomField, record_type: RecordType, actor: Actor) -> tuple[str, str]:
    """The condition in words, and what is wrong with it."""
    tree = dict(definition.shown_when)
    return (str(Speaker(record_type, actor, [tree]).say(tree)), broken_condition(definition)) if tree else ("", "")
