"""The API as a whole: one router for each record type, and what is not about records."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from ninja import NinjaAPI

from jantar.engine.api.answers import json_answer
from jantar.engine.api.credentials import BearerToken, PageSession
from jantar.engine.api.edge import edge
from jantar.engine.api.files import files_router
from jantar.engine.api.held_files import held_files_router
from jantar.engine.api.members import members_router
from jantar.engine.api.openapi import document_of, without_types
from jantar.engine.api.problems import Problem, problem_answer, problem_of, unauthorized
from jantar.engine.api.routes import router_of
from jantar.engine.api.runs import runs_router
from jantar.engine.api.schemas import Schema
from jantar.engine.api.whole import whole_router
from jantar.engine.permissions.modules import switched_off, types_off
from jantar.engine.records.registry import registry

#: The name by which ninja knows where the API begins.
ROOT = "api-root"
logger = logging.getLogger(__name__)
DESCRIPTION = """Everything that the pages of Jantar show and change, with the same rights.

Send `Authorization: Bearer TOKEN`. Times are UTC, amounts are texts with their currency, a reference is answered
as id and title and accepted as id. Refusals are problem documents (RFC 9457) in the language of `Accept-Language`.
"""


class RecordApi(NinjaAPI):
    """A NinjaAPI whose every answer, refusals of unknown addresses and methods too, is one of ours."""

    schemas: dict[str, Schema]

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, application, namespace = super().urls
        ours = [pattern for pattern in patterns if isinstance(pattern, URLPattern) and pattern.name != ROOT]
        for pattern in ours:
            pattern.callback = edge(pattern.callback)
        document = path("openapi.json", edge(self.show_document), name="openapi")
        rest = edge(nothing_here)
        return [*ours, document, path("", rest, name=ROOT), re_path("", rest)], application, namespace

    @method_decorator([transaction.non_atomic_requests, require_GET])
    def show_document(self, request: HttpRequest) -> HttpResponse:
        """For everybody: it tells nothing that the source code does not."""
        return json_answer(without_types(document_of(self), types_off(switched_off())))

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        problem = problem_of(exc)
        if problem is None:
            return broken(request, exc)
        if problem.status == 401:
            problem = unauthorized(problem.detail)
        return problem_answer(problem)


def build_api(schemas: Mapping[str, Schema] | None = None) -> RecordApi:
    """The API of all registered record types, at `/types`, `/me`, `/openapi.json` and `/NAME/...`.

    `schemas` are those that routers added later refer to in the document.
    """
    api = RecordApi(
        title="Jantar", version="1", description=DESCRIPTION, urls_namespace="api",
        auth=[BearerToken(), PageSession()], openapi_url=None, docs_url=None,
    )  # fmt: skip
    api.schemas = dict(schemas or {})
    api.add_router("", whole_router())
    for record_type in registry.all():
        api.add_router(f"/{record_type.name}", router_of(record_type))
    api.add_router("/documents", files_router())
    api.add_router("/files", held_files_router())
    api.add_router("/lists", members_router())
    api.add_router("/jobs", runs_router())
    return api


@transaction.non_atomic_requests
def nothing_here(request: HttpRequest) -> HttpResponse:
    return problem_answer(Problem("not-found", _("There is no such address.")))


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """A mistake of ours: nothing is stored, it is logged and told without its details."""
    connection = transaction.get_connection()
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    got_request_exception.send(sender=None, request=request)
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem_answer(Problem("server-error", _("Nothing was stored. Please try again or ask an administrator.")))
