"""Addresses of all record types, made from the registry: /people/, /people/board/, /people/17/ ...

Fixed words stand before `<int:pk>`, so that no record can hide them.
"""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from jantar.engine.pages import acts, bin, documents, held_files, kept, moving, quality, searching, today, undoing
from jantar.engine.pages.board import page as boards
from jantar.engine.pages.calendar import feed as calendar_feed
from jantar.engine.pages.calendar import free_times, hours, occurrences
from jantar.engine.pages.calendar import page as calendars
from jantar.engine.pages.duplicates import likely, merging
from jantar.engine.pages.duplicates import queue as duplicates
from jantar.engine.pages.filters import editor as filter_editor
from jantar.engine.pages.following import channels, watches
from jantar.engine.pages.following import dates as watched_dates
from jantar.engine.pages.following import page as following
from jantar.engine.pages.forms import page as forms
from jantar.engine.pages.forms import pickers, recurring_words
from jantar.engine.pages.forms.shown import shown
from jantar.engine.pages.lists import bulk, column_widths, columns, pasting, picked, pinned_views, saved_views, whole
from jantar.engine.pages.lists import groups as list_groups
from jantar.engine.pages.lists import page as lists
from jantar.engine.pages.lists import sums as list_sums
from jantar.engine.pages.loading import RecordTypeConverter
from jantar.engine.pages.record import as_of, handing, inline, parts, timeline
from jantar.engine.pages.record import page as detail
from jantar.engine.pages.settings import company as settings_company
from jantar.engine.pages.settings import custom_fields, formulas, rollups, switching
from jantar.engine.pages.settings import duplicates as settings_duplicates
from jantar.engine.pages.settings import notifications as account_notifications
from jantar.engine.pages.settings import roles as settings_roles
from jantar.engine.pages.settings import users as settings_users

app_name = "pages"
register_converter(RecordTypeConverter, "record_type")

TYPE = "<record_type:type_name>/"
SEARCH = [
    path("search/", searching.results, name="search"),
    path("search/palette/", searching.palette, name="palette"),
]

CALENDAR = [
    path("calendar/", calendars.show_calendar, name="calendar"),
    path("calendar/new/", calendars.choose_new, name="calendar_new"),
    path("calendar/free/<record_type:type_name>/", free_times.show, name="calendar_free"),
    path("calendar/move/", calendars.move, name="calendar_move"),
    path("calendar/move/ask/", calendars.ask_how_far, name="calendar_move_ask"),
    path("calendar/series/<record_type:type_name>/<int:series_id>/", occurrences.show_series, name="calendar_series"),
    path("calendar.ics", calendar_feed.show_feed, name="calendar_feed"),
    path("account/hours/", hours.show_own, name="account_hours"),
    path("account/hours/default/", hours.use_companys, name="account_hours_default"),
    path("settings/hours/", hours.show_company, name="settings_hours"),
    path("account/calendar/", calendar_feed.show_account, name="account_calendar"),
    path("account/calendar/renew/", calendar_feed.renew, name="account_calendar_renew"),
    path("account/calendar/revoke/", calendar_feed.revoke, name="account_calendar_revoke"),
]

TIMELINE = [
    path(f"{TYPE}<int:pk>/timeline/", timeline.panel, name="timeline"),
    path(f"{TYPE}<int:pk>/timeline/stream/", timeline.stream, name="timeline_stream"),
    path(f"{TYPE}<int:pk>/timeline/<slug:key>/", timeline.write, name="timeline_write"),
    path("notes/<int:pk>/", timeline.note, name="note"),
    path("notes/<int:pk>/delete/", timeline.delete_note, name="note_delete"),
    path("comments/<int:pk>/", timeline.comment, name="comment"),
    path("comments/<int:pk>/reply/", timeline.reply, name="comment_reply"),
    path("comments/<int:pk>/delete/", timeline.delete_comment, name="comment_delete"),
]

CHANNELS = [
    path("channels/", channels.show_all, name="channels"),
    path("channels/<int:pk>/", channels.show, name="channel"),
    path("channels/<int:pk>/stream/", channels.stream, name="channel_stream"),
    path("channels/<int:pk>/newer/", channels.newer, name="channel_newer"),
    path("channels/<int:pk>/write/", channels.write, name="channel_write"),
    path("channels/<int:pk>/read/", channels.mark_read, name="channel_read"),
]

