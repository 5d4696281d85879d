"""The search box: hits while one types, and the page of all of them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jantar.engine.permissions.middleware import current_actor
from jantar.engine.search.searching import Group, count, search

IN_PALETTE = 5
ON_PAGE = 10


@dataclass(frozen=True)
class Result:
    """Hits of one type with their number and the list that shows them all."""

    group: Group
    number: int
    is_exact: bool
    all_address: str


def palette(request: HttpRequest) -> HttpResponse:
    """Hits as options of the palette."""
    groups = search(request.GET.get("q", ""), current_actor(request), limit=IN_PALETTE)
    return render(request, "pages/palette.html", {"groups": groups})


def results(request: HttpRequest) -> HttpResponse:
    text, actor = request.GET.get("q", ""), current_actor(request)
    found = []
    for group in search(text, actor, limit=ON_PAGE):
        number, is_exact = count(text, actor, group.record_type) if group.more else (len(group.hits), True)
        number = max(number, len(group.hits))
        address = f"{reverse('pages:list', args=[group.record_type.name])}?{urlencode({'search': text})}"
        found.append(Result(group, number, is_exact, address if group.more else ""))
    return render(request, "pages/search.html", {"text": text, "results": found})
