"""Rules of the contact register that hold however a party is written."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.modules.contacts.choices import ContactKind, Lifecycle, Role
from jantar.modules.contacts.models import ContactPoint, Party

MAIN_COLUMNS = {"email": ContactKind.EMAIL, "phone": ContactKind.PHONE, "website": ContactKind.WEB}


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


def mirror_contact_points(parties: Sequence[Any], actor: Actor) -> None:
    """Puts the main mail address, phone and web site of new parties among their contact points, and the reverse."""
    given = ContactPoint.objects.filter(party__in=parties).values_list("party_id", "kind", "is_main")
    mains = {(party_id, kind) for party_id, kind, is_main in given if is_main}
    points = [
        ContactPoint(
            party_id=party.pk, kind=kind, value=getattr(party, column)[:254], is_main=(party.pk, kind) not in mains
        )
        for party in parties
        for column, kind in MAIN_COLUMNS.items()
        if getattr(party, column)
    ]
    ContactPoint.objects.bulk_create(points, ignore_conflicts=True, batch_size=2000)
    with_points = {party_id for party_id, _kind, _is_main in given}
    for party in parties:
        if party.pk in with_points:
            _columns_from_points(party)


def mirror_changed_contact_points(parties: Sequence[Any], changed: frozenset[str], actor: Actor) -> None:
    """Keeps main columns and main contact points equal: whichever of the two was written wins."""
    if "contact_points" in changed:
        for party in parties:
            _columns_from_points(party)
        return
    columns = changed & MAIN_COLUMNS.keys()
    for column in columns:
        kind = MAIN_COLUMNS[column]
        ContactPoint.objects.filter(party__in=parties, kind=kind, is_main=True).delete()
    mirror_contact_points([party for party in parties if columns], actor)


def _columns_from_points(party: Any) -> None:
    mains = {point.kind: point.value for point in party.contact_points.order_by("is_main", "-id")}
    values = {column: mains.get(kind, "") for column, kind in MAIN_COLUMNS.items()}
    Party.objects.filter(pk=party.pk).update(**values)


def mark_won(party_ids: set[int], *, by: int | None, on: date) -> None:
    """The parties became customers; who won them first, and when, is kept."""
    parties = Party.objects.filter(pk__in=party_ids).exclude(lifecycle=Lifecycle.CUSTOMER)
    parties.filter(won_at=None).update(won_at=on, won_by_id=by)
    for party in parties.select_for_update():
        party.lifecycle = Lifecycle.CUSTOMER
        party.lost_at, party.lost_reason = None, ""
        party.roles = [*(role for role in party.roles if role != Role.PROSPECT), Role.CUSTOMER]
        party.version += 1
        party.save()
