"""The channel of a team: a stream that belongs to no record.

Its entries stand under the key "channels" and the id of the team. Members of the team read it and write in it, and
members of the teams above, which is how far the tree of teams carries rights; administrators only as such.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.sql import Sql
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.links import key_of, visible_keys
from jantar.kit.text import BETWEEN_WORDS
from jantar.kit.text import words as words_of
from jantar.platform.accounts.models import Team

CHANNELS = "channels"
MOST_WORDS = 8
#: The words of a message as they are asked for: without the signs between them, which PostgreSQL would read as parts
#: of addresses, files and numbers.
WORDS_OF_MESSAGE = SearchVector(
    Sql(f"regexp_replace(jantar_fold({{0}}), '{BETWEEN_WORDS}', ' ', 'g')", "text"), config="simple"
)
#: So many changed messages are looked at at once, the ones changed last.
MOST_CHANGED = 100


def key_of_stream(about: Any) -> RecordKey:
    """The key under which the entries of a record stand, or those of the channel of a team."""
    return RecordKey(CHANNELS, about.pk) if isinstance(about, Team) else key_of(about)


def reads_stream(key: RecordKey, actor: Actor) -> bool:
    """Whether the actor sees the record, or reads the channel."""
    return key.id in actor.teams_below if key.type == CHANNELS else key in visible_keys([key], actor)


def in_channels(actor: Actor) -> Q:
    """That a row with a key (`record`) hangs on a channel the actor reads."""
    return Q(record_type=CHANNELS, record_id__in=actor.teams_below)


def teams_read(actor: Actor) -> Any:
    """The teams whose channels the actor reads, as a queryset."""
    return Team.objects.filter(pk__in=actor.teams_below)


def load_channel(pk: int, actor: Actor) -> Team:
    """Raises NotFound for who may not read it, as if it were not there."""
    team: Team | None = teams_read(actor).filter(pk=pk).first()
    if team is None:
        raise NotFound(_("There is no such channel."))
    return team


def name_of_channel(team: Team) -> str:
    return _("Channel of %(team)s") % {"team": team.name}


@dataclass(frozen=True)
class Channel:
    """A channel in the list of them: what was written last, by whom and when; empty before anybody wrote."""

    team: Team
    is_own: bool
    text: str = ""
    author: str = ""
    at: datetime | None = None


def channels_of(actor: Actor) -> list[Channel]:
    """The channels the actor reads, those of own teams first; two statements."""
    from jantar.engine.timeline.models import Comment, Place

    last = Place.objects.filter(record_type=CHANNELS, record_id=OuterRef("pk")).order_by("-at", "-entry_id")
    teams = list(teams_read(actor).annotate(last=Subquery(last.values("entry__source_id")[:1])).order_by("name"))
    wanted = [team.last for team in teams if team.last]
    comments = Comment.objects.visible_to(actor).select_related("author").in_bulk(wanted)
    found = []
    for team in teams:
        said, is_own = comments.get(team.last), team.pk in actor.teams
        if said is None:
            found.append(Channel(team, is_own))
        else:
            found.append(
                Channel(team, is_own, said.text, said.author.full_name if said.author else "", said.created_at)
            )
    return sorted(found, key=lambda one: not one.is_own)


@dataclass(frozen=True)
class ChangedMessages:
    """Ids of messages that read otherwise than before, and of those that are gone."""

    edited: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()


def changed_messages(team: Team, since: datetime) -> ChangedMessages:
    """What was edited or deleted in a channel since a moment, with the answers that quote it.

    One statement from one index where nothing was, two otherwise. The caller has made sure that the channel is read.
    """
    from jantar.engine.timeline.models import IS_CHANGED, Comment

    rows = Comment.objects.filter(IS_CHANGED, record_type=CHANNELS, record_id=team.pk)
    rows = rows.annotate(changed_at=Greatest("edited_at", "deleted_at")).filter(changed_at__gte=since)
    changed = dict(rows.order_by("-changed_at").values_list("pk", "deleted_at")[:MOST_CHANGED])
    if not changed:
        return ChangedMessages()
    gone = frozenset(pk for pk, deleted_at in changed.items() if deleted_at)
    answers = Comment.objects.filter(begins__in=changed, deleted_at=None).values_list("pk", flat=True)
    return ChangedMessages(frozenset(changed) - gone | frozenset(answers), gone)


def find_messages(text: str, actor: Actor, limit: int) -> list[Any]:
    """The newest messages, in channels the actor reads, that hold words beginning with all of those asked for.

    One statement from one index; each with its author and as `team` the team of its channel.
    """
    from jantar.engine.timeline.models import Comment

    found = words_of(text[:200])[:MOST_WORDS]
    if not found or not actor.teams_below or actor.as_of:
        return []
    asked = SearchQuery(" & ".join(f"{word}:*" for word in found), config="simple", search_type="raw")
    rows = Comment.objects.filter(in_channels(actor), deleted_at=None)
    rows = rows.alias(words=WORDS_OF_MESSAGE).filter(words=asked)
    name = Team.objects.filter(pk=OuterRef("record_id")).values("name")
    return list(rows.annotate(team=Subquery(name)).select_related("author").order_by("-pk")[:limit])
