"""Custom fields made on the way, for columns that no field fits. For administrators."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.custom import field_from
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.models import LABEL_LENGTH, CustomField
from jantar.engine.fields.services import add_choices, create_custom_field
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.transfer.models import ImportRun, State
from jantar.engine.transfer.opening import file_of, rows_of
from jantar.engine.transfer.plan import SEPARATOR, Plan
from jantar.kit.rich_text import looks_like_html
from jantar.platform.accounts.models import User

LOOKED_AT = 500
_LONG = 200
#: The first whose every value is one is proposed; text takes all.
PROPOSED = ("boolean", "integer", "number", "date", "datetime", "email", "web")
#: Kinds that need no more than a name.
PLAIN = (*PROPOSED, "percent", "phone", "text", "long_text", "rich_text")
_KEPT_AS_TEXT = re.compile(r"0\d.*|\+.*|\d{12,}")
_PHONE = re.compile(r"\+[\d ()/.-]{7,20}")


@dataclass(frozen=True)
class Proposal:
    """A column without a field, and the kind of field its values look like."""

    place: int
    header: str
    kind: str


def proposals(run: ImportRun, places: Sequence[int]) -> list[Proposal]:
    """The kinds of fields that these columns could become. Raises Invalid when the file is gone."""
    plan = Plan.from_json(run.plan)
    places = [place for place in places if place < len(plan.columns) and not plan.mapping[place]]
    kinds = kinds_of(run, plan, places)
    return [Proposal(place, plan.columns[place].header, kind) for place, kind in zip(places, kinds, strict=True)]


def kinds_of(run: ImportRun, plan: Plan, places: Sequence[int]) -> Iterator[str]:
    """The kinds that the values of the columns look like, judged by the first rows."""
    if not places:
        return
    with file_of(run) as file, rows_of(file, plan) as rows:
        cells = [row.cells for row in islice(rows, LOOKED_AT)]
    for place in places:
        values = list(dict.fromkeys(filter(None, (row[place].strip() for row in cells))))
        yield kind_of(values, plan.conventions(place, Conventions(currency="EUR")))


def kind_of(values: Sequence[str], conventions: Conventions) -> str:
    """Numbers with leading zeros are codes, not numbers."""
    if values and all(_PHONE.fullmatch(value) for value in values):
        return "phone"
    if not values or any(_KEPT_AS_TEXT.fullmatch(value) for value in values if "." not in value and "," not in value):
        return "text"
    if any(looks_like_html(value) for value in values):
        return "rich_text"
    for kind in PROPOSED:
        if all(fits(kind, value, conventions) for value in values):
            return kind
    return "long_text" if any(len(value) > _LONG or "\n" in value for value in values) else "text"


def fits(kind: str, text: str, conventions: Conventions) -> bool:
    field = field_from(CustomField(key="x_new", label="", kind=kind))
    try:
        field.check(field.parse_cell(text, conventions))
    except FieldError:
        return False
    return not (kind == "boolean" and text.isdecimal()) and not (kind == "date" and ":" in text)


@transaction.atomic
def create_fields(run: ImportRun, kinds: Mapping[str, str], *, actor: Actor) -> Actor:
    """Makes a field of each named column and maps it there; "" is the kind that its values look like.

    Returns the actor, who has the new fields. Raises NotAllowed unless that is an administrator, and Invalid.
    """
    actor.require_admin()
    run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())
    if run.is_busy or run.is_finished:
        raise Invalid({"": [_("This import can't be changed any more.")]})
    plan = Plan.from_json(run.plan)
    headers = [column.header for column in plan.columns]
    if unknown := kinds.keys() - set(headers):
        raise Invalid({"mapping": [_("There is no column “%(name)s”.") % {"name": ", ".join(sorted(unknown))}]})
    places = [headers.index(header) for header in kinds]
    found = kinds_of(run, plan, places)
    for place, proposed, chosen in zip(places, found, kinds.values(), strict=True):
        plan.mapping[place] = _created(run.record_type, headers[place], chosen or proposed, actor)
    run.plan, run.state, run.forecast = plan.to_json(), State.DRAFT, None
    run.save(update_fields=["plan", "state", "forecast"])
    return actor_for(User.objects.get(pk=actor.user_id or 0))


@transaction.atomic
def extend_lists(run: ImportRun, words: Mapping[str, Sequence[str]], *, actor: Actor) -> Actor:
    """Adds words of the file to the lists of custom fields, by their full keys; they stay when the import is undone.

    Returns the actor, whose fields have them. Raises NotAllowed unless that is an administrator, and Invalid.
    """
    if not words:
        return actor
    for key, texts in words.items():
        prefix, _slash, name = key.rpartition(SEPARATOR)
        add_choices(record_type=prefix or run.record_type, key=name, choices=texts, actor=actor)
    return actor_for(User.objects.get(pk=actor.user_id or 0))


def _created(record_type: str, header: str, kind: str, actor: Actor) -> str:
    if kind not in PLAIN:
        raise Invalid({"mapping": [_("“%(value)s” is not one of the listed values.") % {"value": kind}]})
    try:
        label = header[:LABEL_LENGTH]
        return create_custom_field(record_type=record_type, label=label, kind=kind, actor=actor).key
    except Invalid as error:
        texts = " ".join(message for messages in error.errors.values() for message in messages)
        raise Invalid({"mapping": [f"{header}: {texts}"]}) from None
