"""What the token's user watches: records, dates, views and hand-picked lists."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.body import read_object
from jantar.engine.api.documents import answer, body_of, problem
from jantar.engine.api.idempotency import once
from jantar.engine.api.parameters import refuse_limit, refuse_unknown
from jantar.engine.api.schemas import ID, Schema, closed, reference
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.following.date_watching import (
    MOST_DAYS,
    MOST_HOURS,
    unwatch_date,
    watch_date,
    watch_dates_of_view,
    watched_dates,
)
from jantar.engine.following.models import DateWatch, OfView, ViewWatch, Watch
from jantar.engine.following.questions import is_list, list_number, names_of_views
from jantar.engine.following.view_watching import unwatch_view, watch_view, watched_views
from jantar.engine.following.watching import end_watch, watch_record, watched_records
from jantar.engine.lists.pins import PREFIX
from jantar.engine.lists.services import load_list
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number

MOST = 100
FIELDS = ("record", "type", "view", "list", "field", "days", "hours", "on_change")
AnyWatch = Watch | DateWatch | ViewWatch
TEXT: Schema = {"type": "string"}
RECORD: Schema = closed({"type": TEXT, "id": ID}, required=["type", "id"])
OF_DATE: dict[str, Schema] = {
    "days": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": MOST_DAYS}},
    "hours": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": MOST_HOURS}},
    "on_change": {"type": "boolean", "description": "Tell also when somebody changes the date."},
}
SHOWN: dict[str, Schema] = {
    "id": ID,
    "kind": {"enum": ["records", "dates", "views"], "description": "Where it is ended: /watches/{kind}/{id}."},
    "type": {**TEXT, "description": "The type of the records."},
    "record": {**RECORD, "type": ["object", "null"]},
    "view": {"type": ["string", "null"], "description": "The number of a saved view, or the name of one of the type."},
    "list": {"type": ["integer", "null"], "description": "The id of a hand-picked list."},
    "field": {"type": ["string", "null"], "description": "The date that is watched."},
    **OF_DATE,
    "title": {**TEXT, "description": "Empty when the record, view or list is gone or no longer visible."},
}
SCHEMAS: dict[str, Schema] = {
    "Watch": closed(SHOWN, required=list(SHOWN)),
    "Watches": closed(
        {"items": {"type": "array", "items": reference("Watch")}, "next_cursor": {"type": ["string", "null"]}},
        required=["items", "next_cursor"],
    ),
    "WatchCreate": {
        **closed(
            {
                "record": RECORD,
                "type": {**TEXT, "description": "With `view`: the type of its records."},
                "view": {**TEXT, "maxLength": 60},
                "list": ID,
                "field": {**TEXT, "description": "A date to be told of instead of the record, view or list itself."},
                **OF_DATE,
            },
            required=[],
        ),
        "description": "One of `record`, `view` with `type`, and `list`.",
    },
}


def add_watches(router: Router) -> None:
    tag = "watches"
    found = answer(200, reference("Watches"))
    listing = documents.route("watches", "What you watch; records newest first, by pages", found, tag=tag)
    made = answer(201, reference("Watch")) | problem(403, 413, 415, 422)
    creating = documents.route(
        "watches_create", "Watch a record, a view, a list, or a date of these", made, tag=tag,
        headers=[documents.KEY_HEADER], body=body_of(reference("WatchCreate")),
    )  # fmt: skip

    @router.get("/watches", **listing)
    def list_watches(request: HttpRequest, cursor: str = "", limit: int = 50) -> HttpResponse:
        refuse_unknown(request, {"cursor", "limit"})
        return json_answer(watches_of(current_actor(request), cursor=cursor, limit=limit))

    @router.post("/watches", **creating)
    def create_watch(request: HttpRequest) -> HttpResponse:
        def produce() -> HttpResponse:
            actor = current_actor(request)
            return json_answer(dump([begin(read_object(request), actor)], actor)[0], 201)

        refuse_unknown(request)
        return once(request, current_actor(request), produce)

    for kind, end in (("records", end_watch), ("dates", unwatch_date), ("views", unwatch_view)):
        add_ending(router, kind, end)


def add_ending(router: Router, kind: str, end: Any) -> None:
    gone: documents.Answers = {204: {"description": "It is watched no longer."}} | problem(404)
    ending = documents.route(f"watches_{kind}_delete", "Watch it no longer", gone, tag="watches")

    @router.delete(f"/watches/{kind}/{{int:id}}", **ending)
    def end_one(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        end(id, actor=current_actor(request))
        return HttpResponse(status=204)


def watches_of(actor: Actor, *, cursor: str, limit: int) -> dict[str, Any]:
    """The first page has all views and dates too. Raises BadQuery."""
    refuse_limit(limit, MOST)
    before = whole_number(cursor) if cursor else None
    if cursor and before is None:
        raise BadQuery("cursor", _("This page address is no longer valid."))
    records = watched_records(actor, limit + 1, before=before)
    more = str(records[limit - 1].pk) if len(records) > limit else None
    first: list[AnyWatch] = [] if cursor else [*watched_views(actor), *watched_dates(actor)]
    return {"items": dump([*first, *records[:limit]], actor), "next_cursor": more}


def dump(watches: Sequence[AnyWatch], actor: Actor) -> list[dict[str, Any]]:
    """Three statements, however many there are."""
    keys = [one.record for one in watches if not isinstance(one, ViewWatch)]
    titles = record_titles([key for key in keys if key], actor)
    names = names_of_views([one for one in watches if isinstance(one, OfView)], actor)
    return [dump_one(one, titles, names) for one in watches]


def dump_one(watch: AnyWatch, titles: Mapping[RecordKey, str], names: Mapping[str, str]) -> dict[str, Any]:
    key = None if isinstance(watch, ViewWatch) else watch.record
    view = watch.view_key if isinstance(watch, OfView) else ""
    date = watch if isinstance(watch, DateWatch) else None
    return {
        "id": watch.pk,
        "kind": "dates" if date else "views" if view else "records",
        "type": watch.__dict__["record_type"],
        "record": {"type": key.type, "id": key.id} if key else None,
        "view": view if view and not is_list(view) else None,
        "list": list_number(view) if is_list(view) else None,
        "field": date.field if date else None,
        "days": date.days if date else [],
        "hours": date.hours if date else [],
        "on_change": date is not None and date.on_change,
        "title": titles.get(key, "") if key else title_of_view(watch.__dict__["record_type"], view, names),
    }


def title_of_view(type_name: str, view: str, names: Mapping[str, str]) -> str:
    views = registry.get(type_name).views if type_name in registry else ()
    return names.get(view) or next((str(one.label) for one in views if one.name == view), "")


def begin(data: Mapping[str, Any], actor: Actor) -> AnyWatch:
    """Raises Invalid, NotAllowed."""
    check(data)
    record_type, key, view = place_in(data, actor)
    what = next(name for name in ("record", "list", "view") if name in data)
    with named(what):
        if "field" not in data:
            return watch_record(key, actor=actor) if key else watch_view(record_type, view, actor=actor)
        chosen = {
            "days": data.get("days", []), "hours": data.get("hours", []), "on_change": data.get("on_change", False),
        }  # fmt: skip
        if key:
            return watch_date(key, data["field"], actor=actor, **chosen)
        return watch_dates_of_view(record_type, view, data["field"], actor=actor, **chosen)


def place_in(data: Mapping[str, Any], actor: Actor) -> tuple[RecordType, RecordKey | None, str]:
    """The type of the records, and the record or the view meant. Raises Invalid."""
    if "record" in data:
        with named("record"):
            key = AnyRecord("record", "").load(data["record"])
            if key is None or key.type not in registry:
                raise NotFound(_("There is no such record."))
            return registry.get(key.type), key, ""
    if "list" in data:
        with named("list"):
            chosen = load_list(data["list"], actor)
            return registry.get(chosen.of), None, f"{PREFIX}{chosen.pk}"
    name = data.get("type", "")
    if name not in registry or not actor.may("see", name):
        raise Invalid({"type": [_("There is no such type of records.")]})
    return registry.get(name), None, data["view"]


@contextmanager
def named(field: str) -> Iterator[None]:
    """What is not there is wrong in a field of what was sent."""
    try:
        yield
    except (FieldError, NotFound) as error:
        raise Invalid({field: [str(error)]}) from error
    except BadQuery as error:
        raise Invalid({"field" if error.where == "field" else field: [error.message]}) from error


def check(data: Mapping[str, Any]) -> None:
    """Raises Invalid for what is unknown, of the wrong kind, or does not go together."""
    errors = {name: [_("There is no field “%(name)s”.") % {"name": name[:50]}] for name in data if name not in FIELDS}
    for name in ("type", "view", "field"):
        if name in data and not isinstance(data[name], str):
            errors[name] = [_("Text is expected.")]
    for name in ("days", "hours"):
        if name in data and not is_numbers(data[name]):
            errors[name] = [_("A list of whole numbers is expected.")]
    if "on_change" in data and not isinstance(data["on_change"], bool):
        errors["on_change"] = [_("Yes or no is expected.")]
    if "list" in data and not is_number(data["list"]):
        errors["list"] = [_("The id of a list is expected.")]
    if len([name for name in ("record", "view", "list") if name in data]) != 1:
        errors.setdefault("record", [_("A record, a view with its type or a list is expected.")])
    if "type" in data and "view" not in data:
        errors.setdefault("type", [_("A record, a view with its type or a list is expected.")])
    if "field" not in data and any(name in data for name in OF_DATE):
        errors.setdefault("field", [_("Say which date is meant.")])
    if errors:
        raise Invalid(errors)


def is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**31


def is_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_number, value))
