"""A start-up check: every path of a type's `search` leads somewhere."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist

from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.search.indexing import Source


@register("search")
def check_search(**_options: Any) -> list[CheckMessage]:
    return [message for record_type in registry.all() for message in problems(record_type)]


def problems(record_type: RecordType) -> list[CheckMessage]:
    try:
        Source(record_type)
    except (LookupError, FieldDoesNotExist) as error:
        hint = "Name columns, REFERENCE.column or PART.column; a part can't be searched whole."
        return [Error(f"{record_type.name}: {error}", hint=hint, id="search.E001")]
    return []
