"""All addresses. Only the project knows every module."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from jantar.project.api import api

gallery = [path("ui/", include("jantar.ui.urls"))] if settings.DEBUG else []

# The pages of record types stand last: their addresses start with the name of a type.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("jantar.platform.accounts.urls")),
    path("", include("jantar.platform.jobs.urls")),
    path("", include("jantar.platform.files.urls")),
    path("", include("jantar.platform.mail.urls")),
    *gallery,
    path("api/v1/", api.urls),
    path("", include("jantar.engine.transfer.urls")),
    path("", include("jantar.engine.webhooks.urls")),
    path("", include("jantar.modules.communications.urls")),
    path("", include("jantar.modules.sales.urls")),
    path("", include("jantar.engine.pages.urls")),
]

handler400 = "jantar.engine.pages.errors.bad_request"
handler403 = "jantar.engine.pages.errors.forbidden"
handler404 = "jantar.engine.pages.errors.not_found"
handler500 = "jantar.engine.pages.errors.server_error"