LISTS = [
    path("", today.show_today, name="home"),
    path("as-of/", as_of.choose, name="as_of"),
    path("quality/", quality.show, name="quality"),
    path("quality/mine/", quality.mine, name="quality_mine"),
    path("quality/<record_type:type_name>/", quality.show_type, name="quality_of"),
    path(TYPE, lists.show_list, name="list"),
    path(f"{TYPE}count/", lists.show_count, name="count"),
    path(f"{TYPE}rows/<int:pk>/", lists.show_row, name="row"),
    path(f"{TYPE}sums/", list_sums.show_sums, name="sums"),
    path(f"{TYPE}paste/", pasting.paste, name="paste"),
    path(f"{TYPE}whole/", whole.show_whole, name="whole"),
    path(f"{TYPE}group/", list_groups.show_group, name="group"),
    path(f"{TYPE}board/", boards.show_board, name="board"),
    path(f"{TYPE}board/column/", boards.show_column, name="board_column"),
    path(f"{TYPE}board/move/", boards.move_card, name="board_move"),
    path(f"{TYPE}board/ask/", boards.ask_more, name="board_ask"),
    path(f"{TYPE}bulk/edit/", bulk.edit_many, name="bulk_edit"),
    path(f"{TYPE}bulk/delete/", bulk.delete_many, name="bulk_delete"),
    path(f"{TYPE}bulk/list/", picked.add_many, name="bulk_list"),
    path(f"{TYPE}bulk/unlist/", picked.remove_many, name="bulk_unlist"),
    path(f"{TYPE}lists/", picked.show_lists, name="lists_of"),
    path(f"{TYPE}lists/<int:pk>/pin/", pinned_views.pin_list, name="list_pin"),
    path("lists/<int:pk>/records/", picked.show_records, name="list_records"),
    path(f"{TYPE}bulk/merge/", merging.merge_chosen, name="bulk_merge"),
    path(f"{TYPE}duplicates/", duplicates.show, name="duplicates"),
    path(f"{TYPE}duplicates/scan/", duplicates.start, name="duplicates_scan"),
    path(f"{TYPE}duplicates/cancel/", duplicates.cancel, name="duplicates_cancel"),
    path(f"{TYPE}duplicates/progress/", duplicates.progress, name="duplicates_progress"),
    path(f"{TYPE}duplicates/decide/<slug:state>/", duplicates.decide, name="duplicates_decide"),
    path(f"{TYPE}merge/", merging.show_merge, name="merge"),
    path("bulk/<int:pk>/", bulk.show_progress, name="bulk_progress"),
    path("changes/", acts.show_acts, name="acts"),
    path("operations/<int:pk>/undo/", undoing.undo_operation, name="undo"),
    path("operations/<int:pk>/undo/preview/", undoing.preview, name="undo_preview"),
    path("operations/<int:pk>/kept/", kept.show, name="kept"),
    path(f"{TYPE}columns/", columns.choose_columns, name="columns"),
    path(f"{TYPE}columns/widths/", column_widths.set_widths, name="column_widths"),
    path(f"{TYPE}filter/", filter_editor.edit_condition, name="filter"),
    path(f"{TYPE}filter/all/", filter_editor.edit_all, name="filter_all"),
    path(f"{TYPE}filter/preview/", filter_editor.show_preview, name="filter_preview"),
    path(f"{TYPE}filter/row/", filter_editor.show_row, name="filter_row"),
    path(f"{TYPE}filter/pick/<str:kind>/", filter_editor.pick_own, name="filter_pick"),
    path(f"{TYPE}views/new/", saved_views.save_as, name="view_new"),
    path(f"{TYPE}views/open-with/", saved_views.open_with, name="view_opens"),
    path(f"{TYPE}views/<int:pk>/", saved_views.edit_view, name="view_edit"),
    path(f"{TYPE}views/<int:pk>/save/", saved_views.update_view, name="view_save"),
    path(f"{TYPE}views/<int:pk>/default/", saved_views.set_default, name="view_default"),
    path(f"{TYPE}views/<int:pk>/pin/", pinned_views.pin, name="view_pin"),
    path(f"{TYPE}views/<int:pk>/delete/", saved_views.delete_view, name="view_delete"),
]

