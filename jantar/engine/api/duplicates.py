"""Pairs of records that may be the same, as the last scan found them."""

from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.api.parameters import refuse_limit
from jantar.engine.duplicates.models import State
from jantar.engine.duplicates.services import Weighed, pairs_of
from jantar.engine.fields.dates import in_utc
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.record_type import RecordType
from jantar.kit.numbers import whole_number

MOST_PAIRS = 100
MOST_PAGES = 10_000


def list_pairs(record_type: RecordType, actor: Actor, state: str, cursor: str, limit: int) -> dict[str, Any]:
    """Both records of each pair are visible to the actor. Raises BadQuery."""
    refuse_limit(limit, MOST_PAIRS)
    start = whole_number(cursor, most=MOST_PAGES * MOST_PAIRS) if cursor else 0
    if start is None:
        raise BadQuery("cursor", _("This page address is no longer valid."))
    if state not in State.values:
        raise BadQuery("state", _("There is no such filter."))
    found = pairs_of(record_type, actor, state, start=start, limit=limit + 1)
    following = str(start + limit) if len(found) > limit else None
    return {"items": [dump_pair(one) for one in found[:limit]], "next_cursor": following}


def dump_pair(one: Weighed) -> dict[str, Any]:
    return {
        "records": [{"id": record.pk, "title": str(record)} for record in one.records],
        "points": one.likeness.points,
        "reasons": list(one.likeness.reasons),
        "state": one.pair.state,
        "found_at": in_utc(one.pair.found_at),
    }
