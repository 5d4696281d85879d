"""What documents say on timelines: added, a new version, gone to the bin, back from it."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.documents.models import Document
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.engine.timeline import stream
from jantar.engine.timeline.kinds import Kind, Source, register, register_source
from jantar.engine.timeline.stream import Shown

#: The source of entries about documents: those in the bin too, of which only the entries tell.
SOURCE = "document"
TEMPLATE = "documents/entry.html"


def register_kinds() -> None:
    register_source(Source(SOURCE, with_those_in_bin))
    register(
        Kind("file_added", "document", "paperclip", added, TEMPLATE),
        Kind("file_version", "document", "upload", new_version, TEMPLATE),
        Kind("file_gone", "document", "trash", gone, TEMPLATE),
        Kind("file_back", "document", "arrow-back-up", back, TEMPLATE),
    )


def with_those_in_bin(actor: Actor) -> Any:
    """The documents whose entries the actor sees."""
    return Document.objects.filter(registry.get("documents").allowed(actor, "see"))


def added(shown: Shown) -> str:
    return _("File added: %(name)s") % {"name": shown.source.name}


def new_version(shown: Shown) -> str:
    words = {"number": shown.entry.data["number"], "name": shown.source.name}
    if shown.entry.data.get("of"):
        return _("%(name)s: version %(of)d restored as version %(number)d") % {**words, "of": shown.entry.data["of"]}
    return _("%(name)s: version %(number)d") % words


def gone(shown: Shown) -> str:
    return _("File deleted: %(name)s") % {"name": shown.source.name}


def back(shown: Shown) -> str:
    return _("File restored: %(name)s") % {"name": shown.source.name}


def tell(kind: str, documents: Iterable[Document], actor: Actor, **data: Any) -> None:
    """Puts an entry on the streams of the documents and of the records they hang on."""
    moment = timezone.now()
    told: list[stream.Told] = []
    for document in documents:
        places = [RecordKey("documents", document.pk), *filter(None, [document.about])]
        told.append((RecordKey(SOURCE, document.pk), places, moment, data))
    stream.add_many(kind, told, actor=actor)


def tell_bin(documents: Iterable[Document], is_gone: bool, actor: Actor) -> None:
    tell("file_gone" if is_gone else "file_back", documents, actor)
