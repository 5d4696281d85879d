"""Files on records: the panel of a record, uploads, versions, and sending the bytes to the browser."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.documents import services
from jantar.engine.documents.contents import contents_with_picture
from jantar.engine.documents.models import Document
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.pages.forms import leading_to
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotFound
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.platform.files.pages import serve_file
from jantar.ui.responses import with_event, with_toast

SHOWN = 50


def panel(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """The files of a record."""
    record_type = load_type(request, type_name)
    load_record(request, record_type, pk)
    documents, actor = load_type(request, "documents"), current_actor(request)
    tree = {"all": [{"field": "about", "op": "is", "value": f"{type_name}/{pk}"}]}
    page = page_of(Query(documents, actor, filter=tree, sort="-updated_at", limit=SHOWN, columns=("owner",)))
    mark_pictures(page.rows)
    context = {
        "rows": page.rows,
        "may_attach": may_attach(request, record_type, pk),
        "all_address": list_address(tree) if page.next_cursor else "",
    }
    return render(request, "documents/panel.html", context)


def mark_pictures(documents: list[Document]) -> None:
    """Says of each whether there is a small picture; one statement."""
    pictured = contents_with_picture({document.content_id for document in documents if document.content_id})
    for document in documents:
        document.has_picture = document.content_id in pictured


def may_attach(request: HttpRequest, record_type: RecordType, pk: int) -> bool:
    actor = current_actor(request)
    if record_type.within is not None or not actor.may("create", "documents"):
        return False
    return bool(record_type.visible_to(actor, "edit").filter(pk=pk).exists())


def list_address(tree: dict[str, Any]) -> str:
    return f"{reverse('pages:list', args=['documents'])}?{urlencode({'filter': json.dumps(tree)})}"


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Takes one file; the page sends several one after the other."""
    try:
        file = file_of(request)
        about = about_of(request.POST.get("about", ""))
        document = services.attach(file, str(file.name), actor=current_actor(request), about=about)
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
    context = {
        "document": document,
        "content": services.version_of(document).content if document.number else None,
        "versions": services.versions_of(document),
        "may_edit": documents.visible_to(actor, "edit").filter(pk=pk).exists(),
    }
    return render(request, "documents/file.html", context)


def download(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponseBase:
    """The newest version or another one, saved under the document's name; pictures are shown with ?show=1."""
    document = load_record(request, load_type(request, "documents"), pk)
    version = services.version_of(document, number)
    inline = "show" in request.GET
    name, media_type = services.file_name(document, version), version.content.media_type
    return serve_file(version.content.file, inline=inline, name=name, content_type=media_type)


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
