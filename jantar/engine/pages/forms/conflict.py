"""Two people edited the same fields: both values side by side, and a choice per field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from jantar.engine.fields.base import Field, Label
from jantar.engine.fields.custom_kinds import RecordsOf
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.record_key import AnyRecord
from jantar.engine.fields.references import Reference, unseen
from jantar.engine.history.changes import changes_of
from jantar.engine.pages.forms.controls import is_loaded
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Stale
from jantar.engine.records.held_files import seen_files
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import record_titles, titles_of
from jantar.engine.records.sight import refers_to_record

KEEP = "keep-"


@dataclass(frozen=True)
class Conflict:
    name: str
    label: Label
    theirs: str
    yours: str


def conflict_answer(
    request: HttpRequest, record_type: RecordType, pk: int, stale: Stale, *, form_id: str, own_form: bool = False
) -> HttpResponse:
    """409 with the choice as a dialog. Its controls belong to the form `form_id`, which is sent again with them.

    With `own_form` the dialog brings that form itself, holding what was posted.
    """
    actor = current_actor(request)
    history = changes_of(record_type, pk, actor, limit=1).entries
    context = {
        "conflicts": conflicts_of(record_type, stale, actor),
        "version": stale.version,
        "entry": history[0] if history else None,
        "form_id": form_id,
        "own_form": own_form,
        "action": request.path,
        "posted": [(name, value) for name in request.POST if name != "csrfmiddlewaretoken" and not name.startswith(KEEP)
                   and name != "version_now" for value in request.POST.getlist(name)],
    }  # fmt: skip
    return render(request, "pages/conflict.html", context, status=409)


def without_theirs(values: dict[str, Any], data: QueryDict) -> dict[str, Any]:
    """The values to store after a choice: those for which the others' were kept are left out."""
    return {name: value for name, value in values.items() if data.get(f"{KEEP}{name}") != "theirs"}


def conflicts_of(record_type: RecordType, stale: Stale, actor: Actor) -> list[Conflict]:
    fields = record_type.fields(actor)
    found = []
    for name, theirs in stale.theirs.items():
        yours = stale.yours[name]
        if part := record_type.part(name):
            found.append(Conflict(name, part.label, rows_text(part, theirs), rows_text(part, yours)))
        else:
            one = fields[name]
            found.append(Conflict(name, one.label, shown(one, theirs, actor), shown(one, yours, actor)))
    return found


def shown(one: Field, value: Any, actor: Actor) -> str:
    """A value as text; a record by its title as far as the actor may see it."""
    if isinstance(one, Reference) and value is not None and (refers_to_record(one) or not is_loaded(value)):
        return titles_of(one.target, [value.pk], actor).get(value.pk, unseen())
    if isinstance(one, AnyRecord) and value is not None:
        return record_titles([value], actor).get(value, unseen())
    if isinstance(one, RecordsOf):
        return one.titled(value, record_titles(value, actor))
    if isinstance(one, File) and value is not None and not value.name:  # just uploaded: only its id was sent
        return "".join(str(held) for held in seen_files([value.key], actor).values())
    return one.text(value)


def rows_text(part: Part, rows: list[Mapping[str, Any]]) -> str:
    lines = []
    for row in rows:
        texts = (part.fields[name].text(value) for name, value in row.items()
                 if name in part.fields and part.fields[name].kind not in ("boolean", "reference"))  # fmt: skip
        lines.append(", ".join(filter(None, texts)))
    return "\n".join(lines)
