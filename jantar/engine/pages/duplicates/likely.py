"""While a record is typed: the ones that may be the same. It is a hint, and never in the way of saving."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from jantar.engine.duplicates.finding import find_like
from jantar.engine.pages.forms.content import form_from
from jantar.engine.pages.loading import load_type
from jantar.engine.permissions.middleware import current_actor


@require_POST
def show_likely(request: HttpRequest, type_name: str) -> HttpResponse:
    """The form as far as it is typed; what can't be read yet is left aside. Empty when nothing is alike."""
    record_type = load_type(request, type_name, "create")
    actor = current_actor(request)
    values = form_from(record_type, request.POST, actor, is_new=True).read()
    found = find_like(record_type, values, actor)
    return render(request, "pages/likely.html", {"record_type": record_type, "found": found})
