"""The project's addresses and one more: the bare page that a page of Jantar is compared with."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import path

from jantar.project.urls import handler404, handler500
from jantar.project.urls import urlpatterns as project_patterns

__all__ = ["handler404", "handler500"]

#: What the bare page does, by name; scenarios put it here.
bare_pages: dict[str, Callable[[], object]] = {}


def show(request: HttpRequest, name: str) -> HttpResponse:
    assert request.user.is_authenticated
    return HttpResponse(bare_pages[name]())


urlpatterns = [path("bare/<str:name>/", show), *project_patterns]
