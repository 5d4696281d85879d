"""The component gallery, included by the project at /ui/ in development."""

from django.urls import path

from .gallery import pages

app_name = "ui"

urlpatterns = [
    path("", pages.index, name="gallery"),
    path("list/", pages.list_page, name="gallery_list"),
    path("board/", pages.board_page, name="gallery_board"),
    path("record/", pages.record_page, name="gallery_record"),
    path("form/", pages.form_page, name="gallery_form"),
    path("sign-in/", pages.bare_page, name="gallery_bare"),
    path("parts/palette/", pages.palette, name="gallery_palette"),
    path("parts/value/<slug:name>/", pages.inline_value, name="gallery_value"),
    path("parts/move/", pages.move_card, name="gallery_move"),
    path("parts/dialog/", pages.dialog, name="gallery_dialog"),
    path("parts/drawer/", pages.drawer, name="gallery_drawer"),
    path("parts/options/", pages.options, name="gallery_options"),
    path("parts/condition/", pages.condition, name="gallery_condition"),
    path("parts/job/", pages.job, name="gallery_job"),
    path("parts/answer/<int:status>/", pages.answer, name="gallery_answer"),
    path("parts/session/", pages.session, name="gallery_session"),
]
