import type { ControllerConstructor } from "@hotwired/stimulus";
import autosize from "./autosize";
import board from "./board";
import calendar from "./calendar";
import cellEdit from "./cell_edit";
import cellGrid from "./cell_grid";
import channel from "./channel";
import chart from "./chart";
import columnWidths from "./column_widths";
import combobox from "./combobox";
import conditionalFields from "./conditional_fields";
import conflict from "./conflict";
import connection from "./connection";
import copy from "./copy";
import dateField from "./date_field";
import dialog from "./dialog";
import draft from "./draft";
import dropzone from "./dropzone";
import fileField from "./file_field";
import filter from "./filter";
import folded from "./folded";
import formula from "./formula";
import freeTimes from "./free_times";
import inlineEdit from "./inline_edit";
import jobProgress from "./job_progress";
import listGroups from "./list_groups";
import listTotal from "./list_total";
import mention from "./mention";
import menu from "./menu";
import moving from "./moving";
import palette from "./palette";
import pageCopy from "./page_copy";
import prefetch from "./prefetch";
import relativeTime from "./relative_time";
import partRows from "./part_rows";
import reminders from "./reminders";
import reorder from "./reorder";
import richText from "./rich_text";
import rows from "./rows";
import selection from "./selection";
import session from "./session";
import shell from "./shell";
import shortcuts from "./shortcuts";
import showFor from "./show_for";
import signOut from "./sign_out";
import slider from "./slider";
import sortKeys from "./sort_keys";
import split from "./split";
import tabStrip from "./tab_strip";
import tabs from "./tabs";
import theme from "./theme";
import toasts from "./toasts";
import tooltip from "./tooltip";
import uploads from "./uploads";

/** Every behaviour by the name that `data-controller` uses. */
export const controllers: Record<string, ControllerConstructor> = {
  mention,
  autosize, board, calendar, channel, chart, combobox, conflict, connection, copy, dialog, draft, dropzone, filter, menu, moving, palette,
  folded, formula, prefetch, reminders, reorder, rows, selection, session, shell, shortcuts, slider, split, tabs, theme, toasts, tooltip, uploads,
  "date-field": dateField,
  "column-widths": columnWidths,
  "conditional-fields": conditionalFields,
  "cell-edit": cellEdit,
  "cell-grid": cellGrid,
  "file-field": fileField,
  "free-times": freeTimes,
  "inline-edit": inlineEdit,
  "job-progress": jobProgress,
  "page-copy": pageCopy,
  "part-rows": partRows,
  "list-groups": listGroups,
  "list-total": listTotal,
  "relative-time": relativeTime,
  "rich-text": richText,
  "show-for": showFor,
  "sign-out": signOut,
  "sort-keys": sortKeys,
  "tab-strip": tabStrip,
};
