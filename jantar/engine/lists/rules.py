"""The rules of lists: what stays as it was made, who shares one, and what becomes of members in a merge."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.lists.models import Audience, Member, RecordList
from jantar.engine.permissions.actor import Actor


def validate_list(one: RecordList, given: frozenset[str], actor: Actor) -> None:
    """Raises Invalid for a list that would hold other records than before, or that is shared by somebody else."""
    if one.audience == Audience.TEAM and one.team_id is None:
        raise Invalid({"team": [_("Choose the team that sees this list.")]})
    stored = RecordList.objects.filter(pk=one.pk).first() if one.pk else None
    if stored is None:
        return
    if one.of != stored.of:
        raise Invalid({"of": [_("A list keeps the type of its records. Make a new list instead.")]})
    is_shared_anew = (one.audience, one.owner_id) != (stored.audience, stored.owner_id)
    if is_shared_anew and actor.user_id != stored.owner_id and not actor.is_admin:
        raise Invalid({"audience": [_("Only the owner of a list decides who sees it.")]})


def move_members(survivor: RecordList, merged: Sequence[RecordList], actor: Actor) -> None:
    """The list that stays gets the members of the others; those it has already stay where they are."""
    for other in merged:
        if other.of != survivor.of:
            raise Invalid({"with": [_("These lists hold records of different types.")]})
        same = Member.objects.filter(
            list=survivor, record_type=OuterRef("record_type"), record_id=OuterRef("record_id")
        )
        rows: Any = Member.objects.filter(list=other)
        rows.exclude(Exists(same)).update(list=survivor)
