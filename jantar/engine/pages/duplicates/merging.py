"""Merging records: side by side, a choice for each field, what moves, and the merge itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.fields import show
from jantar.engine.fields.files.fields import Image
from jantar.engine.pages.lists.bulk_selection import Selection
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.values import picture_address
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.merging.preview import Moving, moving
from jantar.engine.records.merging.service import (
    MOST_MERGED,
    Merged,
    group_of,
    merge,
    refuse_unless_may_merge,
    survivor_of,
)
from jantar.engine.records.merging.values import Choice, Line, choose, mergeable
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.sight import hide_unseen, load_references, with_sight
from jantar.kit.numbers import whole_number

TAKE = "take-"


@require_POST
def merge_chosen(request: HttpRequest, type_name: str) -> HttpResponse:
    """From the rows chosen in a list to the page where they are merged."""
    record_type = load_type(request, type_name, "delete")
    selection = Selection.posted(request.POST, record_type, current_actor(request))
    number = selection.count()
    if selection.is_all or not 2 <= number <= MOST_MERGED:
        raise Invalid({"selected": [_("Choose 2 to %(n)d records to merge.") % {"n": MOST_MERGED}]})
    return HttpResponseClientRedirect(merge_address(record_type, selection.pks("see")))


def merge_address(record_type: RecordType, pks: Sequence[int]) -> str:
    query = "&".join(f"with={pk}" for pk in pks)
    return f"{reverse('pages:merge', args=[record_type.name])}?{query}"


def show_merge(request: HttpRequest, type_name: str) -> HttpResponse:
    """The records of ?with= beside each other; a POST makes them one and leads to it."""
    record_type = load_type(request, type_name, "delete")
    if request.method != "POST":
        return render(request, "pages/merge.html", {"page": page_for(request.GET, record_type, request)})
    pks = numbers_in(request.POST.getlist("with"))
    survivor = whole_number(request.POST.get("survivor", "")) or 0
    taken = {
        key.removeprefix(TAKE): number
        for key, text in request.POST.items()
        if key.startswith(TAKE) and (number := whole_number(str(text))) is not None
    }
    try:
        if survivor not in pks:
            raise Invalid({"survivor": [_("Choose the record that stays.")]})
        merged = merge(record_type, survivor, without(pks, survivor), actor=current_actor(request), taken=taken)
    except Invalid as error:
        page = page_for(request.POST, record_type, request, taken=taken, errors=error.errors)
        return render(request, "pages/merge.html", {"page": page}, status=422)
    messages.success(request, outcome_of(merged), extra_tags=reverse("pages:undo", args=[merged.operation_id]))
    return redirect("pages:detail", record_type.name, survivor)


def outcome_of(merged: Merged) -> str:
    text = ngettext("%(n)s record is one now.", "%(n)s records are one now.", merged.number)
    return text % {"n": show.number(merged.number)}


def numbers_in(texts: Sequence[str]) -> list[int]:
    return list(dict.fromkeys(number for text in texts if (number := whole_number(text)) is not None))


def without(pks: Sequence[int], survivor: int) -> list[int]:
    return [pk for pk in pks if pk != survivor]


@dataclass(frozen=True)
class Cell:
    """What one of the records has in a line; `pk` is None where nothing can be chosen."""

    pk: int | None
    title: str
    text: str
    is_taken: bool
    #: The address of a small picture of it.
    picture: str = ""


@dataclass(frozen=True)
class Shown:
    """One line of the page: a field to choose, or what is united anyway."""

    name: str
    label: str
    cells: Sequence[Cell]
    is_united: bool = False
    error: str = ""


@dataclass(frozen=True)
class MergePage:
    record_type: RecordType
    members: Sequence[Any]
    survivor: int
    lines: Sequence[Shown]
    united: Sequence[Shown]
    moves: Sequence[Moving]
    same: int
    errors: Sequence[str]

    @property
    def address(self) -> str:
        return merge_address(self.record_type, [one.pk for one in self.members])

    @property
    def number(self) -> int:
        return len(self.members)


def page_for(
    data: QueryDict, record_type: RecordType, request: HttpRequest,
    taken: dict[str, int] | None = None, errors: dict[str, list[str]] | None = None,
) -> MergePage:  # fmt: skip
    """Raises Invalid, NotFound or NotAllowed for records that can't be merged."""
    actor = current_actor(request)
    pks = numbers_in(data.getlist("with"))
    members = load_members(record_type, pks, actor)
    survivor = whole_number(data.get("survivor", "")) or fullest(members, record_type, actor)
    if survivor not in {one.pk for one in members}:
        survivor = members[0].pk
    others = without(pks, survivor)
    refuse_unless_may_merge(record_type, survivor, others, actor)
    ordered = sorted(members, key=lambda one: (one.pk != survivor, pks.index(one.pk)))
    known = {name: pk for name, pk in (taken or {}).items() if pk in pks}
    choice = choose_known(record_type, ordered, actor, known)
    found = errors or {}
    in_order = [line for line in by_form(choice) if line.differs and line.taken]
    lines = [shown_line(line, choice, found) for line in in_order]
    united = [
        shown_line(line, choice, found) for line in choice.lines.values() if line.taken is None and any(line.filled)
    ]
    united += [shown for part in record_type.parts if (shown := shown_part(part, ordered, actor))]
    same = sum(1 for line in choice.lines.values() if any(line.filled) and not line.differs and line.taken)
    named = {line.name for line in lines}
    loose = [message for name, texts in found.items() if name not in named for message in texts]
    return MergePage(record_type, ordered, survivor, lines, united, moving(record_type, others, actor), same, loose)


