"""The channels of the teams whose channels the token's user reads: listing them, their messages, writing."""

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
from jantar.engine.api.stream import MENTIONS, MOST_ENTRIES, dump_comment, read_words, say
from jantar.engine.fields.dates import in_utc
from jantar.engine.following import reading
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.timeline import stream
from jantar.engine.timeline.channels import channels_of, load_channel
from jantar.engine.timeline.models import Comment

CHANNEL: Schema = closed(
    {
        "id": {**ID, "description": "The id of the team."},
        "name": {"type": "string"},
        "unread": {"type": "integer", "minimum": 0, "description": "How many messages the user has not read."},
        "last_at": {"type": ["string", "null"], "format": "date-time", "description": "When somebody wrote last."},
    },
    required=["id", "name", "unread", "last_at"],
)
SCHEMAS: dict[str, Schema] = {
    "Channels": closed({"items": {"type": "array", "items": CHANNEL}}, required=["items"]),
    "Messages": closed(
        {
            "items": {"type": "array", "items": reference("Comment")},
            "next_cursor": {"type": ["string", "null"]},
        },
        required=["items", "next_cursor"],
    ),
}


def add_channels(router: Router) -> None:
    tag = "channels"
    found = documents.route("channels", "The channels you read", answer(200, reference("Channels")), tag=tag)
    page = answer(200, reference("Messages")) | problem(404)
    messages = documents.route("channels_messages", "The messages of a channel, newest first", page, tag=tag)
    written = answer(201, reference("Comment")) | problem(403, 404, 413, 415, 422)
    writing = documents.route(
        "channels_add_message", "Write into a channel, or answer there", written, tag=tag,
        headers=[documents.KEY_HEADER], body=body_of(reference("CommentCreate")),
    )  # fmt: skip

    @router.get("/channels", **found)
    def list_channels(request: HttpRequest) -> HttpResponse:
        refuse_unknown(request)
        return json_answer({"items": dump_channels(current_actor(request))})

    @router.get("/channels/{int:id}/messages", **messages)
    def list_messages(request: HttpRequest, id: int, cursor: str = "", limit: int = 20) -> HttpResponse:
        refuse_unknown(request, {"cursor", "limit"})
        return json_answer(messages_of(current_actor(request), id, cursor=cursor, limit=limit))

    @router.post("/channels/{int:id}/messages", **writing)
    def write_message(request: HttpRequest, id: int) -> HttpResponse:
        def produce() -> HttpResponse:
            actor = current_actor(request)
            given = read_words(read_object(request), ("text", *MENTIONS, "answers"))
            team, nothing = load_channel(id, actor), _("There is no such message in this channel.")
            return json_answer(say(team, actor, given, nothing), 201)

        refuse_unknown(request)
        return once(request, current_actor(request), produce)


def dump_channels(actor: Actor) -> list[dict[str, Any]]:
    unread = reading.unread_messages(actor)
    return [
        {
            "id": one.team.pk,
            "name": one.team.name,
            "unread": len(unread.get(one.team.pk, ())),
            "last_at": None if one.at is None else in_utc(one.at),
        }
        for one in channels_of(actor)
    ]


def messages_of(actor: Actor, team_id: int, *, cursor: str, limit: int) -> dict[str, Any]:
    """Raises NotFound, BadQuery."""
    refuse_limit(limit, MOST_ENTRIES)
    team = load_channel(team_id, actor)
    try:
        page = stream.page(team, actor, before=cursor, limit=limit)
    except BadQuery as error:
        raise BadQuery("cursor", error.message) from error
    ids = [one.source.pk for one in page.entries if one.source]
    rows = (
        Comment.objects.visible_to(actor).select_related("author").prefetch_related("mentions__user", "mentions__team")
    )
    found = rows.in_bulk(ids)
    return {"items": [dump_comment(found[pk]) for pk in ids if pk in found], "next_cursor": page.older}
