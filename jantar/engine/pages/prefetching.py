"""Record pages that the browser asks for before their link is pressed.

Such a page may be kept for a few seconds, by this browser alone (`private`), and opens from there. Whatever the user
changes meanwhile is seen nevertheless: every change gives the browser a new value of a cookie, and what was kept
under another one no longer fits (`Vary: Cookie`).
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

#: How long a page stays good, in seconds: from resting on a link to pressing it.
SECONDS = 10
HEADER = "X-Prefetch"
COOKIE = "fresh"
SAFE = ("GET", "HEAD", "OPTIONS")
PAGES = ("pages:detail",)


class PrefetchMiddleware:
    """Asking ahead has no effect: only pages that do nothing but show are made, and messages that wait are left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE and settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.set_cookie(
                COOKIE, secrets.token_urlsafe(6), max_age=6 * SECONDS, httponly=True, samesite="Lax",
                secure=bool(settings.SESSION_COOKIE_SECURE),
            )  # fmt: skip
        elif is_ahead(request) and response.status_code == 200:
            response.headers["Cache-Control"] = f"private, max-age={SECONDS}"
            patch_vary_headers(response, ("Cookie",))
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Answers nothing where opening the page would do something (a notification is read then)."""
        place = request.resolver_match
        if is_ahead(request) and (place is None or place.view_name not in PAGES or len(get_messages(request))):
            return HttpResponse(status=204)
        return None


def is_ahead(request: HttpRequest) -> bool:
    return request.method in SAFE and HEADER in request.headers
