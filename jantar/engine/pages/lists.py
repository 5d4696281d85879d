"""The list of a record type."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.listing import Query, page_of


def show_list(request: HttpRequest, type_name: str) -> HttpResponse:
    record_type = load_type(request, type_name)
    query = Query(record_type, current_actor(request), columns=record_type.columns)
    return render(request, "pages/list.html", {"record_type": record_type, "page": page_of(query)})
