"""What the token's user was told, marking it read, and watching records."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.documents import Description, answer, problem
from jantar.engine.api.parameters import refuse_limit, refuse_unknown
from jantar.engine.api.schemas import reference
from jantar.engine.api.stream import user_reference
from jantar.engine.fields.dates import in_utc
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import reading
from jantar.engine.following.watching import unwatch_record, watch_record
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.record_type import RecordType
from jantar.kit.numbers import whole_number

MOST = 100


def add_notifications(router: Router) -> None:
    @router.get("/notifications", **described("notifications", "What you were told, newest first", listing=True))
    def list_notifications(
        request: HttpRequest, unread: bool = False, cursor: str = "", limit: int = 20
    ) -> HttpResponse:
        refuse_unknown(request, {"unread", "cursor", "limit"})
        return json_answer(list_told(current_actor(request), only_unread=unread, cursor=cursor, limit=limit))

    @router.post("/notifications/{int:id}/read", **described("notifications_read", "Mark one as read", listing=False))
    def mark_read(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        actor = current_actor(request)
        reading.one_of(actor, id)
        reading.mark_read(actor, [id])
        return HttpResponse(status=204)

    @router.post("/notifications/read", **described("notifications_read_all", "Mark all as read", listing=False))
    def mark_all_read(request: HttpRequest) -> HttpResponse:
        refuse_unknown(request)
        reading.mark_read(current_actor(request))
        return HttpResponse(status=204)


def add_watching(router: Router, record_type: RecordType) -> None:
    @router.put("/{int:id}/watch", **watching(record_type, "watch", "Be told of what others do with one"))
    def watch(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        watch_record(RecordKey(record_type.name, id), actor=current_actor(request))
        return HttpResponse(status=204)

    @router.delete("/{int:id}/watch", **watching(record_type, "unwatch", "Be told of one no longer"))
    def unwatch(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        unwatch_record(RecordKey(record_type.name, id), actor=current_actor(request))
        return HttpResponse(status=204)


def list_told(actor: Actor, *, only_unread: bool, cursor: str, limit: int) -> dict[str, Any]:
    """The cursor is the id of the last one of the page before. Raises BadQuery."""
    refuse_limit(limit, MOST)
    before = whole_number(cursor) if cursor else None
    if cursor and before is None:
        raise BadQuery("cursor", _("This page address is no longer valid."))
    told = reading.newest(actor, before=before, limit=limit + 1, only_unread=only_unread)
    more = str(told[limit - 1].notification.pk) if len(told) > limit else None
    return {"items": [dump_told(one) for one in told[:limit]], "next_cursor": more}


def dump_told(one: reading.Told) -> dict[str, Any]:
    """`record` is empty for a summary of many records."""
    row = one.notification
    return {
        "id": row.pk,
        "kind": row.kind,
        "at": in_utc(row.at),
        "who": user_reference(row.actor),
        "record": {"type": one.key.type, "id": one.key.id} if one.key else None,
        "type": one.type_name,
        "title": one.title,
        "sentence": one.sentence,
        "text": one.text,
        "is_read": one.is_read,
    }


def described(name: str, summary: str, *, listing: bool) -> Description:
    done: documents.Answers = {204: {"description": "It is read."}}
    answers = answer(200, reference("Notifications")) if listing else done | problem(404)
    return documents.route(name, summary, answers, tag="notifications")


def watching(record_type: RecordType, name: str, summary: str) -> Description:
    answers: documents.Answers = {204: {"description": "So it is now."}} | problem(403, 404)
    return documents.of_type(record_type, name, summary, answers)
