"""Addresses of all record types, made from the registry: /people/, /people/board/, /people/17/ ...

Fixed words stand before `<int:pk>`, so that no record can hide them.
"""

from django.urls import path, register_converter

from jantar.engine.pages import bin, detail, forms, inline, lists, parts, pickers, today
from jantar.engine.pages.loading import RecordTypeConverter

app_name = "pages"
register_converter(RecordTypeConverter, "record_type")

LISTS = [
    path("", today.show_today, name="home"),
    path("<record_type:type_name>/", lists.show_list, name="list"),
]

TYPE = "<record_type:type_name>/"
RECORDS = [
    path("pick/<str:target>/", pickers.pick, name="pick"),
    path(f"{TYPE}words/<slug:name>/", pickers.suggest, name="suggest"),
    path(f"{TYPE}new/", forms.new, name="new"),
    path(f"{TYPE}bin/", bin.show, name="bin"),
    path(f"{TYPE}bin/restore/", bin.restore, name="bin_restore"),
    path(f"{TYPE}bin/confirm/", bin.confirm_erase, name="confirm_erase"),
    path(f"{TYPE}bin/erase/", bin.erase, name="erase"),
    path(f"{TYPE}<int:pk>/", detail.show, name="detail"),
    path(f"{TYPE}<int:pk>/edit/", forms.edit, name="edit"),
    path(f"{TYPE}<int:pk>/facts/", parts.facts, name="facts"),
    path(f"{TYPE}<int:pk>/history/", detail.history, name="history"),
    path(f"{TYPE}<int:pk>/delete/", detail.delete, name="delete"),
    path(f"{TYPE}<int:pk>/restore/", detail.restore, name="restore"),
    path(f"{TYPE}<int:pk>/fields/<slug:name>/", inline.field, name="field"),
    path(f"{TYPE}<int:pk>/parts/<slug:name>/", parts.part, name="part"),
    path(f"{TYPE}<int:pk>/acts/<slug:name>/", detail.act, name="act"),
    path(f"{TYPE}<int:pk>/related/<str:name>/", detail.related, name="related"),
]

urlpatterns = [*RECORDS, *LISTS]
