"""The rules of folders: where they are, and what may be in them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.documents.models import Document, Folder
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry

MOST_DEEP = 20


def prepare_folder(folders: Sequence[Folder], given: frozenset[str], actor: Actor) -> None:
    """What is inside another folder is on the same record. Its gates follow by a trigger of the table."""
    for folder in folders:
        parent = folder.parent
        if parent is not None and "parent" in given and "about" not in given:
            folder.about = parent.about


def validate_folder(folder: Folder, given: frozenset[str], actor: Actor) -> None:
    refuse_wrong_record(folder)
    if folder.parent is not None and folder.about != folder.parent.about:
        raise Invalid({"parent": [_("This folder belongs to another record.")]})
    if folder.pk and folder.about != Folder.objects.get(pk=folder.pk).about:
        raise Invalid({"about": [_("A folder stays on its record.")]})
    above, depth = folder.parent, 0
    while above is not None:
        depth += 1
        if above.pk == folder.pk:
            raise Invalid({"parent": [_("A folder can't be inside itself.")]})
        if depth > MOST_DEEP:
            raise Invalid({"parent": [_("Folders can't be nested deeper.")]})
        above = above.parent


def prepare_document(documents: Sequence[Document], given: frozenset[str], actor: Actor) -> None:
    """A document put into a folder is on the folder's record."""
    for document in documents:
        if document.folder is not None and "folder" in given and "about" not in given:
            document.about = document.folder.about


def validate_document(document: Document, given: frozenset[str], actor: Actor) -> None:
    refuse_wrong_record(document)
    if document.folder is not None and document.about != document.folder.about:
        raise Invalid({"folder": [_("This folder belongs to another record.")]})


def refuse_wrong_record(row: Any) -> None:
    """Documents and folders hang on something people work with, not on one another."""
    if row.about is not None and registry.get(row.about.type).within is not None:
        raise Invalid({"about": [_("A document can't hang on another document.")]})
