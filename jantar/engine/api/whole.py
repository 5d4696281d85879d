"""The addresses that belong to no single record type: search, descriptions, notes and comments, undo."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jantar.engine.api import about, documents, finding, past, stream
from jantar.engine.api.answers import json_answer
from jantar.engine.api.body import read_object
from jantar.engine.api.channels import add_channels
from jantar.engine.api.custom_fields import add_custom_fields
from jantar.engine.api.documents import Description, answer, body_of, problem
from jantar.engine.api.free_busy import add_free_busy
from jantar.engine.api.notifications import add_notifications
from jantar.engine.api.parameters import refuse_unknown
from jantar.engine.api.schemas import reference
from jantar.engine.api.watches import add_watches
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.timeline import services
from jantar.platform.accounts.models import User


def whole_router() -> Router:
    router = Router()
    add_about(router)
    add_custom_fields(router)
    add_notes(router)
    add_comments(router)
    add_notifications(router)
    add_channels(router)
    add_watches(router)
    add_free_busy(router)

    @router.get("/search", **shown("search", "Search in all types", "Hits", tag="search"))
    def find(request: HttpRequest, q: str, types: str = "", limit: int = 5) -> HttpResponse:
        refuse_unknown(request, {"q", "types", "limit"})
        return json_answer(finding.find(current_actor(request), q, types, limit))

    @router.post("/operations/{int:id}/undo", **undoing())
    def undo_operation(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(past.undo_operation(current_actor(request), id))

    return router


def add_about(router: Router) -> None:
    @router.get("/types", **shown("types", "Record types with their fields", "Types", tag="about"))
    def show_types(request: HttpRequest) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(about.describe_types(current_actor(request)))

    @router.get("/me", **shown("me", "Who the token stands for", "Me", tag="about"))
    def show_me(request: HttpRequest) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(about.describe_caller(cast(User, request.user), current_actor(request)))


def add_notes(router: Router) -> None:
    @router.patch("/notes/{int:id}", **changed("note", "Note"))
    def change_note(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(stream.change_note(current_actor(request), id, read_object(request)))

    @router.delete("/notes/{int:id}", **deleted("note"))
    def delete_note(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        services.delete_note(id, actor=current_actor(request))
        return HttpResponse(status=204)


def add_comments(router: Router) -> None:
    @router.patch("/comments/{int:id}", **changed("comment", "Comment"))
    def change_comment(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        return json_answer(stream.change_comment(current_actor(request), id, read_object(request)))

    @router.delete("/comments/{int:id}", **deleted("comment"))
    def delete_comment(request: HttpRequest, id: int) -> HttpResponse:
        refuse_unknown(request)
        services.delete_comment(id, actor=current_actor(request))
        return HttpResponse(status=204)


def shown(name: str, summary: str, schema: str, *, tag: str) -> Description:
    return documents.route(name, summary, answer(200, reference(schema)), tag=tag)


def changed(kind: str, schema: str) -> Description:
    answers = answer(200, reference(schema)) | problem(403, 404, 413, 415, 422)
    body = body_of(reference(f"{schema}Update"))
    return documents.route(f"{kind}s_update", f"Change a {kind} of one's own", answers, tag="timeline", body=body)


def deleted(kind: str) -> Description:
    answers: documents.Answers = {204: {"description": "It is gone."}} | problem(403, 404)
    return documents.route(f"{kind}s_delete", f"Delete a {kind} of one's own", answers, tag="timeline")


def undoing() -> Description:
    answers = answer(200, reference("Undoing")) | problem(403, 404, 409)
    return documents.route("undo", "Take an operation back; what was changed since stays", answers, tag="history")
