"""The search box: hits while one types, and the page of all of them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.search.searching import Group, count, search
from jantar.engine.timeline.channels import find_messages, name_of_channel, teams_read
from jantar.kit.text import words

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
    text, actor = request.GET.get("q", ""), current_actor(request)
    groups = search(text, actor, limit=IN_PALETTE)
    context = {
        "groups": groups,
        "channels": channels_named(text, actor),
        "found_messages": find_messages(text, actor, IN_PALETTE),
    }
    return render(request, "pages/palette.html", context)


def results(request: HttpRequest) -> HttpResponse:
    text, actor = request.GET.get("q", ""), current_actor(request)
    found = []
    for group in search(text, actor, limit=ON_PAGE):
        number, is_exact = count(text, actor, group.record_type) if group.more else (len(group.hits), True)
        number = max(number, len(group.hits))
        address = f"{reverse('pages:list', args=[group.record_type.name])}?{urlencode({'search': text})}"
        found.append(Result(group, number, is_exact, address if group.more else ""))
    context = {"text": text, "results": found, "found_messages": find_messages(text, actor, ON_PAGE)}
    return render(request, "pages/search.html", context)


def channels_named(text: str, actor: Actor) -> list[tuple[int, str]]:
    """The channels the actor reads whose names hold words beginning with all of these; one statement."""
    asked = words(text)
    if not asked or not actor.teams_below:
        return []
    names = [(team.pk, name_of_channel(team)) for team in teams_read(actor).order_by("name")]
    found = [
        (pk, name) for pk, name in names if all(any(one.startswith(word) for one in words(name)) for word in asked)
    ]
    return found[:IN_PALETTE]
