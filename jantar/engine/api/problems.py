"""Refusals as problem documents (RFC 9457), in the language of the request."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import HttpError, ValidationError

from jantar.engine.api.answers import json_answer
from jantar.engine.records.errors import BadQuery, Invalid, NotAllowed, NotFound, Unconfirmed

Errors = Mapping[str, Sequence[str]]
MOST_ERRORS = 100
#: The kinds of problems by the last part of their `type`: status and title.
KINDS = {
    "bad-request": (400, gettext_lazy("The request can't be understood")),
    "not-signed-in": (401, gettext_lazy("A valid token is missing")),
    "not-allowed": (403, gettext_lazy("You may not do this")),
    "not-found": (404, gettext_lazy("There is nothing here")),
    "method-not-allowed": (405, gettext_lazy("This can't be done here")),
    "stale": (409, gettext_lazy("Changed meanwhile")),
    "not-undoable": (409, gettext_lazy("This can't be undone")),
    "version-differs": (412, gettext_lazy("The record has another version")),
    "too-large": (413, gettext_lazy("The request is too large")),
    "content-type": (415, gettext_lazy("Another content type is expected")),
    "unconfirmed": (422, gettext_lazy("This has to be confirmed")),
    "invalid": (422, gettext_lazy("Some values are not acceptable")),
    "key-used": (422, gettext_lazy("The idempotency key was used for something else")),
    "too-many-requests": (429, gettext_lazy("Too many requests")),
    "server-error": (500, gettext_lazy("Something went wrong on our side")),
}
BY_STATUS = {status: kind for kind, (status, _title) in reversed(KINDS.items())}


class Problem(Exception):
    """A refusal with its kind; `more` are further members of the document."""

    def __init__(
        self, kind: str, detail: object = "", *, errors: Errors | None = None, headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(kind, str(detail))
        self.kind = kind
        self.status, self.title = KINDS[kind]
        self.detail = str(detail)
        self.errors = errors or {}
        self.headers = headers or {}
        self.more = more


def problem_answer(problem: Problem) -> HttpResponse:
    document: dict[str, Any] = {
        "type": f"urn:jantar:problem:{problem.kind}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": problem.detail or str(problem.title),
        **problem.more,
        "errors": dict(list(problem.errors.items())[:MOST_ERRORS]),
    }
    answer = json_answer(document, problem.status, problem.headers)
    answer["Content-Type"] = "application/problem+json"
    return answer


def problem_of(error: Exception) -> Problem | None:
    """What an exception means to the caller; None when it is our own mistake."""
    match error:
        case Problem():
            return error
        case Unconfirmed():
            return Problem("unconfirmed", _("Send it again with `confirm` if it is meant."), errors=error.errors)
        case Invalid():
            return Problem("invalid", " ".join(error.errors.get("", [])), errors=error.errors)
        case NotAllowed():
            return Problem("not-allowed", error)
        case NotFound():
            return Problem("not-found", error)
        case BadQuery():
            parameter = error.where.partition(".")[0].partition("[")[0]
            return Problem("bad-request", error.message, errors={parameter: [error.message]}, where=error.where)
        case ValidationError():
            return wrong_parameters(error)
        case RequestDataTooBig():
            return Problem("too-large", _("Send less at once, or import a file."))
        case UnreadablePostError() | MultiPartParserError() | SuspiciousOperation():
            return Problem("bad-request", _("The request broke off or is damaged."), where="body")
        case HttpError() if error.status_code in BY_STATUS:
            return Problem(BY_STATUS[error.status_code])
    return None


def wrong_parameters(error: ValidationError) -> Problem:
    """Parameters of the address that are missing or not of their type (all of ours are text or whole numbers)."""
    errors = {
        str(one["loc"][-1]): [
            _("This parameter is missing.") if one["type"] == "missing" else _("A whole number is expected.")
        ]
        for one in error.errors
    }
    where, [message] = next(iter(errors.items()))
    return Problem("bad-request", message, errors=errors, where=where)


def unauthorized(detail: object = "") -> Problem:
    return Problem("not-signed-in", detail, headers={"WWW-Authenticate": 'Bearer realm="jantar"'})


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    detail = _("%(method)s is not possible here.") % {"method": request.method}
    return problem_answer(Problem("method-not-allowed", detail, headers={"Allow": allowed}))
