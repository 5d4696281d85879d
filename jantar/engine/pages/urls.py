"""Addresses of all record types, made from the registry: /people/, /people/board/, /people/17/ ...

Fixed words stand before `<int:pk>`, so that no record can hide them.
"""

from django.urls import path, register_converter

from jantar.engine.pages import lists
from jantar.engine.pages.loading import RecordTypeConverter

app_name = "pages"
register_converter(RecordTypeConverter, "record_type")

LISTS = [
    path("", lists.show_home, name="home"),
    path("<record_type:type_name>/", lists.show_list, name="list"),
]

# Record pages and forms come here, each group a list of its own.
urlpatterns = [*LISTS]
