"""Search over all record types."""

from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.api.body import NotJson, refuse_unstorable
from jantar.engine.api.parameters import refuse_limit
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.registry import registry
from jantar.engine.search.searching import search

MOST_HITS = 50


def find(actor: Actor, text: str, types: str, limit: int) -> dict[str, Any]:
    """The best hits of each type within the actor's rights, the best type first. Raises BadQuery."""
    refuse_limit(limit, MOST_HITS)
    names = [name.strip() for name in types.split(",") if name.strip()]
    for name in names:
        if name not in registry:
            raise BadQuery("types", _("There is no type “%(name)s”.") % {"name": name[:50]})
    try:
        refuse_unstorable(text)
    except NotJson as error:
        raise BadQuery("q", error) from error
    groups = search(text, actor, names or None, limit)
    return {
        "items": [
            {
                "type": group.record_type.name,
                "label": str(group.record_type.label_plural),
                "more": group.more,
                "hits": [{"id": hit.record_id, "title": hit.title, "subtitle": hit.subtitle} for hit in group.hits],
            }
            for group in groups
        ]
    }
