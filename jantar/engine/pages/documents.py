"""Files on records: the panel of a record, uploads, versions, and sending the bytes to the browser."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.documents import services
from jantar.engine.documents.contents import contents_with_picture
from jantar.engine.documents.models import Document
from jantar.engine.documents.previews import part_of, preview_of
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.pages.forms.page import leading_to
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.pages.moving import above
from jantar.engine.pages.uploads import Uploads
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.registry import registry
from jantar.kit.numbers import whole_number
from jantar.kit.text import without_controls
from jantar.platform.files.pages import serve_file
from jantar.ui.responses import with_closed_dialog, with_event, with_toast

SHOWN = 50
SHOWN_FOLDERS = 200


@dataclass(frozen=True)
class Place:
    """Where files are shown: a record, a folder, or the company."""

    about: str = ""
    folder: int | None = None

    @property
    def folders(self) -> Q:
        """The folders in it; those inside one that is in the bin stand at the top."""
        if self.folder:
            return Q(parent=self.folder)
        return (Q(parent=None) | Q(parent__deleted_at__isnull=False)) & self.on_record

    @property
    def documents(self) -> Q:
        if self.folder:
            return Q(folder=self.folder)
        return (Q(folder=None) | Q(folder__deleted_at__isnull=False)) & self.on_record

    @property
    def on_record(self) -> Q:
        type_name, _slash, pk = self.about.partition("/")
        return Q(about_type=type_name, about_id=int(pk)) if pk else Q(about_type="")

    @property
    def new_folder(self) -> dict[str, str]:
        return {"parent": str(self.folder)} if self.folder else {"about": self.about} if self.about else {}


def panel(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """The folders and files of a record or of a folder."""
    record_type = load_type(request, type_name)
    record = load_record(request, record_type, pk)
    place = Place(folder=pk) if type_name == "folders" else Place(about=f"{type_name}/{pk}")
    may_attach = bool(record_type.visible_to(current_actor(request), "edit").filter(pk=pk).exists())
    context = {**place_context(request, place), "address": request.path, "on_record": not place.folder}
    context["may_attach"] = may_attach and current_actor(request).may("create", "documents")
    context["above"] = above(record, current_actor(request)) if place.folder else None
    return render(request, "documents/panel.html", context)


def company_files(request: HttpRequest) -> HttpResponse:
    """The folders and files that hang on no record."""
    load_type(request, "documents")
    may_attach = current_actor(request).may("create", "documents")
    uploads = Uploads(reverse("pages:upload")) if may_attach else None
    context = {**place_context(request, Place()), "uploads": uploads, "may_attach": may_attach}
    is_part = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    context |= {"address": request.path, "keeps_itself": True}
    return render(request, "documents/panel.html" if is_part else "documents/company.html", context)


def place_context(request: HttpRequest, place: Place) -> dict[str, Any]:
    actor = current_actor(request)
    documents = registry.get("documents")
    found = page_of(Query(documents, actor, condition=place.documents, sort="name", limit=SHOWN, columns=("owner",)))
    mark_pictures(found.rows)
    folders: list[Any] = []
    if actor.may("see", "folders"):
        rows = Query(registry.get("folders"), actor, condition=place.folders, sort="name", limit=SHOWN_FOLDERS)
        folders = page_of(rows).rows
    new_folder = urlencode({**place.new_folder, "dialog": 1, "stay": 1})
    return {
        "rows": found.rows,
        "folders": folders,
        "all_address": list_address(place) if found.next_cursor else "",
        "new_folder": f"{reverse('pages:new', args=['folders'])}?{new_folder}"
        if actor.may("create", "folders")
        else "",
    }


def mark_pictures(documents: list[Document]) -> None:
    """Says of each whether there is a small picture; one statement."""
    pictured = contents_with_picture({document.content_id for document in documents if document.content_id})
    for document in documents:
        document.has_picture = document.content_id in pictured


def list_address(place: Place) -> str:
    """The list of the documents there, in all its pages."""
    line: dict[str, Any] = {"field": "about", "op": "is", "value": place.about}
    if not place.about:
        line = {"field": "about", "op": "empty"}
    if place.folder:
        line = {"field": "folder", "op": "is", "value": place.folder}
    return f"{reverse('pages:list', args=['documents'])}?{urlencode({'filter': json.dumps({'all': [line]})})}"


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Takes one file; the page sends several one after the other."""
    try:
        file = file_of(request)
        about = about_of(request.POST.get("about", ""))
        actor = current_actor(request)
        inside = folder_of(request) if request.POST.get("folder") else {}
        document = services.attach(file, str(file.name), actor=actor, about=about, **inside)
    except Invalid as error:
        return refusal(error)
    return JsonResponse({"id": document.pk, "name": document.name, "address": address_of(document)}, status=201)


