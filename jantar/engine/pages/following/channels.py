"""The channels of teams: their list, and the messages of one, drawn as comments on a timeline are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import reading
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Invalid
from jantar.engine.timeline import stream as streams
from jantar.engine.timeline.channels import (
    ChangedMessages,
    Channel,
    changed_messages,
    channels_of,
    find_messages,
    load_channel,
    name_of_channel,
)
from jantar.engine.timeline.composer import MessageTab
from jantar.kit.numbers import whole_number
from jantar.platform.accounts.models import Team
from jantar.ui.navigation import NavItem, navigation
from jantar.ui.responses import with_event, with_toast

MOST_FOUND, MOST_NAMES = 50, 8
#: An open page asks for changes since it asked last, and a little before that.
OVERLAP, LONGEST = timedelta(seconds=30), timedelta(days=7)
TAB = MessageTab()


@dataclass(frozen=True)
class Line:
    channel: Channel
    unread: int


def register_channels() -> None:
    """Puts the channels into the navigation; called when Django starts."""
    item = NavItem(
        "channels", gettext_lazy("Channels"), "pages:channels", icon="messages", area="main", order=20, shortcut="m",
        visible=reads_channels, is_counted=True,
    )  # fmt: skip
    navigation.add(item)


def reads_channels(request: HttpRequest) -> bool:
    """Whether the navigation leads to the channels."""
    return request.user.is_authenticated and bool(current_actor(request).teams_below)


@never_cache
def show_all(request: HttpRequest) -> HttpResponse:
    """The channels the user reads; with ?q= the messages in them that hold these words."""
    actor, text = current_actor(request), request.GET.get("q", "").strip()
    unread = {} if text else reading.unread_messages(actor)
    found = [] if text else channels_of(actor)
    context = {
        "has_channels": bool(actor.teams_below),
        "channels": [Line(one, len(unread.get(one.team.pk, ()))) for one in found],
        "text": text,
        "messages_found": find_messages(text, actor, MOST_FOUND) if text else [],
    }
    return render(request, "following/channels.html", context)


@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest messages and the composer; ?message= begins with that one where it is not among them."""
    actor, since = current_actor(request), since_of(timezone.now())
    team = load_channel(pk, actor)
    context = {**stream_context(request, team), "since": since}
    wanted = whole_number(request.GET.get("message", ""))
    if wanted and all(one.entry.source.id != wanted for one in context["page"].entries if one.entry.source):
        context |= beginning_at(wanted, team, actor)
    context |= {"name": name_of_channel(team), "readers": readers(team), "tab": TAB, "form": form_of(team, actor)}
    return render(request, "following/channel.html", context)


@never_cache
def stream(request: HttpRequest, pk: int) -> HttpResponse:
    """Twenty messages; ?before= goes on from the last one shown."""
    team = load_channel(pk, current_actor(request))
    return render(request, "following/channel_stream.html", stream_context(request, team))


@never_cache
def newer(request: HttpRequest, pk: int) -> HttpResponse:
    """What came since ?after=, the newest message shown, and what came, was changed or deleted since ?since=.

    A message that was stored while a later one was shown already comes by that moment; the page knows which it has.
    204 when nothing was. The header X-Since is what is given as ?since= the next time; a page that shows older
    messages only asks with ?changed.
    """
    actor, asked_at = current_actor(request), timezone.now()
    team = load_channel(pk, actor)
    after, since = request.GET.get("after", ""), whole_number(request.GET.get("since", ""))
    asked_before = moment_before(since) if since is not None else None
    entries = [] if "changed" in request.GET else streams.newer(team, actor, after=after, since=asked_before)
    changed = changed_messages(team, asked_before) if asked_before else ChangedMessages()
    if entries or changed.edited or changed.gone:
        edited = streams.told_by(team, actor, "comment", changed.edited) if changed.edited else []
        context = {"entries": entries, "edited": edited, "gone": changed.gone, "unread": ()}
        answer = render(request, "following/newer.html", context)
    else:
        answer = HttpResponse(status=204)
    answer.headers["X-Since"] = since_of(asked_at)
    return answer


def since_of(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def moment_before(since: int) -> datetime:
    """A little earlier: what was being stored then was not to be seen yet. Far in the past nothing is asked for."""
    now = timezone.now()
    return max(datetime.fromtimestamp(min(max(since, 0), int(now.timestamp())), UTC) - OVERLAP, now - LONGEST)


@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    actor = current_actor(request)
    team = load_channel(pk, actor)
    try:
        warning = TAB.save(team, actor, request.POST)
    except Invalid as error:
        form = form_of(team, actor, data=request.POST, errors=error.errors)
        return render(request, "timeline/write.html", {"tab": TAB, "form": form}, status=422)
    form = {**form_of(team, actor), "takes_focus": True}
    answer = render(request, "timeline/write.html", {"tab": TAB, "form": form})
    answer = with_event(answer, "timeline:changed")
    return with_toast(answer, warning, tone="warning") if warning else answer


@require_POST
def mark_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Called by the page when it is looked at."""
    actor = current_actor(request)
    reading.mark_channel_read(actor, load_channel(pk, actor).pk)
    return HttpResponse(status=204)


def stream_context(request: HttpRequest, team: Team) -> dict[str, Any]:
    actor, before = current_actor(request), request.GET.get("before", "")
    return {
        "team": team,
        "page": streams.page(team, actor, before=before),
        "address": reverse("pages:channel_stream", args=[team.pk]),
        "is_first": not before,
        "unread": () if before else reading.unread_messages(actor).get(team.pk, ()),
    }


def beginning_at(message: int, team: Team, actor: Actor) -> dict[str, Any]:
    """The messages from that one on, nothing when it is not there (any more); what is newer stays unread."""
    before = streams.cursor_at(team, RecordKey("comment", message))
    return {"page": streams.page(team, actor, before=before), "begins_at": message, "unread": ()} if before else {}


def readers(team: Team) -> str:
    """The members by name."""
    names = list(team.members.filter(is_active=True).order_by("full_name").values_list("full_name", flat=True))
    if (more := len(names) - MOST_NAMES) > 0:
        names[MOST_NAMES:] = [ngettext("%(n)d more", "%(n)d more", more) % {"n": more}]
    return ", ".join(names)


def form_of(team: Team, actor: Actor, **typed: Any) -> dict[str, Any]:
    return {**TAB.context(team, actor, **typed), "address": reverse("pages:channel_write", args=[team.pk])}
