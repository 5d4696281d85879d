"""Who calls: a program by its token, or a page of this site by its session."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.security.base import AuthBase

from jantar.engine.api.limits import bearer_token
from jantar.engine.api.problems import Problem, unauthorized
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.platform.accounts.models import ApiToken, User


class BearerToken(AuthBase):
    """`Authorization: Bearer TOKEN`. A token that is wrong is refused even when there is a session."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> User | None:
        token = bearer_token(request)
        if token is None:
            return None
        if not token:
            raise unauthorized(_("Send the header “Authorization: Bearer TOKEN”."))
        user = ApiToken.user_of(token)
        if user is None:
            raise unauthorized(_("This token is unknown, expired, or its owner may not sign in."))
        if wait := getattr(request, "api_wait", 0):
            raise Problem("too-many-requests", headers={"Retry-After": str(wait)})
        enter(request, user, language_asked(request) or user.language)
        return user


class PageSession(AuthBase):
    """The session of somebody signed in to this site; changes need the CSRF token of the page."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        user = request.user
        if not isinstance(user, User):
            return None
        if forged(request):
            raise Problem("not-allowed", _("Load the page again: its security token is missing or too old."))
        enter(request, user, user.language)
        return user


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, without making a page of its refusal."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponseForbidden(reason)


def forged(request: HttpRequest) -> bool:
    """Whether a change comes without the CSRF token of a page of ours. (Routes of the API skip the middleware.)"""
    check = _CsrfCheck(lambda _request: HttpResponse())
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    check.process_request(request)
    return check.process_view(request, HttpResponse, (), {}) is not None


def enter(request: HttpRequest, user: User, language: str) -> None:
    """The user acts, in the language and the user's time zone, until the end of the request.

    The preferences middleware puts back what was in force before.
    """
    request.user = user
    actor = replace(actor_for(user), language=language)
    request.actor = actor  # type: ignore[attr-defined]
    request.LANGUAGE_CODE = language
    translation.activate(language)
    timezone.activate(ZoneInfo(user.time_zone))
    refuse_switched_off(request, actor)


def refuse_switched_off(request: HttpRequest, actor: Actor) -> None:
    """The addresses of types whose module is off are not there."""
    match = request.resolver_match
    if not actor.modules_off or match is None:
        return
    if any(actor.is_off(name) for name in (*match.route.split("/"), str(match.kwargs.get("type_name", "")))):
        raise Problem("not-found", _("There is no such address."))


def language_asked(request: HttpRequest) -> str | None:
    """The first language of Accept-Language that Jantar speaks."""
    known = dict(settings.LANGUAGES)
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        language = code.partition("-")[0]
        if language in known:
            return language
    return None
