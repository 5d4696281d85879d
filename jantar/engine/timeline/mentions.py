"""Naming people and teams in comments. Who is named is stored by id; the text holds the name behind an @."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.errors import Invalid
from jantar.engine.timeline.channels import CHANNELS, reads_stream
from jantar.engine.timeline.models import Comment, Mention
from jantar.kit.numbers import whole_number
from jantar.platform.accounts.models import Team, User

MOST = 20
#: Of a larger team it is not looked up who may see the record.
MOST_MEMBERS = 100


@dataclass(frozen=True)
class Mentions:
    """Ids of users and teams."""

    users: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()

    @classmethod
    def read(cls, keys: Iterable[str], text: str) -> "Mentions":
        """Those of a form ("u17", "t3") whose name still stands in the text."""
        ids: dict[str, set[int]] = {"u": set(), "t": set()}
        for key in keys:
            if key[:1] in ids and (number := whole_number(key[1:])) is not None:
                ids[key[:1]].add(number)
        users = User.objects.filter(pk__in=ids["u"]) if ids["u"] else []
        teams = Team.objects.filter(pk__in=ids["t"]) if ids["t"] else []
        return cls(
            frozenset(user.pk for user in users if f"@{user.full_name}" in text),
            frozenset(team.pk for team in teams if f"@{team.name}" in text),
        )


def check_mentions(key: RecordKey, mentions: Mentions) -> None:
    """Raises Invalid for who is not there or may not see the record; of a team one has to see it."""
    if len(mentions.users) + len(mentions.teams) > MOST:
        raise Invalid({"text": [_("A comment can name at most %(limit)d people and teams.") % {"limit": MOST}]})
    users = list(User.objects.filter(pk__in=mentions.users, is_active=True).order_by("full_name"))
    teams = list(Team.objects.filter(pk__in=mentions.teams).order_by("name"))
    if len(users) != len(mentions.users) or len(teams) != len(mentions.teams):
        raise Invalid({"text": [_("Somebody named in the comment is no longer here.")]})
    names = [user.full_name for user in users if not sees(user, key)]
    names += [team.name for team in teams if not any(sees(user, key) for user in members([team.pk]))]
    if names:
        text = _("%(names)s may not see this record and can't be told. Take the name out, or share the record.")
        if key.type == CHANNELS:
            text = _("%(names)s can't read this channel and can't be told. Take the name out.")
        raise Invalid({"text": [text % {"names": ", ".join(names)}]})


def store_mentions(comment: Comment, mentions: Mentions) -> bool:
    """The comment names these and no others; says whether somebody is new among them."""
    kept = Mention.objects.filter(comment=comment)
    before = {(one.user_id, one.team_id): one.pk for one in kept}
    wanted = [(user, None) for user in mentions.users] + [(None, team) for team in mentions.teams]
    new = [Mention(comment=comment, user_id=user, team_id=team) for user, team in wanted if (user, team) not in before]
    gone = [pk for named, pk in before.items() if named not in wanted]
    if gone:
        kept.filter(pk__in=gone).delete()
    Mention.objects.bulk_create(new)
    return bool(new)


def not_told(comment: Comment) -> list[str]:
    """The names of those in the teams named who may not see the record; the others are told."""
    teams = [one.team_id for one in comment.mentions.all() if one.team_id]
    return [user.full_name for user in members(teams) if not sees(user, comment.record)] if teams else []


def members(teams: Sequence[int]) -> list[User]:
    rows = User.objects.filter(memberships__team__in=teams, is_active=True).distinct().order_by("full_name")
    return list(rows[:MOST_MEMBERS])


def sees(user: User, key: RecordKey) -> bool:
    return reads_stream(key, actor_for(user))
