"""A start-up check: what a type is recognised by has to be found through the search index."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register

from jantar.engine.duplicates.likeness import ADDRESS, MAIL, NAME, PHONE
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry


@register("duplicates")
def check_duplicates(**_options: Any) -> list[CheckMessage]:
    return [message for record_type in registry.all() for message in problems(record_type)]


def problems(record_type: RecordType) -> Iterator[CheckMessage]:
    same = record_type.duplicates
    if same is None:
        return
    for path in (*same.identifiers, *same.contacts):
        if path not in record_type.search.keys:
            hint = "Add it to the keys of search: candidates come from the index."
            yield Error(f"{record_type.name}: duplicates names {path!r}.", hint=hint, id="duplicates.E001")
    for name in (*same.name, *same.place, *same.supports):
        if name not in record_type.own_fields:
            hint = f"Fields are: {', '.join(record_type.own_fields)}."
            yield Error(
                f"{record_type.name}: duplicates names {name!r}, which is no field.", hint=hint, id="duplicates.E002"
            )
    for name in {*same.identifiers, *same.supports} & {NAME, MAIL, PHONE, ADDRESS}:
        hint = "The settings call reasons that every type may have so; name the field otherwise."
        yield Error(f"{record_type.name}: duplicates names {name!r}.", hint=hint, id="duplicates.E003")