@require_POST
def upload_version(request: HttpRequest, pk: int) -> HttpResponse:
    load_record(request, load_type(request, "documents"), pk, "edit")
    try:
        file, note = file_of(request), request.POST.get("note", "")
        document = services.add_version(pk, file, str(file.name), actor=current_actor(request), note=note)
    except Invalid as error:
        return refusal(error)
    return JsonResponse({"id": document.pk, "name": document.name, "address": address_of(document)}, status=201)


@require_POST
def restore_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """An earlier version becomes the newest one."""
    document = services.restore_version(pk, number, actor=current_actor(request))
    messages.success(request, _("Version %(of)d is the newest again.") % {"of": number})
    return leading_to(request, address_of(document))


def note_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A dialog for what is new in a version."""
    document = load_record(request, load_type(request, "documents"), pk, "edit")
    version, errors = services.version_of(document, number), []
    if request.method == "POST":
        note = without_controls(request.POST.get("note", ""))
        try:
            services.note_version(pk, number, note, actor=current_actor(request))
        except Invalid as error:
            version.note, errors = note, [text for texts in error.errors.values() for text in texts]
        else:
            return with_closed_dialog(with_event(HttpResponse(status=204), "documents:changed"))
    context = {"version": version, "errors": errors, "action": request.path}
    return render(request, "documents/note.html", context, status=422 if errors else 200)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """To the bin; the page it was removed on stays."""
    documents = load_type(request, "documents")
    document = load_record(request, documents, pk, "delete")
    write.delete(documents, [pk], actor=current_actor(request))
    answer = with_event(with_event(HttpResponse(status=204), "documents:changed"), "timeline:changed")
    words = _("“%(what)s” is in the bin.") % {"what": document}
    back = reverse("pages:restore", args=["documents", pk])
    return with_toast(answer, words, action_label=_("Undo"), action_url=back)


def show_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What the document holds, and its versions."""
    documents = load_type(request, "documents")
    document = load_record(request, documents, pk)
    actor = current_actor(request)
    content = services.version_of(document).content if document.number else None
    context = {
        "document": document,
        "content": content,
        "preview": preview_of(content) if content else None,
        "versions": services.versions_of(document),
        "may_edit": documents.visible_to(actor, "edit").filter(pk=pk).exists(),
    }
    return render(request, "documents/file.html", context)


def preview_part(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """A sheet, the text or the slides of the newest version, as far as they are shown."""
    document = load_record(request, load_type(request, "documents"), pk)
    found = part_of(services.version_of(document).content, part)
    if found is None:
        raise NotFound(_("There is no such page."))
    return render(request, "documents/preview_part.html", {"part": found})


def download(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponseBase:
    """The newest version or another one, saved under the document's name; pictures are shown with ?show=1."""
    document = load_record(request, load_type(request, "documents"), pk)
    version = services.version_of(document, number)
    inline = "show" in request.GET
    name, media_type = services.file_name(document, version), version.content.media_type
    return serve_file(version.content.file, inline=inline, name=name, content_type=media_type, asked=request)


def picture(request: HttpRequest, pk: int, size: str) -> HttpResponseBase:
    """The newest version as a picture: of a PDF its first page. Pictures are made anew, without what cameras add."""
    document = load_record(request, load_type(request, "documents"), pk)
    content = services.version_of(document).content
    file = content.small if size == "small" else content.large
    if file is None:
        raise NotFound(_("There is no such page."))
    return serve_file(file, inline=True)


def file_of(request: HttpRequest) -> Any:
    """The uploaded file. Raises Invalid when there is none."""
    file = request.FILES.get("file")
    if file is None:
        raise Invalid({"file": [_("Choose a file.")]})
    return file


def folder_of(request: HttpRequest) -> dict[str, Any]:
    """The folder that is named, as a value of a new document. Raises NotFound."""
    pk = whole_number(request.POST["folder"])
    folder = registry.get("folders").visible_to(current_actor(request)).one(pk) if pk else None
    if folder is None:
        raise NotFound(_("There is no such record."))
    return {"folder": folder}


def about_of(text: str) -> RecordKey | None:
    """The record that "companies/5" names. Raises Invalid."""
    if not text:
        return None
    try:
        key: RecordKey = AnyRecord("about", "").load(text)
    except FieldError as error:
        raise Invalid({"about": [error.message]}) from error
    if key.type not in registry:
        raise NotFound(_("There is no such record."))
    return key


def refusal(error: Invalid) -> JsonResponse:
    """Why a file was not taken; the page shows it beside the name of the file."""
    message = " ".join(message for messages in error.errors.values() for message in messages)
    return JsonResponse({"detail": message, "errors": error.errors}, status=422)


def address_of(document: Document) -> str:
    return reverse("pages:detail", args=["documents", document.pk])
