"""Dialogs whose address is opened by itself, in a new tab or from a bookmark: their page comes, with them open."""

from collections.abc import Callable
from copy import copy
from urllib.parse import quote, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve

from jantar.engine.pages.errors import STATUSES

#: Only heads of dialogs have it (cotton/dialog_content.html).
MARK = b"data-dialog-title"
REFUSALS: tuple[type[Exception], ...] = (Http404, PermissionDenied, *STATUSES)


class DialogPagesMiddleware:
    """Browsers that ask for a page get one: a dialog without the shell would have neither style nor behaviour."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_for_page(request) or not is_dialog(response):
            return response
        return redirect(f"{page_below(request)}#dialog={quote(request.get_full_path())}")


def is_for_page(request: HttpRequest) -> bool:
    """Whether the answer is to be a page of its own; parts of pages and what fetch asks for are not."""
    is_part = "HX-Request" in request.headers or "X-Requested-With" in request.headers
    return request.method == "GET" and not is_part and "text/html" in request.headers.get("Accept", "")


def is_dialog(response: HttpResponse) -> bool:
    if response.streaming or response.status_code != 200 or "html" not in response.headers.get("Content-Type", ""):
        return False
    return not is_whole(response) and MARK in response.content


def is_whole(response: HttpResponse) -> bool:
    return response.content[:200].lstrip().lower().startswith(b"<!doctype")


def page_below(request: HttpRequest) -> str:
    """The page on which the link was pressed; else the nearest one above in the address, with what it was asked."""
    origin = urlsplit(request.headers.get("Referer", ""))
    is_ours = origin.netloc == request.get_host() and not origin.path.startswith("//")  # that would be another site
    if is_ours and origin.path != request.path:
        return f"{origin.path}?{origin.query}" if origin.query else origin.path
    parts = request.path.strip("/").split("/")
    above = (f"/{'/'.join(parts[:size])}/" for size in range(len(parts) - 1, 0, -1))
    path = next((path for path in above if is_page(path, request)), "/")
    query = request.META.get("QUERY_STRING", "") if path != "/" else ""
    return f"{path}?{query}" if query else path


def is_page(path: str, request: HttpRequest) -> bool:
    """Whether a whole page answers there; asked of the view itself."""
    asked = copy(request)
    try:
        asked.path = asked.path_info = path
        asked.resolver_match = resolve(path)
        view, given, named = asked.resolver_match
        response = view(asked, *given, **named)
    except REFUSALS:
        return False
    return response.status_code == 200 and not response.streaming and is_whole(response)
