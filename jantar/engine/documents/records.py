"""The record types of documents and folders."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.documents import folders as rules
from jantar.engine.documents import leaving, rights, telling
from jantar.engine.documents.models import Document, Folder, FolderReader, Version
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType, Search, Section, View
from jantar.engine.records.registry import registry

IS_CURRENT_LITERATURE = [
    {"field": "is_literature", "op": "is", "value": True},
    {"none": [{"field": "valid_from", "op": "within", "value": "after today"}]},
    {"none": [{"field": "valid_until", "op": "within", "value": "before today"}]},
]

documents = RecordType(
    name="documents",
    model=Document,
    icon="paperclip",
    area="files",
    columns=("name", "kind", "about", "folder", "number", "owner", "updated_at"),
    sections=(
        Section(_("Document"), "name", "description", "about", "folder", "owner", "team"),
        Section(_("Sales literature"), "is_literature", "language", "valid_from", "valid_until"),
        Section(pgettext_lazy("file", "File"), "kind", "size", "number"),
    ),
    search=Search(text=("name", "description"), words=("content.words",)),
    hangs_on="about",
    views=(
        View("mine", _("My documents"), {"all": [{"field": "owner", "op": "is", "value": "me"}]}),
        View("literature", _("Sales literature"), {"all": IS_CURRENT_LITERATURE}, sort="name"),
    ),
    hidden=frozenset({"content"}),
    traces=(Part("versions", Version, "document", pgettext_lazy("file", "Versions")),),
    within=rights.of_document,
    importable=False,
    prepare=rules.prepare_document,
    validate=rules.validate_document,
    asks=leaving.ask_documents,
    before_merge=leaving.keep_documents_closed,
    after_bin=telling.tell_bin,
)

folders = RecordType(
    name="folders",
    model=Folder,
    icon="folder",
    area=None,
    columns=("name", "about", "parent", "access", "owner"),
    sort="name",
    sections=(
        Section(_("Folder"), "name", "about", "parent", "owner", "team"),
        Section(_("Who may look in"), "access", "readers"),
    ),
    search=Search(text=("name",)),
    hangs_on="about",
    hidden=frozenset({"gates"}),
    parts=(Part("readers", FolderReader, "folder", _("Named")),),
    within=rights.of_folder,
    importable=False,
    has_tab=False,
    prepare=rules.prepare_folder,
    validate=rules.validate_folder,
    asks=leaving.ask_folders,
    before_merge=leaving.keep_folders_closed,
)

registry.register(documents, folders)
