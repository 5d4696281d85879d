"""Turns refusals of the engine into answers: a page, or a sentence for what htmx and fetch ask for."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from jantar.engine.pages import too_large
from jantar.engine.records.errors import BadQuery, Invalid, NotAllowed, NotFound, Stale
from jantar.engine.records.undo import NotUndoable

STATUSES: dict[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 403,
    BadQuery: 400,
    Invalid: 422,
    Stale: 409,
    NotUndoable: 409,
}


class ErrorsMiddleware:
    """Views let refusals of the engine pass; the transaction is rolled back and the answer made here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if too_large.is_refused_unread(request):
            return error_answer(request, 413, too_large.message_unread(request))
        response = self.get_response(request)
        if response.status_code == 413:
            too_large.read_rest(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), None)
        return None if status is None else error_answer(request, status, message_of(error))


def message_of(error: Exception) -> str:
    """The refusal in the user's words."""
    match error:
        case BadQuery():
            return error.message
        case Stale():
            return _("Somebody else changed this meanwhile. Load it again and repeat your change.")
        case Invalid():
            return "\n".join(message for messages in error.errors.values() for message in messages)
    return str(error)


def error_answer(
    request: HttpRequest, status: int, message: str, *, action: tuple[str, str] | None = None
) -> HttpResponse:
    """An error page in the shell; plain text for parts of a page, which show it as a toast.

    `action` is the address and the label of what helps; otherwise the page leads to the start.
    """
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        response = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
        if status in (409, 422):  # htmx would put these into the page
            response["HX-Reswap"] = "none"
            trigger_client_event(response, "toast:show", {"message": message, "tone": "danger"})
        return response
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    base = "ui/shell.html" if signed_in else "ui/bare.html"
    context = {"base": base, "status": status, "heading": heading_of(status), "message": message, "action": action}
    return render(request, "pages/error.html", context, status=status)


def heading_of(status: int) -> str:
    return {
        400: _("This address can't be read"),
        403: _("You may not do this"),
        404: _("Nothing here"),
        409: _("Changed meanwhile"),
        413: _("This is too much at once"),
        422: _("Please check your entries"),
    }.get(status, _("That did not work"))


# Django's own errors look the same (see project/urls.py).


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return error_answer(request, 413, too_large.message_for(request))
    if isinstance(exception, TooManyFieldsSent):
        return error_answer(request, 413, _("This form has too many rows. Save it in several steps."))
    return error_answer(request, 400, _("Part of the request could not be understood."))


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    return error_answer(request, 403, str(exception) or _("Ask an administrator if you need this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_answer(request, 403, _("The page has been open for too long. Load it again and repeat your change."))


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    return error_answer(request, 404, _("The address is wrong, or you may not see what is here."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the shell: whatever it needs may be what failed."""
    message = _("Something went wrong on our side. What you typed is kept; please try again.")
    if request.headers.get("HX-Request"):
        return HttpResponse(message, status=500, content_type="text/plain; charset=utf-8")
    return HttpResponse(render_to_string("pages/server_error.html", {"message": message}), status=500)
