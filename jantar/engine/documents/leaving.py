"""What is about to leave a closed folder: asked at every door, and refused in a merge, where nobody would notice."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.documents.models import Access, Document, Folder
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor

STRICTNESS: Sequence[str] = (Access.OPEN, Access.LIMITED, Access.PRIVATE)
Questions = Mapping[str, Sequence[str]]


def ask_documents(pks: Sequence[int], values: Mapping[str, Any], actor: Actor) -> Questions:
    """The question whether documents shall leave closed folders, where the folder they are given lies outside."""
    if "folder" not in values:
        return {}
    return question("folder", Folder.objects.filter(documents__in=pks), values["folder"])


def ask_folders(pks: Sequence[int], values: Mapping[str, Any], actor: Actor) -> Questions:
    """The same for folders that are taken out of a closed one with all that is in them."""
    if "parent" not in values:
        return {}
    return question("parent", Folder.objects.filter(folders__in=pks), values["parent"])


def question(name: str, places: Any, goal: Folder | None) -> Questions:
    """`places` are the folders that are left; those closed that `goal` does not lie in are asked about."""
    gates = {gate for gates in places.values_list("gates", flat=True) for gate in gates}
    closed = names_of(gates - gates_of(goal)) if gates else ""
    if not closed:
        return {}
    words = _(
        "Closed: %(names)s. Only those named see the files there. After the move, everybody who may look where they"
        " go sees them."
    )
    return {name: [words % {"names": closed}]}


def keep_documents_closed(survivor: Document, merged: Sequence[Document], actor: Actor) -> None:
    """Raises Invalid when versions of a document in a closed folder would become those of one outside of it."""
    left = {gate for one in merged for gate in gates_of(one.folder)} - gates_of(survivor.folder)
    refuse_to_merge(left)


def keep_folders_closed(survivor: Folder, merged: Sequence[Folder], actor: Actor) -> None:
    """Raises Invalid when what is in a closed folder would come into one that is less closed."""
    left = {gate for one in merged for gate in one.gates if gate != one.pk} - set(survivor.gates)
    stricter = {one.pk for one in merged if STRICTNESS.index(one.access) > STRICTNESS.index(survivor.access)}
    refuse_to_merge(left | stricter)


def refuse_to_merge(left: Collection[int]) -> None:
    if left:
        words = _("Closed: %(names)s. Move what shall be merged to the same place first.")
        raise Invalid({"with": [words % {"names": names_of(left)}]})


def gates_of(folder: Folder | None) -> set[int]:
    """The closed folders that a folder lies in, itself among them, as they are stored."""
    stored = Folder.objects.filter(pk=folder.pk).values_list("gates", flat=True) if folder else []
    return {gate for gates in stored for gate in gates}


def names_of(gates: Collection[int]) -> str:
    return ", ".join(Folder.objects.filter(pk__in=gates).order_by("name").values_list("name", flat=True))
