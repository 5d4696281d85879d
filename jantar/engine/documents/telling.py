"""What documents say on timelines: added, a new version, gone to the bin, back from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.documents.models import Document, How, Version
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.references import unseen
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.references import record_titles
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
        Kind("file_sent", "document", "mail-forward", sent, TEMPLATE, prepare=name_recipients),
        Kind("file_given", "document", "hand-grab", handed_over, TEMPLATE, prepare=name_recipients),
        Kind("file_moved", "document", "folder", moved, TEMPLATE),
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


def sent(shown: Shown) -> str:
    return _("Sent to %(names)s: %(name)s, version %(number)d") % words_given(shown)


def handed_over(shown: Shown) -> str:
    return _("Handed over to %(names)s: %(name)s, version %(number)d") % words_given(shown)


def words_given(shown: Shown) -> dict[str, Any]:
    names = ", ".join(shown.extra.get("names") or [unseen()])
    return {"name": shown.source.name, "number": shown.entry.data["number"], "names": names}


def name_recipients(entries: Sequence[Shown], actor: Actor) -> None:
    """The titles of those who got it, as far as they may be seen; one statement."""
    keys = {shown.entry.pk: [RecordKey(*key) for key in shown.entry.data["to"]] for shown in entries}
    titles = record_titles({key for some in keys.values() for key in some}, actor)
    for shown in entries:
        shown.extra["names"] = [titles[key] for key in keys[shown.entry.pk] if key in titles]


def moved(shown: Shown) -> str:
    return _("File moved: %(name)s") % {"name": shown.source.name}


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


def tell_moved(documents: Iterable[Document], to: RecordKey | None, actor: Actor) -> None:
    """Puts an entry on the streams of the documents, of where they were (as loaded), and of where they are now."""
    told: list[stream.Told] = []
    for document in documents:
        places = dict.fromkeys([RecordKey("documents", document.pk), *filter(None, [document.about, to])])
        told.append((RecordKey(SOURCE, document.pk), list(places), timezone.now(), {}))
    stream.add_many("file_moved", told, actor=actor)


def tell_given(
    how: str, versions: Sequence[Version], to: Sequence[RecordKey], about: RecordKey | None, at: datetime, actor: Actor
) -> None:
    """Puts an entry for each document on its stream, on those of the recipients and of the record it was given on."""
    told: list[stream.Told] = []
    for version in versions:
        places = list(dict.fromkeys([RecordKey("documents", version.document_id), *to, *filter(None, [about])]))
        data = {"number": version.number, "to": [[key.type, key.id] for key in to]}
        told.append((RecordKey(SOURCE, version.document_id), places, at, data))
    stream.add_many("file_sent" if how == How.MAIL else "file_given", told, actor=actor)
