"""The record type of documents."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.documents import telling
from jantar.engine.documents.models import Document, Version
from jantar.engine.documents.rights import by_record
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType, Search, Section, View
from jantar.engine.records.registry import registry


def validate(document: Any, given: frozenset[str], actor: Actor) -> None:
    """A document hangs on something people work with, not on another document."""
    if document.about is not None and registry.get(document.about.type).within is not None:
        raise Invalid({"about": [str(_("A document can't hang on another document."))]})


documents = RecordType(
    name="documents",
    model=Document,
    icon="paperclip",
    columns=("name", "kind", "about", "number", "owner", "updated_at"),
    sections=(
        Section(_("Document"), "name", "description", "about", "owner", "team"),
        Section(pgettext_lazy("file", "File"), "kind", "size", "number"),
    ),
    search=Search(text=("name", "description"), words=("content.words",)),
    hangs_on="about",
    views=(View("mine", _("My documents"), {"all": [{"field": "owner", "op": "is", "value": "me"}]}),),
    hidden=frozenset({"content"}),
    traces=(Part("versions", Version, "document", pgettext_lazy("file", "Versions")),),
    within=by_record,
    importable=False,
    validate=validate,
    after_bin=telling.tell_bin,
)

registry.register(documents)
