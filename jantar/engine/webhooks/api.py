"""Webhooks in the API, for administrators: the same acts as on their pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from jantar.engine.api import documents
from jantar.engine.api.answers import json_answer
from jantar.engine.api.body import read_object, read_settings
from jantar.engine.api.idempotency import once
from jantar.engine.api.parameters import refuse_limit, refuse_unknown
from jantar.engine.api.schemas import Schema, closed, reference
from jantar.engine.api.stream import user_reference
from jantar.engine.fields.dates import in_utc
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery
from jantar.engine.webhooks import queries, services
from jantar.engine.webhooks.models import Delivery, Event, Webhook
from jantar.kit.numbers import whole_number

ONE = "/{int:id}"
MOST_MESSAGES = 100
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
TEXTS: Schema = {"type": "array", "items": TEXT}
SETTINGS: dict[str, Schema] = {
    "name": {**TEXT, "maxLength": 100},
    "url": {**TEXT, "maxLength": 500},
    "user": {"type": "integer", "description": "Whose rights decide what is told; yours when left out."},
    "record_type": {**TEXT, "description": "Such as people; empty for all types."},
    "events": {"type": "array", "items": {"enum": Event.values}},
    "fields": {**TEXTS, "description": "Of the event changed: only when one of these did."},
    "filter": {"type": "object", "description": "As in lists; needs a record_type."},
}
#: What is sent, with the Python type of each.
KINDS: dict[str, type] = {
    "name": str, "url": str, "user": int, "record_type": str, "events": list, "fields": list, "filter": dict,
}  # fmt: skip
SHOWN: dict[str, Schema] = {
    "id": {"type": "integer"},
    **SETTINGS,
    "user": {"type": "object", "properties": {"id": {"type": "integer"}, "title": TEXT}},
    "state": {"enum": Webhook.State.values},
    "failing_since": TIME,
    "last_error": TEXT,
}
MESSAGE: dict[str, Schema] = {
    "id": {"type": "integer"},
    "message_id": {**TEXT, "description": "What the receiver sees as webhook-id."},
    "type": TEXT,
    "state": {"enum": Delivery.State.values},
    "attempts": {"type": "integer"},
    "created_at": TIME,
    "next_at": TIME,
}
ATTEMPT: dict[str, Schema] = {
    "at": TIME,
    "status": {"type": ["integer", "null"]},
    "milliseconds": {"type": ["integer", "null"]},
    "error": TEXT,
    "answer": TEXT,
}
SECRET: Schema = {**TEXT, "description": "Told here once and never again."}
SCHEMAS: dict[str, Schema] = {
    "Webhook": closed(SHOWN, required=list(SHOWN)),
    "WebhookSecret": closed({**SHOWN, "secret": SECRET}, required=[*SHOWN, "secret"]),
    "WebhookCreate": closed(SETTINGS, required=["name", "url", "events"]),
    "WebhookUpdate": closed(SETTINGS, required=[]),
    "WebhookMessage": closed(MESSAGE, required=list(MESSAGE)),
    "WebhookMessageWhole": closed(
        {**MESSAGE, "body": TEXT, "tries": {"type": "array", "items": closed(ATTEMPT, required=list(ATTEMPT))}},
        required=[*MESSAGE, "body", "tries"],
    ),
}


def webhooks_router() -> Router:
    router = Router(tags=["webhooks"])
    add_reading(router)
    add_storing(router)
    add_acts(router)
    add_messages(router)
    return router


def add_reading(router: Router) -> None:
    @router.get("", **page_of("list", "All webhooks, for administrators", "Webhook"))
    def list_webhooks(request: HttpRequest) -> HttpResponse:
        refuse_unknown(request)
        administrator(request)
        return json_answer({"items": [dumped(hook) for hook in queries.all_webhooks()], "next_cursor": None})

    @router.get(ONE, **described("get", "Show one", 200, "Webhook"))
    def show_webhook(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(dumped(one_of(request, id)))


def add_storing(router: Router) -> None:
    @router.post("", **described("create", "Add one; answers its secret", 201, "WebhookSecret", "WebhookCreate"))
    def create_webhook(request: HttpRequest) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        hook, secret = services.add_webhook(read_settings(read_object(request), KINDS), actor=actor)
        return json_answer({**dumped(hook), "secret": secret}, 201, {"Location": f"{request.path}/{hook.pk}"})

    @router.patch(ONE, **described("update", "Change the given settings", 200, "Webhook", "WebhookUpdate"))
    def change_webhook(request: HttpRequest, id: int) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        values = read_settings(read_object(request), KINDS)
        hook = services.change_webhook(queries.find_webhook(id), values, actor=actor)
        return json_answer(dumped(queries.find_webhook(hook.pk)))

    @router.delete(ONE, **deleting())
    def delete_webhook(request: HttpRequest, id: int) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        services.delete_webhook(queries.find_webhook(id), actor=actor)
        return HttpResponse(status=204)


def add_acts(router: Router) -> None:
    @router.post(f"{ONE}/pause", **described("pause", "Let messages wait", 200, "Webhook"))
    def pause(request: HttpRequest, id: int) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        services.pause_webhook(queries.find_webhook(id), actor=actor)
        return json_answer(dumped(queries.find_webhook(id)))

    @router.post(f"{ONE}/resume", **described("resume", "Turn on", 200, "Webhook"))
    def resume(request: HttpRequest, id: int) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        services.resume_webhook(queries.find_webhook(id), actor=actor)
        return json_answer(dumped(queries.find_webhook(id)))

    @router.post(f"{ONE}/rotate", **described("rotate", "Make a new secret", 200, "WebhookSecret"))
    def rotate(request: HttpRequest, id: int) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        hook = queries.find_webhook(id)
        return json_answer({**dumped(hook), "secret": services.rotate_secret(hook, actor=actor)})

    @router.post(f"{ONE}/test", **described("test", "Send a test message", 201, "WebhookMessage", keyed=True))
    def test(request: HttpRequest, id: int) -> HttpResponse:
        def produce() -> HttpResponse:
            return json_answer(message(services.send_test(queries.find_webhook(id), actor=actor)), 201)

        actor = administrator(request)
        refuse_unknown(request)
        return once(request, actor, produce)


def add_messages(router: Router) -> None:
    at = f"{ONE}/messages"

    @router.get(at, **page_of("messages", "Messages, the newest first", "WebhookMessage"))
    def list_messages(
        request: HttpRequest, id: int, state: str = "", cursor: str = "", limit: int = 50
    ) -> HttpResponse:
        refuse_unknown(request, {"state", "cursor", "limit"})
        return json_answer(messages_of(one_of(request, id), state, cursor, limit))

    @router.get(f"{at}/{{int:number}}", **described("message", "One with its attempts", 200, "WebhookMessageWhole"))
    def show_message(request: HttpRequest, id: int, number: int) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(whole(queries.find_message(one_of(request, id), number)))

    @router.post(f"{at}/{{int:number}}/redeliver", **described("redeliver", "Send one again", 200, "WebhookMessage"))
    def redeliver(request: HttpRequest, id: int, number: int) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        hook = queries.find_webhook(id)
        services.redeliver(hook, [queries.find_message(hook, number).pk], actor=actor)
        return json_answer(message(queries.find_message(hook, number)))

    @router.post(f"{ONE}/redeliver", **redelivering())
    def redeliver_failed(request: HttpRequest, id: int) -> HttpResponse:
        actor = administrator(request)
        refuse_unknown(request)
        return json_answer({"count": services.redeliver(queries.find_webhook(id), actor=actor)})


def administrator(request: HttpRequest) -> Actor:
    actor = current_actor(request)
    actor.require_admin()
    return actor


def one_of(request: HttpRequest, pk: int) -> Webhook:
    administrator(request)
    hook: Webhook = queries.find_webhook(pk)
    return hook


def messages_of(hook: Webhook, state: str, cursor: str, limit: int) -> dict[str, Any]:
    refuse_limit(limit, MOST_MESSAGES)
    before = whole_number(cursor) if cursor else None
    if cursor and before is None:
        raise BadQuery("cursor", _("This page address is no longer valid."))
    if state and state not in Delivery.State.values:
        raise BadQuery("state", _("There is no such filter."))
    page, following = queries.page_of_messages(hook, state=state, before=before, limit=limit)
    return {
        "items": [message(one) for one in page],
        "next_cursor": None if following is None else str(following),
    }


def dumped(hook: Webhook) -> dict[str, Any]:
    return {
        "id": hook.pk,
        **{name: getattr(hook, name) for name in SETTINGS},
        "user": user_reference(hook.user),
        "state": hook.state,
        "failing_since": None if hook.failing_since is None else in_utc(hook.failing_since),
        "last_error": hook.last_error,
    }


def message(delivery: Delivery) -> dict[str, Any]:
    waits = delivery.state == Delivery.State.WAITING
    return {
        "id": delivery.pk,
        "message_id": delivery.message_id,
        "type": delivery.type,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_at": in_utc(delivery.created_at),
        "next_at": in_utc(delivery.next_at) if waits else None,
    }


def whole(delivery: Delivery) -> dict[str, Any]:
    tries = [
        {**{name: getattr(one, name) for name in ATTEMPT}, "at": in_utc(one.at)}
        for one in delivery.tries.order_by("-pk")
    ]
    return {**message(delivery), "body": delivery.body, "tries": tries}


def described(
    name: str, summary: str, status: int, schema: str, body: str = "", *, keyed: bool = False
) -> documents.Description:
    problems = documents.problem(403, 404, 422, *((413, 415) if body else ()))
    return documents.route(
        f"webhooks_{name}", summary, documents.answer(status, reference(schema)) | problems,
        headers=[documents.KEY_HEADER] if keyed else None,
        body=documents.body_of(reference(body)) if body else None,
    )  # fmt: skip


def page_of(name: str, summary: str, schema: str) -> documents.Description:
    items: Schema = {"type": "array", "items": reference(schema)}
    page = closed({"items": items, "next_cursor": {"type": ["string", "null"]}}, required=["items", "next_cursor"])
    return documents.route(f"webhooks_{name}", summary, documents.answer(200, page) | documents.problem(403, 404))


def deleting() -> documents.Description:
    answers: documents.Answers = {204: {"description": "It is gone, with its messages."}}
    return documents.route("webhooks_delete", "Delete one", answers | documents.problem(403, 404))


def redelivering() -> documents.Description:
    answer = documents.answer(200, closed({"count": {"type": "integer"}}, required=["count"]))
    return documents.route(
        "webhooks_redeliver_failed", "Send all failed messages again", answer | documents.problem(403, 404)
    )
