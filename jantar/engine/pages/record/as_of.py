"""Lists, boards and record pages as they stood: `?as_of=` in the address, kept by every way on until it is left.

The middleware reads the past for the views in `PAST`, adds the moment to the addresses of such views in the answer
and puts a banner over whole pages. Other views know nothing of it.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.pages.errors import error_answer
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import actor_of, current_actor
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.past import moment_of, reading_as_of

#: The views that can show the past.
PAST = frozenset(
    f"pages:{name}"
    for name in (
        "list", "count", "sums", "group", "board", "board_column", "detail", "facts", "history", "related",
        "related_counts", "documents_of", "timeline", "timeline_stream",
    )
)  # fmt: skip
LINKS = re.compile(r'\b(href|hx-get)="(/[^"]*)"')
MAIN = b'<main id="main"'

GetResponse = Callable[[HttpRequest], HttpResponse]


class AsOfMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.GET.get("as_of", "")
        if not given or view_at(request.path_info) not in PAST or not request.user.is_authenticated:
            return self.get_response(request)
        actor = actor_of(request)
        try:
            moment = moment_of(given, actor)
        except BadQuery as error:
            return error_answer(request, 400, error.message)
        if request.method not in ("GET", "HEAD"):
            return error_answer(request, 403, _("The past can't be changed."))
        with reading_as_of(actor, moment) as looking:
            request.actor = looking  # type: ignore[attr-defined]
            response = self.get_response(request)
        return kept(request, response, looking, given)


def kept(request: HttpRequest, response: HttpResponse, actor: Actor, given: str) -> HttpResponse:
    """The answer with the moment in its addresses, and with a banner when it is a page."""
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return response
    html = response.content.decode()
    html = LINKS.sub(lambda link: f'{link[1]}="{escape(with_moment(unescape(link[2]), given))}"', html)
    if "HX-Redirect" in response:
        response["HX-Redirect"] = with_moment(response["HX-Redirect"], given)
    content = html.encode()
    if MAIN in content:
        context = {"moment": actor.as_of, "today": without_moment(request), "path": request.get_full_path()}
        banner = render_to_string("pages/as_of_banner.html", context, request)
        content = content.replace(MAIN, banner.encode() + MAIN, 1)
    response.content = content
    return response


def with_moment(address: str, given: str) -> str:
    """The address, with the moment when its view can show the past."""
    parts = urlsplit(address)
    if view_at(parts.path) not in PAST or any(name == "as_of" for name, _value in parse_qsl(parts.query)):
        return address
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=f"{query}as_of={quote(given, safe=':')}").geturl()


def without_moment(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("as_of", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@lru_cache(maxsize=4096)
def view_at(path: str) -> str:
    """The name of the view at an address, "" when there is none."""
    try:
        return str(resolve(path).view_name)
    except Resolver404:
        return ""


def choose(request: HttpRequest) -> HttpResponse:
    """The dialog in which the moment is chosen; POST leads to `path` as it stood then."""
    path = request.POST.get("path") or request.GET.get("path", "")
    parts = urlsplit(path)
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None) or view_at(parts.path) not in PAST:
        raise NotFound(_("There is no such page."))
    query = dict(parse_qsl(parts.query))
    zone = timezone.get_current_timezone()
    context = {"path": path, "latest": timezone.localtime(timezone=zone).date().isoformat(), "errors": []}
    if request.method != "POST":
        day, _sign, clock = query.get("as_of", "").partition("T")
        return render(request, "pages/as_of_dialog.html", {**context, "day": day[:10], "clock": clock[:5]})
    day, clock = request.POST.get("day", "").strip(), request.POST.get("clock", "").strip()
    given = f"{day}T{clock}" if clock else day
    try:
        moment_of(given, current_actor(request))
    except BadQuery as error:
        context |= {"day": day, "clock": clock, "errors": [error.message]}
        return render(request, "pages/as_of_dialog.html", context, status=422)
    query = {name: value for name, value in query.items() if name not in ("cursor", "search")} | {"as_of": given}
    return HttpResponseClientRedirect(f"{parts.path}?{urlencode(query, quote_via=quote, safe='[]:,~')}")
