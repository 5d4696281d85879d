"""Parameters of addresses."""

from collections.abc import Collection

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema

from jantar.engine.records.errors import BadQuery
from jantar.engine.records.listing import MAX_LIMIT
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.recurrence.changing import ONE, SCOPES

AS_OF = "A day (its end) or a time: everything as it stood then, with your rights of today."


class ListParameters(Schema):
    search: str = Field("", description="Words to look for.")
    filter: str = Field(
        "",
        description="A filter as JSON.",
        examples=['{"field": "created_at", "op": "within", "value": "last 7 days"}'],
    )
    sort: str = Field(
        "",
        description="Field names, the most important first; a minus sign turns the order round.",
        examples=["-created_at"],
    )
    limit: int = Field(
        50, description="At most this many records.", json_schema_extra={"minimum": 1, "maximum": MAX_LIMIT}
    )
    cursor: str = Field("", description="The `next_cursor` of the page before.")
    fields: str = Field(
        "", description="The names of the fields and parts wanted. All fields, without parts, when left out."
    )
    as_of: str = Field("", description=AS_OF, examples=["2026-11-01", "2026-11-01T09:30:00Z"])


def refuse_unknown(request: HttpRequest, known: "Collection[str] | type[Schema]" = ()) -> None:
    """A parameter nobody reads is a mistake of the caller, such as a filter that would not filter."""
    names = known.model_fields if isinstance(known, type) else known
    for name in request.GET:
        if name not in names:
            raise BadQuery(name[:50], _("There is no parameter “%(name)s”.") % {"name": name[:50]})


def read_occurrences(request: HttpRequest, record_type: RecordType, *others: str) -> str:
    """Which records of a series are meant. Raises BadQuery, also for a type whose records don't come again.

    `others` are parameters that the address knows besides.
    """
    refuse_unknown(request, {*others, *(("occurrences",) if record_type.repeats else ())})
    scope = request.GET.get("occurrences", ONE)
    if scope not in SCOPES:
        raise BadQuery("occurrences", _("One of these is expected: %(values)s.") % {"values": ", ".join(SCOPES)})
    return scope


def read_confirm(request: HttpRequest) -> bool:
    """Whether what the type asks is answered with yes."""
    text = request.GET.get("confirm", "false")
    if text not in ("true", "false"):
        raise BadQuery("confirm", _("One of these is expected: %(values)s.") % {"values": "true, false"})
    return text == "true"


def refuse_limit(limit: int, most: int) -> None:
    """Raises BadQuery unless between one and `most` rows are asked for."""
    if not 1 <= limit <= most:
        raise BadQuery("limit", _("Between 1 and %(limit)d rows can be asked for.") % {"limit": most})
