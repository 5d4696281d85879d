"""Lets in only who is signed in, and puts the user's language and time zone in force for the request."""

import zoneinfo
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jantar.platform.accounts.models import User


class SignInRequiredMiddleware:
    """Every page needs a sign-in unless its view is marked `login_not_required`.

    A page is sent to the sign-in and comes back; a part of a page (htmx, fetch) gets 401, at which the page
    asks for the password in a dialog and keeps what was typed. Addresses under settings.SELF_GUARDED look
    after themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        open_to_all = not getattr(view, "login_required", True) or request.path.startswith(settings.SELF_GUARDED)
        if open_to_all or request.user.is_authenticated:
            return None
        if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
            return HttpResponse(_("Please sign in again."), status=401, content_type="text/plain; charset=utf-8")
        return redirect_to_login(way_back(request), settings.LOGIN_URL)


def way_back(request: HttpRequest) -> str:
    """The page itself; for a form that was sent, the page it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc != request.get_host():
        return "/"
    return f"{before.path}?{before.query}" if before.query else before.path


class PreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            language, zone = user.language, zoneinfo.ZoneInfo(user.time_zone)
        else:
            language, zone = translation.get_language_from_request(request), zoneinfo.ZoneInfo("Europe/Prague")
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def signed_in_user(request: HttpRequest) -> User:
    return cast(User, request.user)