def by_form(choice: Choice) -> list[Line]:
    """The lines in the order of the form."""
    places = {name: place for place, name in enumerate(choice.record_type.form_fields)}
    return sorted(choice.lines.values(), key=lambda line: places.get(line.name, len(places)))


def choose_known(record_type: RecordType, members: Sequence[Any], actor: Actor, taken: dict[str, int]) -> Choice:
    """The choice, whatever else was sent: the refusal of that is told beside it."""
    parts = {part.name for part in record_type.parts if part.main_from}
    names = {*mergeable(record_type, actor), *parts} - {name for part in record_type.parts for name in part.main_from}
    return choose(record_type, members, actor, {name: pk for name, pk in taken.items() if name in names})


def load_members(record_type: RecordType, pks: Sequence[int], actor: Actor) -> list[Any]:
    """The records in the order asked for. Raises NotFound when one of them is not visible."""
    if len(pks) < 2 or len(pks) > MOST_MERGED:
        raise Invalid({"with": [_("Choose 2 to %(n)d records to merge.") % {"n": MOST_MERGED}]})
    group_of(pks[0], pks[1:])
    fields = record_type.fields(actor)
    rows = record_type.visible_to(actor).filter(pk__in=pks)
    found = list(with_sight(load_references(rows, fields.values(), actor), fields.values(), actor))
    hide_unseen(found, fields)
    by_pk = {one.pk: one for one in found}
    if len(by_pk) != len(pks):
        raise NotFound(_("One of these records is not there any more, or you may not see it."))
    return [by_pk[pk] for pk in pks]


def fullest(members: Sequence[Any], record_type: RecordType, actor: Actor) -> int:
    """The record that says the most; among equals the oldest."""
    fields = mergeable(record_type, actor)

    def filled(record: Any) -> int:
        return sum(not one.is_empty(one.read(record)) for one in fields.values())

    return int(min(members, key=lambda one: (-filled(one), one.pk)).pk)


def shown_line(line: Line, choice: Choice, errors: dict[str, list[str]]) -> Shown:
    is_image = isinstance(line.fields[0], Image)
    pictures = [picture_address(key) if is_image and key else "" for key in line.keys or line.texts]
    cells = [
        Cell(member.pk if filled else None, str(member), text if filled else "", member.pk == line.taken, picture)
        for member, text, filled, picture in zip(choice.members, line.texts, line.filled, pictures, strict=True)
    ]
    error = " ".join(errors.get(line.name, ()))
    return Shown(line.name, capfirst(line.label), cells, line.taken is None, error)


def shown_part(part: Part, members: Sequence[Any], actor: Actor) -> Shown | None:
    rows = part.rows([one.pk for one in members], actor)
    if not any(rows.values()):
        return None
    fields = [one for one in part.fields.values() if one.kind != "boolean"]

    def text(row: Any) -> str:
        values = ((one, one.read(row)) for one in fields)
        return ", ".join(one.text(value) for one, value in values if not one.is_empty(value))

    cells = [Cell(None, str(one), " · ".join(map(text, rows[one.pk])), False) for one in members]
    return Shown(part.name, capfirst(str(part.label)), cells, is_united=True)


def led_to_survivor(request: HttpRequest, record_type: RecordType, pk: int) -> HttpResponse | None:
    """The address of a record that was merged away leads to the one it became part of."""
    target = survivor_of(record_type, pk, current_actor(request))
    if target is None:
        return None
    messages.info(request, _("The record you asked for was merged into this one."))
    return redirect("pages:detail", record_type.name, target)
