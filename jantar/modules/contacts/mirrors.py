"""The main contact points and the main address of a party stand on its row too, so that lists need no join.

Whichever of the two is written, the other follows. When a change writes both, the row says what is the main one;
of a new party its points do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jantar.engine.permissions.actor import Actor
from jantar.modules.contacts.choices import ContactKind
from jantar.modules.contacts.models import ContactPoint, Party, PostalAddress

MAIN_COLUMNS = {"email": ContactKind.EMAIL, "phone": ContactKind.PHONE, "website": ContactKind.WEB}
ADDRESS_COLUMNS = ("street", "city", "postal_code", "region", "country")


def mirror_new(parties: Sequence[Any], actor: Actor) -> None:
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
    _columns_from_points({party_id for party_id, _kind, _is_main in given})
    _columns_from_addresses(parties)


def mirror_changed(parties: Sequence[Any], changed: frozenset[str], actor: Actor) -> None:
    for column in changed & MAIN_COLUMNS.keys():
        _points_from_column(parties, column)
    if "contact_points" in changed:
        _columns_from_points([party.pk for party in parties])
    if columns := changed.intersection(ADDRESS_COLUMNS):
        mains = PostalAddress.objects.filter(party__in=parties, is_main=True)
        by_id = {party.pk: party for party in parties}
        addresses = list(mains)
        for address in addresses:
            for column in columns:
                setattr(address, column, getattr(by_id[address.party_id], column))
        PostalAddress.objects.bulk_update(addresses, sorted(columns), batch_size=500)
    if "addresses" in changed:
        _columns_from_addresses(parties)


def _points_from_column(parties: Sequence[Any], column: str) -> None:
    """The main point of the kind takes the value of the row; a point that has it already becomes the main one."""
    kind = MAIN_COLUMNS[column]
    points = ContactPoint.objects.filter(party__in=parties, kind=kind)
    found: dict[int, list[ContactPoint]] = {}
    for point in points:
        found.setdefault(point.party_id, []).append(point)
    gone, raised, changed, added = [], [], [], []
    for party in parties:
        value = getattr(party, column)[:254]
        own = found.get(party.pk, [])
        main = next((point for point in own if point.is_main), None)
        same = next((point for point in own if point.value == value), None)
        if main is same and (main or not value):
            continue
        if same:
            raised.append(same.pk)
        elif main and value:
            main.value = value
            changed.append(main)
        elif main:
            gone.append(main.pk)
        else:
            added.append(ContactPoint(party_id=party.pk, kind=kind, value=value, is_main=True))
    points.filter(pk__in=gone).delete()
    raised_parties = list(points.filter(pk__in=raised).values_list("party_id", flat=True))
    points.filter(party__in=raised_parties, is_main=True).update(is_main=False)
    points.filter(pk__in=raised).update(is_main=True)
    ContactPoint.objects.bulk_update(changed, ["value"], batch_size=500)
    ContactPoint.objects.bulk_create(added, batch_size=2000)


def _columns_from_points(party_ids: Iterable[int]) -> None:
    mains: dict[int, dict[str, str]] = {party_id: {} for party_id in party_ids}
    for point in ContactPoint.objects.filter(party__in=mains).order_by("is_main", "-id"):
        mains[point.party_id][point.kind] = point.value
    _store_columns(
        {
            party_id: {column: values.get(kind, "") for column, kind in MAIN_COLUMNS.items()}
            for party_id, values in mains.items()
        },
        MAIN_COLUMNS,
    )


def _columns_from_addresses(parties: Sequence[Any]) -> None:
    """Parties without an address keep what stands on their rows."""
    mains = PostalAddress.objects.filter(party__in=parties, is_main=True)
    _store_columns(
        {main.party_id: {column: getattr(main, column) for column in ADDRESS_COLUMNS} for main in mains},
        ADDRESS_COLUMNS,
    )


def _store_columns(values: Mapping[int, Mapping[str, str]], columns: Iterable[str]) -> None:
    """Stores those columns of many parties that differ, in one statement for each 500 parties."""
    columns = tuple(columns)
    stale = [
        party
        for party in Party.objects.filter(pk__in=values).only(*columns).order_by("pk")
        if any(getattr(party, column) != values[party.pk][column] for column in columns)
    ]
    for party in stale:
        for column in columns:
            setattr(party, column, values[party.pk][column])
    Party.objects.bulk_update(stale, columns, batch_size=500)
