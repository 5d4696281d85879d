"""The rules of folders: where they are, and which gates lead to them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from jantar.engine.documents.models import Access, Document, Folder
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry

MOST_DEEP = 20

REGATE = """
WITH RECURSIVE tree (id, gates) AS (
    SELECT f.id, coalesce(p.gates, '{}') || CASE f.access WHEN 'open' THEN '{}' ELSE ARRAY[f.id] END
    FROM documents_folder f LEFT JOIN documents_folder p ON p.id = f.parent_id WHERE f.id = ANY (%s)
    UNION ALL
    SELECT c.id, tree.gates || CASE c.access WHEN 'open' THEN '{}' ELSE ARRAY[c.id] END
    FROM documents_folder c JOIN tree ON c.parent_id = tree.id
)
UPDATE documents_folder f SET gates = tree.gates FROM tree WHERE tree.id = f.id AND f.gates <> tree.gates
"""


def prepare_folder(folders: Sequence[Folder], given: frozenset[str], actor: Actor) -> None:
    """What is inside another folder is on the same record, and behind its gates."""
    for folder in folders:
        parent = folder.parent
        if parent is not None and "parent" in given and "about" not in given:
            folder.about = parent.about
        own = [folder.pk] if folder.pk and folder.access != Access.OPEN else []
        folder.gates = [*(parent.gates if parent else []), *own]


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


def gate_new(folders: Sequence[Folder], actor: Actor) -> None:
    regate([folder.pk for folder in folders if folder.access != Access.OPEN])


def gate_changed(folders: Sequence[Folder], given: frozenset[str], actor: Actor) -> None:
    if given & {"access", "parent"}:
        regate([folder.pk for folder in folders])


def regate(ids: list[int]) -> None:
    """Works out the gates of folders and of all that is inside them; one statement."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(REGATE, [ids])
