from django.urls import path

from jantar.platform.files import pages

app_name = "files"

urlpatterns = [path("files/<uuid:key>/", pages.download, name="download")]
