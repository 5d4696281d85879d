"""What somebody did in the last days, each act with the way back: edits, bulk edits, imports, merges, undos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from jantar.engine.fields import show
from jantar.engine.fields.references import unseen
from jantar.engine.history.acts import UNDO_DAYS, Act, acts_since
from jantar.engine.history.models import Cause
from jantar.engine.pages.kept import Seen, visible_records
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One act. `record` and `href` are those of the only record it changed; of more their number is told."""

    act: Act
    what: str
    number: str
    record: str = ""
    href: str = ""

    @property
    def undo_url(self) -> str:
        """Empty when it was undone."""
        return "" if self.act.operation.undone_by_id else reverse("pages:undo", args=[self.act.operation.pk])


@never_cache
def show_acts(request: HttpRequest) -> HttpResponse:
    """GET ?before=: fifty at a time; administrators may look at everybody's (?who=all)."""
    actor = current_actor(request)
    everybody = actor.is_admin and request.GET.get("who") == "all"
    before = whole_number(request.GET.get("before", ""))
    since = timezone.now() - timedelta(days=UNDO_DAYS)
    tables = sorted({one.model._meta.db_table for one in registry.all()})
    of = None if everybody else actor.user_id
    found = acts_since(since, of=of, before=before, limit=SHOWN + 1, tables=tables)
    who = "&who=all" if everybody else ""
    context = {
        "lines": _lines(found[:SHOWN], actor),
        "everybody": everybody,
        "only_mine": not everybody,
        "may_see_all": actor.is_admin,
        "days": UNDO_DAYS,
        "next": f"?before={found[SHOWN - 1].operation.pk}{who}" if len(found) > SHOWN else "",
    }
    return render(request, "pages/acts.html", context)


def _lines(acts: Sequence[Act], actor: Actor) -> list[Line]:
    seen = visible_records([act for act in acts if act.records == 1], actor)
    return [_line(act, seen, actor) for act in acts]


def _line(act: Act, seen: Seen, actor: Actor) -> Line:
    """What an act of somebody else says of itself may be closed to the reader, so only its cause is told."""
    is_own = act.operation.actor_id == actor.user_id
    number = ngettext("%(n)s record", "%(n)s records", act.records) % {"n": show.number(act.records)}
    if act.and_more:
        number = _("more than %(records)s") % {"records": number}
    title, href = _record(act, seen) if act.records == 1 else ("", "")
    return Line(act, capfirst(_what(act, is_own=is_own)), number, title, href)


def _what(act: Act, *, is_own: bool) -> str:
    done = act.operation
    if done.label and is_own:
        return done.label
    if done.cause != Cause.PAGE:
        return done.get_cause_display()
    return _("Created") if act.created else _("Deleted") if act.deleted else _("Edited")


def _record(act: Act, seen: Seen) -> tuple[str, str]:
    found: tuple[Any, Any] | None = seen.get((act.root, act.root_id))
    if found is None:
        return unseen(), ""
    record_type, record = found
    return str(record), "" if record.deleted_at else reverse("pages:detail", args=[record_type.name, record.pk])
