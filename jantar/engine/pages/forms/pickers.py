"""What a combobox offers: records the actor may see, colleagues, teams, words already used as tags."""

from django.db.models import F, Model, Q
from django.db.models.lookups import Contains
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.choices import Tags
from jantar.engine.fields.sql import Fold
from jantar.engine.lists.services import lists_of
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.search.searching import search
from jantar.kit.text import fold, without_controls
from jantar.platform.accounts.models import Team, User

LIMIT = 20
MOST_WORDS = 5
#: Words are suggested from so many records, which keeps the answer quick on large tables.
NEWEST = 10_000
Item = dict[str, str]


def pick(request: HttpRequest, target: str) -> JsonResponse:
    """GET ?q=words: the best matches among users, teams or the records of some types ("companies+people").

    For "any" the records of all types, with values that name the type too ("people/17").
    """
    actor = current_actor(request)
    if actor.user_id is None:
        raise NotFound(_("There is no such page."))
    text = without_controls(request.GET.get("q", ""))[:200]
    if target == "users":
        return JsonResponse({"items": users(text)})
    if target == "teams":
        return JsonResponse({"items": teams(text)})
    if target == "mentions":
        return JsonResponse({"items": people_and_teams(text)})
    names = [one.name for one in registry.all()] if target == "any" else target.split("+")
    types = [registry.get(name) for name in names if name in registry and actor.may("see", name)]
    if not types:
        raise NotFound(_("There is no such page."))
    items = records(types, text, actor)
    if target == "any":
        items = [{**item, "value": f"{item['type']}/{item['value']}"} for item in items]
    return JsonResponse({"items": items})


def suggest(request: HttpRequest, type_name: str, name: str) -> JsonResponse:
    """GET ?q=letters: words used in a field of tags of the newest records, those that begin so first."""
    actor = current_actor(request)
    record_type = load_type(request, type_name)
    field = record_type.fields(actor).get(name)
    if not isinstance(field, Tags):
        raise NotFound(_("There is no such page."))
    visible = record_type.visible_to(actor)
    rows = visible.filter(~Q(field.where_empty("")), pk__in=visible.order_by("-pk").values("pk")[:NEWEST])
    words = rows.annotate(word=field.words_of()).values_list("word", flat=True).distinct()
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


def records(types: list[RecordType], text: str, actor: Actor) -> list[Item]:
    """What the search finds, best first; the newest records while nothing is typed."""
    if text.strip():
        groups = search(text, actor, [one.name for one in types], limit=LIMIT)
        hits = [(hit.type, hit.record_id, hit.title, hit.subtitle) for group in groups for hit in group.hits]
    else:
        rows = [
            (one.name, row) for one in types for row in one.visible_to(actor).order_by("-pk")[: LIMIT // len(types)]
        ]
        hits = [(name, row.pk, str(row), "") for name, row in rows]
    return [record_item(*hit, named=len(types) > 1) for hit in hits]


def record_item(type_name: str, pk: int, title: str, subtitle: str, *, named: bool) -> Item:
    details = [capfirst(str(registry.get(type_name).label))] if named else []
    detail = " · ".join(filter(None, [*details, subtitle]))
    return {"type": type_name, "value": str(pk), "label": title, "detail": detail}


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


def lists(record_type: RecordType, text: str, actor: Actor) -> list[Item]:
    """The hand-picked lists of the type by name."""
    rows = lists_of(record_type, actor).annotate(folded=Fold(F("name")))
    for word in fold(without_controls(text)).split()[:MOST_WORDS]:
        rows = rows.filter(Contains(F("folded"), word))
    return [{"value": str(row.pk), "label": row.name} for row in rows.order_by("folded")[:LIMIT]]


def people_and_teams(text: str) -> list[Item]:
    """Whom a comment can name; values are "u17" and "t3"."""
    found = [{**one, "value": f"u{one['value']}"} for one in users(text)]
    found += [{**one, "value": f"t{one['value']}", "detail": one["detail"] or _("Team")} for one in teams(text)]
    return found[:LIMIT]


def place(word: str, wanted: str) -> tuple[bool, str]:
    return not word.startswith(wanted), word
