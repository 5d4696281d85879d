"""What a combobox offers: records the actor may see, colleagues, teams, words already used as tags."""

from typing import Any

from django.db.models import F, Func, Model, Q
from django.db.models.lookups import Contains, StartsWith
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jantar.engine.fields.choices import Tags
from jantar.engine.fields.sql import Fold
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.kit.text import fold
from jantar.platform.accounts.models import Team, User

LIMIT = 20
MOST_WORDS = 5
Item = dict[str, str]


def pick(request: HttpRequest, target: str) -> JsonResponse:
    """GET ?q=words: the best matches among users, teams or the records of some types ("companies+people").

    For "any" the records of all types, with values that name the type too ("people/17").
    """
    actor = current_actor(request)
    if actor.user_id is None:
        raise NotFound(_("There is no such page."))
    text = request.GET.get("q", "")[:200]
    if target == "users":
        return JsonResponse({"items": users(text)})
    if target == "teams":
        return JsonResponse({"items": teams(text)})
    names = [one.name for one in registry.all()] if target == "any" else target.split("+")
    types = [registry.get(name) for name in names if name in registry and actor.may("see", name)]
    if not types:
        raise NotFound(_("There is no such page."))
    items = [item for one in types for item in records(one, text, actor, named=len(types) > 1)]
    if target == "any":
        items = [{**item, "value": f"{item['type']}/{item['value']}"} for item in items]
    return JsonResponse({"items": items})


def suggest(request: HttpRequest, type_name: str, name: str) -> JsonResponse:
    """GET ?q=letters: words already used in a field of tags, those that begin so first."""
    actor = current_actor(request)
    record_type = load_type(request, type_name)
    field = record_type.fields(actor).get(name)
    if not isinstance(field, Tags):
        raise NotFound(_("There is no such page."))
    rows = record_type.visible_to(actor).filter(~Q(field.where_empty("")))
    if field.is_custom:
        return JsonResponse({"items": []})
    words = rows.annotate(word=Func(F(name), function="unnest")).values_list("word", flat=True).distinct()
    wanted = fold(request.GET.get("q", ""))
    found = sorted((word for word in words[:1000] if wanted in fold(word)), key=lambda word: place(fold(word), wanted))
    return JsonResponse({"items": [{"value": word, "label": word} for word in found[:LIMIT]]})


def pick_address(target: type[Model]) -> str:
    """Where a reference to that model is picked from; empty when it can't be."""
    if target is User:
        return reverse("pages:pick", args=["users"])
    if target is Team:
        return reverse("pages:pick", args=["teams"])
    names = [one.name for one in registry.types_of(target)]
    return reverse("pages:pick", args=["+".join(names)]) if names else ""


def records(record_type: RecordType, text: str, actor: Actor, *, named: bool) -> list[Item]:
    """Records whose title has all the words; those whose title begins with the text come first."""
    title = Fold(F(record_type.model.title_column))
    rows = record_type.visible_to(actor).annotate(folded=title)
    words = fold(text).split()[:MOST_WORDS]
    for word in words:
        rows = rows.filter(Contains(F("folded"), word))
    paths = [path for path in record_type.search.subtitle if path.count(".") <= 1]
    rows = rows.select_related(*{path.partition(".")[0] for path in paths if "." in path})
    if not words:
        found = list(rows.order_by("-pk")[:LIMIT])
    else:
        begins = rows.filter(StartsWith(F("folded"), fold(text.strip()))).order_by("folded", "pk")
        found = list(begins[:LIMIT])
        if len(found) < LIMIT:
            rest = rows.exclude(pk__in=[row.pk for row in found]).order_by("folded", "pk")
            found += list(rest[: LIMIT - len(found)])
    return [record_item(record_type, row, paths, actor, named) for row in found]


def record_item(record_type: RecordType, row: Any, paths: list[str], actor: Actor, named: bool) -> Item:
    fields = record_type.fields(actor)
    details = [str(record_type.label)] if named else []
    for path in paths:
        first, dot, _rest = path.partition(".")
        value = fields[first].read(row) if first in fields else None
        details.append(str(value or "") if dot else fields[first].text(value) if first in fields else "")
    return {
        "type": record_type.name,
        "value": str(row.pk),
        "label": str(row),
        "detail": " · ".join(filter(None, details)),
    }


def users(text: str) -> list[Item]:
    rows = User.objects.filter(is_active=True).annotate(folded=Fold(F("full_name")))
    for word in fold(text).split()[:MOST_WORDS]:
        rows = rows.filter(Q(Contains(F("folded"), word)) | Q(email__contains=word))
    return [
        {"value": str(row.pk), "label": row.full_name, "detail": row.email} for row in rows.order_by("folded")[:LIMIT]
    ]


def teams(text: str) -> list[Item]:
    rows = Team.objects.annotate(folded=Fold(F("name")))
    for word in fold(text).split()[:MOST_WORDS]:
        rows = rows.filter(Contains(F("folded"), word))
    return [{"value": str(row.pk), "label": row.name, "detail": row.region} for row in rows.order_by("folded")[:LIMIT]]


def place(word: str, wanted: str) -> tuple[bool, str]:
    return not word.startswith(wanted), word
