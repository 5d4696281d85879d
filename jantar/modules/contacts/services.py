"""Rules of the contact register that hold however a party is written."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.modules.contacts.choices import Lifecycle, Role
from jantar.modules.contacts.models import Party

WON_COLUMNS = ["won_at", "won_by", "lifecycle", "lost_at", "lost_reason", "roles", "version", "updated_at"]


def prepare_people(people: Sequence[Any], given: frozenset[str], actor: Actor) -> None:
    for person in people:
        person.name = display_name(person)[:200]


def display_name(person: Any) -> str:
    """The name as it is spoken: family name first in Hungarian, titles around it elsewhere."""
    names = [person.given_name, person.family_name]
    if person.language == "hu" or (not person.language and person.country == "HU"):
        names.reverse()
    name = " ".join(filter(None, [person.title_before, *names]))
    return f"{name}, {person.title_after}" if person.title_after else name


def validate_person(person: Any, changed: frozenset[str], actor: Actor) -> None:
    if not person.given_name and not person.family_name:
        raise Invalid({"family_name": [_("A given or family name is required.")]})


def mark_won(party_ids: set[int], *, by: int | None, on: date) -> None:
    """The parties became customers; who won them first, and when, is kept. Two statements for any number of them."""
    found = Party.objects.filter(pk__in=party_ids).exclude(lifecycle=Lifecycle.CUSTOMER)
    parties = list(found.order_by("pk").select_for_update())
    now = timezone.now()
    for party in parties:
        if party.won_at is None:
            party.won_at, party.won_by_id = on, by
        party.lifecycle = Lifecycle.CUSTOMER
        party.lost_at, party.lost_reason = None, ""
        party.roles = list(dict.fromkeys([*(role for role in party.roles if role != Role.PROSPECT), Role.CUSTOMER]))
        party.version += 1
        party.updated_at = now
    Party.objects.bulk_update(parties, WON_COLUMNS, batch_size=500)
