"""Attaching files and giving them new versions. Everything else is what every record has."""

from typing import IO, Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.documents.contents import keep
from jantar.engine.documents.models import NAME_LENGTH, Content, Document, Version
from jantar.engine.documents.telling import tell
from jantar.engine.fields.errors import Invalid, too_long
from jantar.engine.fields.files.sniffing import ending_of
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.registry import registry
from jantar.platform.files.services import clean_name

NOTE_LENGTH = 300


def attach(
    file: IO[bytes], name: str, *, actor: Actor, about: RecordKey | None = None, cause: str = Cause.PAGE, **values: Any
) -> Document:
    """A new document with the file as its first version, on the record `about` or company-wide.

    `values` are further fields of the document. Raises Invalid (its key for the file is `file`) and NotAllowed.
    """
    documents = registry.get("documents")
    if not actor.may("create", documents.name):
        raise NotAllowed(_("You may not create this."))
    name = clean_name(name)
    with operation(actor, cause):
        given = {"name": name, **({"about": about} if about else {}), **values}
        document: Document = write.create(documents, given, actor=actor, cause=cause)
        put_version(document, keep(file, name), name, actor)
        tell("file_added", [document], actor)
    return document


def add_version(
    pk: int, file: IO[bytes], name: str, *, actor: Actor, note: str = "", cause: str = Cause.PAGE
) -> Document:
    """Makes the file the newest version of a document. Raises Invalid, NotFound, NotAllowed."""
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": [too_long(NOTE_LENGTH, len(note))]})
    with operation(actor, cause):
        document: Document = write.locked(registry.get("documents"), pk, actor, "edit")
        name = clean_name(name)
        content = keep(file, name)
        if content.pk == document.content_id:
            raise Invalid({"file": [_("This is the same file as the newest version.")]})
        put_version(document, content, name, actor, note)
        tell("file_version", [document], actor, number=document.number)
    return document


def restore_version(pk: int, number: int, *, actor: Actor, cause: str = Cause.PAGE) -> Document:
    """Makes an earlier version the newest one, as a version of its own: none is lost."""
    with operation(actor, cause):
        document: Document = write.locked(registry.get("documents"), pk, actor, "edit")
        earlier = version_of(document, number)
        if earlier.number == document.number:
            raise Invalid({"": [_("This is the newest version already.")]})
        put_version(document, earlier.content, earlier.file_name, actor)
        tell("file_version", [document], actor, number=document.number, of=number)
    return document


def note_version(pk: int, number: int, note: str, *, actor: Actor, cause: str = Cause.PAGE) -> Version:
    """Says in a sentence what is new in a version. Raises Invalid, NotFound, NotAllowed."""
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": [too_long(NOTE_LENGTH, len(note))]})
    with operation(actor, cause):
        found = version_of(write.locked(registry.get("documents"), pk, actor, "edit"), number)
        found.note = note.strip()
        found.save(update_fields=["note"])
    return found


def version_of(document: Document, number: int | None = None) -> Version:
    """A version of a document that the caller has found within rights, the newest without a number."""
    wanted = document.number if number is None else number
    found = (
        Version.objects.filter(document=document, number=wanted)
        .select_related("content__file", "content__small", "content__large")
        .defer("content__words", "content__preview")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def versions_of(document: Document) -> Any:
    """All versions of a document that the caller has found within rights, the newest first."""
    versions = Version.objects.filter(document=document).select_related("content", "author")
    return versions.defer("content__text", "content__words", "content__preview").order_by("-number")


def put_version(document: Document, content: Content, name: str, actor: Actor, note: str = "") -> None:
    document.number += 1
    document.content, document.kind, document.size = content, content.kind, content.size
    Version.objects.create(
        document=document, number=document.number, content=content, file_name=name[:NAME_LENGTH], note=note.strip(),
        author_id=actor.user_id,
    )  # fmt: skip
    stored = {name: getattr(document, name) for name in ("content", "kind", "size", "number")}
    Document.objects.filter(pk=document.pk).update(**stored, version=F("version") + 1, updated_at=timezone.now())
    document.version += 1


def file_name(document: Document, version: Version) -> str:
    """What the file is called when it is saved: the document's name, with the ending of the file."""
    ending = ending_of(version.file_name)
    if not ending or ending_of(document.name) == ending:
        return clean_name(document.name)
    return clean_name(f"{document.name}.{ending}")
