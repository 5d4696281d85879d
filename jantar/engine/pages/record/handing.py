"""Giving documents to people from a record: the dialog, finding sales literature, and who has which version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from jantar.engine.documents import handing
from jantar.engine.documents.models import Document, Handout, How
from jantar.engine.documents.recipients import Recipient, recipients, recipients_of
from jantar.engine.documents.records import IS_CURRENT_LITERATURE
from jantar.engine.fields.dates import DateTime
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import Invalid
from jantar.engine.records.links import key_of
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.kit.text import without_controls
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

OFFERED, TOLD = 12, 200
AT = DateTime("at", "")


@dataclass
class GiveForm:
    """What stands in the dialog: as it was sent, or as it opens."""

    record: Any
    data: QueryDict
    actor: Actor
    errors: dict[str, list[str]]

    @cached_property
    def around(self) -> list[Recipient]:
        """Those around the record, then whoever was added."""
        near = recipients_of(self.record, self.actor)
        known = {one.key for one in near}
        return near + [one for one in recipients(self.to, self.actor) if one.key not in known]

    @cached_property
    def to(self) -> list[RecordKey]:
        return keys_in([*self.data.getlist("to"), *self.data.getlist("more")])

    @property
    def how(self) -> str:
        """The one pressed ("as") goes before the one the dialog had."""
        return How.HAND if self.data.get("as", self.data.get("how")) == How.HAND else How.MAIL

    @property
    def people(self) -> list[tuple[Recipient, bool]]:
        """Each with whether they are chosen; at first the only one, or the record itself."""
        chosen = set(self.to)
        if "how" not in self.data:
            own = key_of(self.record)
            chosen = {one.key for one in self.around if one.key == own or len(self.around) == 1}
        return [(one, one.key in chosen) for one in self.around]

    @property
    def chosen(self) -> list[int]:
        return [pk for text in self.data.getlist("documents") if (pk := whole_number(text)) is not None]

    @cached_property
    def language(self) -> str:
        """As chosen, else that of who gets it, else the user's."""
        if (chosen := self.data.get("language", "")) in dict(settings.LANGUAGES):
            return chosen
        wanted = [one.language for one, is_chosen in self.people if is_chosen and one.language]
        return next((code for code in wanted if code in dict(settings.LANGUAGES)), self.actor.language)

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        return [
            (code, get_language_info(code)["name_translated"].capitalize(), code == self.language)
            for code, _name in settings.LANGUAGES
        ]

    @property
    def subject(self) -> str:
        return self.written("subject", 0)

    @property
    def text(self) -> str:
        return self.written("text", 1)

    def written(self, name: str, place: int) -> str:
        """What was typed; the usual words of the language where nothing else was."""
        typed = self.data.get(name, "").replace("\r\n", "\n")
        usual = {handing.usual_text(code, self.actor)[place] for code, _name in settings.LANGUAGES}
        if name in self.data and typed not in usual:
            return typed
        return handing.usual_text(self.language, self.actor)[place]

    @property
    def at(self) -> str:
        return self.data.get("at") or timezone.localtime().strftime("%Y-%m-%dT%H:%M")

    @property
    def found(self) -> list[tuple[Document, bool]]:
        return offered(self.actor, "", self.chosen, self.language)

    def gift(self) -> handing.Gift:
        """Raises Invalid for a moment that is none."""
        try:
            at: datetime = AT.parse(self.at) if self.how == How.HAND else timezone.now()
        except FieldError as error:
            raise Invalid({"at": [error.message]}) from error
        return handing.Gift(
            self.chosen, self.to, self.how, key_of(self.record), without_controls(self.subject),
            without_controls(self.text), at or timezone.now(),
        )  # fmt: skip


@never_cache
def give(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """The dialog; sending it gives the documents. ?as=hand notes what was handed over."""
    actor = current_actor(request)
    load_type(request, "documents")
    record = load_record(request, load_type(request, type_name), pk)
    form = GiveForm(record, request.POST if request.method == "POST" else request.GET, actor, {})
    if request.method == "POST":
        try:
            given = handing.give(form.gift(), actor=actor)
        except Invalid as error:
            form.errors = error.errors
        else:
            return answer(form.how, len({one.to for one in given}))
    context = {"form": form, "action": reverse("pages:give", args=[type_name, pk]), "record": record}
    return render(request, "documents/give.html", context, status=422 if form.errors else 200)


def answer(how: str, number: int) -> HttpResponse:
    response = with_closed_dialog(HttpResponse(status=204))
    response = with_event(with_event(response, "documents:changed"), "timeline:changed")
    if how == How.HAND:
        return with_toast(response, _("Noted who got it."))
    words = ngettext(
        "The mail to %(n)d recipient is on its way.", "The mails to %(n)d recipients are on their way.", number
    )
    return with_toast(response, words % {"n": number})


def find(request: HttpRequest) -> HttpResponse:
    """The literature that ?q= finds, what is chosen first; part of the dialog."""
    load_type(request, "documents")
    chosen = [pk for text in request.GET.getlist("documents") if (pk := whole_number(text)) is not None]
    language, search = request.GET.get("language", ""), without_controls(request.GET.get("q", ""))
    found = offered(current_actor(request), search, chosen, language)
    return render(request, "documents/give_found.html", {"found": found})


def offered(actor: Actor, search: str, chosen: Iterable[int], language: str) -> list[tuple[Document, bool]]:
    """Valid literature with a file, what is chosen first, then what is in the language."""
    documents = registry.get("documents")
    kept = list(documents.visible_to(actor).filter(pk__in=list(chosen)).order_by("name"))
    query = Query(
        documents, actor, filter={"all": IS_CURRENT_LITERATURE}, search=search, sort="name", limit=OFFERED * 4
    )
    known = {one.pk for one in kept}
    found = [one for one in page_of(query).rows if one.number and one.pk not in known]
    found.sort(key=lambda one: one.language != language)
    return [(one, True) for one in kept] + [(one, False) for one in found[:OFFERED]]


@never_cache
def given(request: HttpRequest, pk: int) -> HttpResponse:
    """Who got which version when; ?old=1 those who still have an old one."""
    document = load_record(request, load_type(request, "documents"), pk)
    actor, only_old = current_actor(request), request.GET.get("old") == "1"
    rows = Handout.objects.visible_to(actor).filter(document=document).select_related("version", "by", "mail")
    old = handing.outdated(document, actor)
    shown = old if only_old else list(rows.order_by("-at", "-pk")[:TOLD])
    titles = record_titles({one.to for one in shown}, actor)
    context = {
        "document": document,
        "rows": [(one, one.to, titles[one.to]) for one in shown if one.to in titles],
        "unseen": sum(one.to not in titles for one in shown),
        "old": {one.pk for one in old},
        "only_old": only_old,
        "old_number": len(old),
    }
    return render(request, "documents/given.html", context)


def keys_in(texts: Iterable[str]) -> list[RecordKey]:
    """The records that texts like "people/17" name; what can't be read is nobody."""
    found = []
    for text in texts:
        try:
            found.append(AnyRecord("to", "").load(text))
        except FieldError:
            continue
    return list(dict.fromkeys(key for key in found if key))
