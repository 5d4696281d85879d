"""The members of hand-picked lists through the API: putting records in and taking them out."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.body import read_object
from jantar.engine.api.idempotency import once
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.schemas import COUNT, ID, Schema, closed, reference
from jantar.engine.history.models import Cause
from jantar.engine.lists.services import Outcome, add_records, load_list, remove_records
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Invalid
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.registry import registry

MOST_IDS = 1000
CHANGED = "ListChanged"
SCHEMAS: dict[str, Schema] = {
    "ListMembers": {
        **closed(
            {
                "ids": {"type": "array", "items": ID, "minItems": 1, "maxItems": MOST_IDS},
                "filter": {"type": "object", "description": "All records that fit, as in lists of records."},
            },
            required=[],
        ),
        "description": "One of the two.",
    },
    CHANGED: closed(
        {
            "changed": {**COUNT, "description": "How many records were put in or taken out."},
            "unchanged": {**COUNT, "description": "How many were so already."},
            "operation": {**ID, "description": "What can be undone."},
        },
        required=["changed", "unchanged", "operation"],
    ),
}
Act = Callable[..., Outcome]


def members_router() -> Router:
    router = Router(tags=["lists"])
    add_act(router, "add", "Put records into a list", add_records)
    add_act(router, "remove", "Take records out of a list", remove_records)
    return router


def add_act(router: Router, name: str, summary: str, act: Act) -> None:
    answers = documents.answer(200, reference(CHANGED)) | documents.problem(403, 404, 413, 415, 422)
    body = documents.body_of(reference("ListMembers"))
    described = documents.route(
        f"lists_{name}_records", summary, answers, headers=[documents.KEY_HEADER], body=body
    )  # fmt: skip

    @router.post(f"/{{int:id}}/{name}", **described)
    def change_members(request: HttpRequest, id: int) -> HttpResponse:
        def produce() -> HttpResponse:
            actor = current_actor(request)
            pks = chosen(id, read_object(request), actor)
            return json_answer(vars(act(id, pks, actor=actor, cause=Cause.API)))

        refuse_unknown(request)
        return once(request, current_actor(request), produce)


def chosen(pk: int, data: Mapping[str, Any], actor: Actor) -> list[int]:
    """The ids of the records meant. Raises NotFound for the list, BadQuery for the filter, Invalid for the rest."""
    record_type = registry.get(load_list(pk, actor).of)
    errors = {
        name: [_("There is no field “%(name)s”.") % {"name": name}] for name in data if name not in ("ids", "filter")
    }
    ids, tree = data.get("ids"), data.get("filter")
    if (ids is None) == (tree is None):
        errors["ids"] = [_("Either ids or a filter is expected.")]
    elif ids is not None and not is_ids(ids):
        errors["ids"] = [_("A list of at most %(n)d ids is expected.") % {"n": MOST_IDS}]
    elif tree is not None and not isinstance(tree, dict):
        errors["filter"] = [_("A condition is expected.")]
    if errors:
        raise Invalid(errors)
    if tree is not None:
        return list(rows_of(Query(record_type, actor, filter=tree)).order_by("pk").values_list("pk", flat=True))
    assert isinstance(ids, list)
    seen = set(record_type.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    if missing := [one for one in ids if one not in seen]:
        text = _("There is no such record: %(ids)s") % {"ids": ", ".join(map(str, missing[:20]))}
        raise Invalid({"ids": [text]})
    return ids


def is_ids(data: Any) -> bool:
    return (
        isinstance(data, list)
        and 0 < len(data) <= MOST_IDS
        and all(isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**63 for one in data)
    )