NOTIFICATIONS = [
    path("notifications/", following.show, name="notifications"),
    path("account/notifications/", account_notifications.show, name="account_notifications"),
    path("notifications/bell/", following.bell, name="notifications_bell"),
    path("notifications/count/", following.count, name="notifications_count"),
    path("notifications/newest/", following.newest_few, name="notifications_newest"),
    path("notifications/read/", following.mark_all_read, name="notifications_read"),
    path("notifications/<int:pk>/", following.open_one, name="notification"),
    path("notifications/<int:pk>/read/", following.mark_one_read, name="notification_read"),
    path(f"{TYPE}<int:pk>/watch/", following.watch, name="watch"),
    path(f"{TYPE}<int:pk>/dates/<slug:name>/", watched_dates.watch_record_date, name="watch_date"),
    path(f"{TYPE}views/<slug:view>/dates/", watched_dates.watch_view_dates, name="watch_view_dates"),
    path(f"{TYPE}views/<slug:view>/watch/", watches.watch_whole_view, name="watch_view"),
    path("account/watches/", watches.show, name="watches"),
    path("account/watches/dates/<int:pk>/end/", watched_dates.end_date, name="watch_date_end"),
    path("account/watches/views/<int:pk>/end/", watches.end_view, name="watch_view_end"),
    path("account/watches/records/<int:pk>/end/", watches.end_record, name="watch_record_end"),
]

RECORDS = [
    path("pick/<str:target>/", pickers.pick, name="pick"),
    path(f"{TYPE}words/<slug:name>/", pickers.suggest, name="suggest"),
    path(f"{TYPE}choices/<slug:name>/", forms.choices, name="choices"),
    path(f"{TYPE}shown/", shown, name="form_shown"),
    path(f"{TYPE}new/", forms.new, name="new"),
    path(f"{TYPE}new/all/", forms.new_with_all, name="new_with_all"),
    path(f"{TYPE}rule/", recurring_words.show_words, name="rule_words"),
    path(f"{TYPE}new/likely/", likely.show_likely, name="likely"),
    path(f"{TYPE}bin/", bin.show, name="bin"),
    path(f"{TYPE}bin/restore/", bin.restore, name="bin_restore"),
    path(f"{TYPE}bin/confirm/", bin.confirm_erase, name="confirm_erase"),
    path(f"{TYPE}bin/erase/", bin.erase, name="erase"),
    path(f"{TYPE}<int:pk>/", detail.show, name="detail"),
    path(f"{TYPE}<int:pk>/edit/", forms.edit, name="edit"),
    path(f"{TYPE}<int:pk>/facts/", parts.facts, name="facts"),
    path(f"{TYPE}<int:pk>/history/", detail.history, name="history"),
    path(f"{TYPE}<int:pk>/delete/", detail.delete, name="delete"),
    path(f"{TYPE}<int:pk>/delete/ask/", detail.ask_how_many, name="delete_ask"),
    path(f"{TYPE}<int:pk>/restore/", detail.restore, name="restore"),
    path(f"{TYPE}<int:pk>/fields/<slug:name>/", inline.field, name="field"),
    path(f"{TYPE}<int:pk>/parts/<slug:name>/", parts.part, name="part"),
    path(f"{TYPE}<int:pk>/acts/<slug:name>/", detail.act, name="act"),
    path(f"{TYPE}<int:pk>/related/", detail.related_counts, name="related_counts"),
    path(f"{TYPE}<int:pk>/related/<str:name>/", detail.related, name="related"),
]

