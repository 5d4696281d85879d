from django.urls import path

from jantar.engine.transfer import pages
from jantar.engine.transfer.archive import pages as archive

app_name = "transfer"

urlpatterns = [
    path("import/", pages.show_imports, name="imports"),
    path("import/<int:pk>/", pages.show_import, name="import"),
    path("import/<int:pk>/plan/", pages.change_plan, name="plan"),
    path("import/<int:pk>/field/", pages.create_field, name="field"),
    path("import/<int:pk>/check/", pages.begin, {"act": "check"}, name="check"),
    path("import/<int:pk>/run/", pages.begin, {"act": "run"}, name="run"),
    path("import/<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("import/<int:pk>/progress/", pages.show_progress, name="progress"),
    path("import/<int:pk>/refused.csv", pages.download_errors, name="refused"),
    path("quality/export/", pages.export_quality, name="quality"),
    path("settings/archive/", archive.archive, name="archive"),
    path("settings/archive/write/", archive.write, name="archive_write"),
    path("<slug:type_name>/import/", pages.upload, name="upload"),
    path("<slug:type_name>/export/", pages.export, name="export"),
]
