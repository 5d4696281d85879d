"""All rows of a list at once, to be copied as a table or printed; larger lists are exported."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from jantar.engine.fields import show
from jantar.engine.pages.lists.rows import ListRows
from jantar.engine.pages.lists.state import ListState, read_state
from jantar.engine.pages.lists.sums import fields_of
from jantar.engine.pages.loading import load_type
from jantar.engine.records.further import refuse_unexportable
from jantar.engine.records.listing import MAX_LIMIT, page_of, rows_of

MOST_ROWS = 2000


def show_whole(request: HttpRequest, type_name: str) -> HttpResponse:
    """The rows of all pages as HTML, without boxes to tick; JSON that says why not where they are too many.

    Taking a whole list along is an export: only who may export gets it, and what they may export.
    """
    state = read_state(request, load_type(request, type_name, "export"))
    refuse_unexportable(fields_of(state), state.actor)
    number = rows_of(state.query(action="export")).order_by().values("pk")[: MOST_ROWS + 1].count()
    if number > MOST_ROWS:
        message = _("This list has more than %(n)s rows. Export it to a file instead.") % {"n": show.number(MOST_ROWS)}
        return JsonResponse({"message": message, "label": _("Export"), "url": state.exports["xlsx"]})
    return HttpResponse(ListRows(state.record_type, fields_of(state), all_rows(state), state.actor, False).html)


def all_rows(state: ListState) -> list[object]:
    """A constant number of statements for each 500 rows."""
    rows: list[object] = []
    cursor = ""
    while True:
        page = page_of(state.query(limit=MAX_LIMIT, cursor=cursor, narrow=True, action="export"))
        rows += page.rows
        if not page.next_cursor or len(rows) >= MOST_ROWS:
            return rows
        cursor = page.next_cursor