DOCUMENTS = [
    path(f"{TYPE}<int:pk>/related/documents/", documents.panel, name="documents_of"),
    path(f"{TYPE}<int:pk>/give/", handing.give, name="give"),
    path("field-files/<slug:kind>/upload/", held_files.upload, name="held_upload"),
    path("field-files/<slug:key>/", held_files.download, name="held_file"),
    path("field-files/<slug:key>/<slug:size>/", held_files.picture, name="held_picture"),
    path("documents/literature/", handing.find, name="literature"),
    path("documents/<int:pk>/given/", handing.given, name="given"),
    path("documents/company/", documents.company_files, name="company_files"),
    path("documents/move/", moving.move_files, name="file_move"),
    path("documents/upload/", documents.upload, name="upload"),
    path("documents/<int:pk>/file/", documents.show_file, name="file"),
    path("documents/<int:pk>/preview/<int:part>/", documents.preview_part, name="file_preview"),
    path("documents/<int:pk>/picture/<str:size>/", documents.picture, name="file_picture"),
    path("documents/<int:pk>/remove/", documents.remove, name="file_remove"),
    path("documents/<int:pk>/download/", documents.download, name="download"),
    path("documents/<int:pk>/versions/", documents.upload_version, name="version_upload"),
    path("documents/<int:pk>/versions/<int:number>/", documents.download, name="version_download"),
    path("documents/<int:pk>/versions/<int:number>/note/", documents.note_version, name="version_note"),
    path("documents/<int:pk>/versions/<int:number>/restore/", documents.restore_version, name="version_restore"),
]

FIELDS = "settings/fields/<record_type:type_name>/"
RULES = "settings/duplicates/<record_type:type_name>/"
SETTINGS = [
    path("settings/", RedirectView.as_view(pattern_name="pages:settings_users"), name="settings"),
    path("settings/users/", settings_users.users, name="settings_users"),
    path("settings/users/new/", settings_users.user, name="settings_user_new"),
    path("settings/users/<int:pk>/", settings_users.user, name="settings_user"),
    path("settings/teams/", settings_users.teams, name="settings_teams"),
    path("settings/teams/new/", settings_users.team, name="settings_team_new"),
    path("settings/teams/<int:pk>/", settings_users.team, name="settings_team"),
    path("settings/teams/<int:pk>/delete/", settings_users.remove_team, name="settings_team_delete"),
    path("settings/roles/", settings_roles.roles, name="settings_roles"),
    path("settings/roles/new/", settings_roles.role, name="settings_role_new"),
    path("settings/roles/<int:pk>/", settings_roles.role, name="settings_role"),
    path("settings/roles/<int:pk>/delete/", settings_roles.remove, name="settings_role_delete"),
    path("settings/company/", settings_company.company, name="settings_company"),
    path("settings/company/rates/", settings_company.add_rate, name="settings_rate_add"),
    path("settings/company/rates/<int:pk>/delete/", settings_company.remove_rate, name="settings_rate_delete"),
    path("settings/modules/", switching.show_modules, name="settings_modules"),
    path("settings/modules/<slug:key>/", switching.switch, name="settings_module"),
    path("settings/duplicates/", settings_duplicates.first, name="settings_duplicates"),
    path(RULES, settings_duplicates.rules, name="settings_duplicates_of"),
    path(f"{RULES}preview/", settings_duplicates.preview, name="settings_duplicates_preview"),
    path(f"{RULES}reset/", settings_duplicates.reset, name="settings_duplicates_reset"),
    path("settings/fields/", custom_fields.first, name="settings_fields"),
    path(FIELDS, custom_fields.fields, name="settings_fields_of"),
    path(f"{FIELDS}new/", custom_fields.field, name="settings_field_new"),
    path(f"{FIELDS}<int:pk>/", custom_fields.field, name="settings_field"),
    path(f"{FIELDS}<int:pk>/retire/", custom_fields.retire, name="settings_field_retire"),
    path(f"{FIELDS}<int:pk>/revive/", custom_fields.revive, name="settings_field_revive"),
    path(f"{FIELDS}formula/", formulas.check, name="settings_field_formula"),
    path(f"{FIELDS}rollup/", rollups.show, name="settings_field_rollup"),
    path(f"{FIELDS}states/", custom_fields.states, name="settings_fields_states"),
    path(f"{FIELDS}order/", custom_fields.order, name="settings_fields_order"),
]

urlpatterns = [*SEARCH, *CALENDAR, *SETTINGS, *NOTIFICATIONS, *TIMELINE, *CHANNELS, *DOCUMENTS, *RECORDS, *LISTS]
