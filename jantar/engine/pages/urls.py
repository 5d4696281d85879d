"""Addresses of all record types, made from the registry: /people/, /people/board/, /people/17/ ...

Fixed words stand before `<int:pk>`, so that no record can hide them.
"""

from django.urls import path, register_converter

from jantar.engine.pages import (
    bin,
    boards,
    bulk,
    columns,
    detail,
    filter_editor,
    forms,
    inline,
    lists,
    parts,
    pickers,
    saved_views,
    searching,
    today,
)
from jantar.engine.pages.loading import RecordTypeConverter

app_name = "pages"
register_converter(RecordTypeConverter, "record_type")

TYPE = "<record_type:type_name>/"
SEARCH = [
    path("search/", searching.results, name="search"),
    path("search/palette/", searching.palette, name="palette"),
]

LISTS = [
    path("", today.show_today, name="home"),
    path(TYPE, lists.show_list, name="list"),
    path(f"{TYPE}count/", lists.show_count, name="count"),
    path(f"{TYPE}board/", boards.show_board, name="board"),
    path(f"{TYPE}board/column/", boards.show_column, name="board_column"),
    path(f"{TYPE}board/move/", boards.move_card, name="board_move"),
    path(f"{TYPE}board/ask/", boards.ask_more, name="board_ask"),
    path(f"{TYPE}bulk/edit/", bulk.edit_many, name="bulk_edit"),
    path(f"{TYPE}bulk/delete/", bulk.delete_many, name="bulk_delete"),
    path("bulk/<int:pk>/", bulk.show_progress, name="bulk_progress"),
    path("operations/<int:pk>/undo/", bulk.undo_operation, name="undo"),
    path(f"{TYPE}columns/", columns.choose_columns, name="columns"),
    path(f"{TYPE}filter/", filter_editor.edit_condition, name="filter"),
    path(f"{TYPE}filter/row/", filter_editor.show_row, name="filter_row"),
    path(f"{TYPE}filter/pick/<str:kind>/", filter_editor.pick_own, name="filter_pick"),
    path(f"{TYPE}views/new/", saved_views.save_as, name="view_new"),
    path(f"{TYPE}views/open-with/", saved_views.open_with, name="view_opens"),
    path(f"{TYPE}views/<int:pk>/", saved_views.edit_view, name="view_edit"),
    path(f"{TYPE}views/<int:pk>/save/", saved_views.update_view, name="view_save"),
    path(f"{TYPE}views/<int:pk>/delete/", saved_views.delete_view, name="view_delete"),
]

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

urlpatterns = [*SEARCH, *RECORDS, *LISTS]
