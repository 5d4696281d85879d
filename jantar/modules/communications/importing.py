"""What activities and tasks are called in calendars of other programs, and who takes part there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.sql import Fold
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import ImportColumn
from jantar.engine.records.registry import registry
from jantar.kit.text import fold
from jantar.modules.communications.choices import Answer

OF_ACTIVITIES: dict[str, tuple[str, ...]] = {
    "subject": (
        "summary",
        "title",
        "Předmět",
        "Název",
        "Aktivita",
        "Predmet",
        "Názov",
        "Temat",
        "Tytuł",
        "Nazwa",
        "Tárgy",
        "Megnevezés",
        "Activity - Subject",
        "Activity name",
    ),
    "at": (
        "start",
        "dtstart",
        "start date",
        "Date",
        "Activity date",
        "Datum",
        "Datum a čas",
        "Začátek",
        "Kdy",
        "Dátum",
        "Dátum a čas",
        "Začiatok",
        "Kedy",
        "Data",
        "Data i godzina",
        "Początek",
        "Kiedy",
        "Dátum és idő",
        "Kezdés",
        "Kezdete",
        "Időpont",
        "Mikor",
    ),
    "text": (
        "description",
        "notes",
        "note",
        "Popis",
        "Poznámka",
        "Zápis",
        "Opis",
        "Notatka",
        "Uwagi",
        "Leírás",
        "Megjegyzés",
        "Jegyzet",
    ),
    "kind": (
        "type",
        "activity type",
        "Typ",
        "Druh",
        "Typ aktivity",
        "Druh aktivity",
        "Rodzaj",
        "Típus",
        "Jelleg",
        "Tevékenység típusa",
    ),
    "location": ("place", "Místo", "Miesto", "Miejsce", "Hely", "Helyszín"),
    "outcome": ("result", "Výsledek", "Výsledok", "Wynik", "Rezultat", "Eredmény"),
    "duration": ("Délka", "Trvání", "Trvanie", "Dĺžka", "Czas trwania", "Időtartam"),
    "repeats": ("rrule",),
    "calendar_uid": ("uid",),
    "reminder": ("alarm", "valarm"),
    "participants": ("attendees", "attendee", "guests"),
}
OF_TASKS: dict[str, tuple[str, ...]] = {
    "title": (
        "summary",
        "subject",
        "task",
        "task name",
        "Název",
        "Úkol",
        "Název úkolu",
        "Předmět",
        "Názov",
        "Úloha",
        "Názov úlohy",
        "Predmet",
        "Zadanie",
        "Nazwa zadania",
        "Tytuł",
        "Temat",
        "Nazwa",
        "Feladat",
        "Feladat neve",
        "Tárgy",
        "Megnevezés",
    ),
    "description": ("notes", "note", "Popis", "Poznámka", "Opis", "Notatka", "Uwagi", "Leírás", "Megjegyzés"),
    "due_at": (
        "due",
        "due date",
        "deadline",
        "Termín",
        "Do kdy",
        "Termín splnění",
        "Datum splnění",
        "Do kedy",
        "Termín splnenia",
        "Termin",
        "Termin wykonania",
        "Data wykonania",
        "Határidő",
        "Esedékesség",
    ),
    "done_at": (
        "completed",
        "Hotovo",
        "Splněno",
        "Dokončeno",
        "Splnené",
        "Dokončené",
        "Wykonano",
        "Zakończono",
        "Elvégezve",
        "Kész",
    ),
    "priority": ("Priorita", "Důležitost", "Dôležitosť", "Priorytet", "Ważność", "Prioritás", "Fontosság"),
    "repeats": ("rrule",),
    "calendar_uid": ("uid",),
    "reminder": ("alarm", "valarm"),
}
_BETWEEN = re.compile(r"[,;\n]")
_ONE = re.compile(r"(\S+)(?:\s*\((\w+)\))?")
#: By address in small letters, what they answered.
Guests = Mapping[str, str]


def participant_rows(texts: Sequence[str], actor: Actor) -> list[Sequence[Mapping[str, Any]] | FieldError]:
    """Rows of participants for texts such as "ada@x.cz (accepted), bob@y.cz": colleagues by their address, then people
    the actor may see, else the address itself. Whoever brings the file in is no participant of their own. Two
    statements for any number of texts."""
    read = [guests_in(text) for text in texts]
    addresses = {address for one in read if not isinstance(one, FieldError) for address in one}
    found = {**people_at(addresses, actor), **colleagues_at(addresses)}
    return [one if isinstance(one, FieldError) else rows_of(one, found, actor) for one in read]


def guests_in(text: str) -> Guests | FieldError:
    found: dict[str, str] = {}
    for piece in filter(None, map(str.strip, _BETWEEN.split(text))):
        match = _ONE.fullmatch(piece)
        answer = match[2] or "" if match else ""
        try:
            validate_email(match[1] if match else piece)
        except ValidationError:
            return FieldError(_("“%(value)s” is not an e-mail address.") % {"value": piece[:100]})
        assert match
        if answer and answer not in Answer.values:
            return FieldError(_("“%(value)s” is not one of the listed values.") % {"value": answer})
        found[match[1].lower()] = answer
    return found


def colleagues_at(addresses: set[str]) -> dict[str, tuple[str, Any]]:
    users = get_user_model()._default_manager.filter(is_active=True).annotate(address=Lower("email"))
    return {user.address: ("user", user) for user in users.filter(address__in=addresses)}


def people_at(addresses: set[str], actor: Actor) -> dict[str, tuple[str, Any]]:
    """Of several people with one address the one entered first."""
    if not addresses or not actor.may("see", "people"):
        return {}
    rows = registry.get("people").visible_to(actor).annotate(folded=Fold("email"))
    people = rows.filter(folded__in=[fold(one) for one in addresses]).order_by("-pk")
    return {person.email.lower(): ("person", person) for person in people}


def rows_of(guests: Guests, found: Mapping[str, tuple[str, Any]], actor: Actor) -> list[Mapping[str, Any]]:
    rows: dict[tuple[str, Any], Mapping[str, Any]] = {}
    for address, answer in guests.items():
        kind, who = found.get(address, ("email", address))
        if kind == "user" and who.pk == actor.user_id:
            continue
        rows.setdefault((kind, getattr(who, "pk", who)), {kind: who, "answer": answer})
    return list(rows.values())


PARTICIPANTS = ImportColumn("participants", gettext_lazy("Participants"), part="participants", rows=participant_rows)
