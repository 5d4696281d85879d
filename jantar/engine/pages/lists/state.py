"""What a list shows, read from its address and put back into addresses.

    ?view=12&filter={...}&search=text&sort=-amount,name&by=stage&columns=name,city&sums=amount&cursor=...&beside=17

A view, saved (?view=12), ready-made (?view=open) or of a hand-picked list (?view=list-5), gives filter, search, sort,
groups and columns; what stands in the address goes before it, so that every state of a list can be shared, and the
browser's back and forward buttons work.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.pages.lists.picked_views import PickedView, picked_view
from jantar.engine.pages.lists.ready_views import ReadyView, ready_views
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.filters import read_filter
from jantar.engine.records.further import further_column
from jantar.engine.records.links import linked_columns
from jantar.engine.records.listing import STEP, Query
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.written import read
from jantar.kit.numbers import whole_number
from jantar.kit.text import fold
from jantar.ui.addresses import address

ALL = "all"
#: In the place of a record beside the list: the one of the first row.
FIRST = "first"
LONGEST_SEARCH = 200
View = SavedView | ReadyView | PickedView


@dataclass(frozen=True)
class ListState:
    """The state of one list or board. `place` is the URL name it stands under, `group` the group of a board."""

    record_type: RecordType
    actor: Actor
    place: str = "list"
    views: tuple[SavedView, ...] = ()
    layout: SavedView | None = None
    view: View | None = None
    filter: Any = field(default_factory=dict)
    search: str = ""
    sort: str = ""
    columns_asked: tuple[str, ...] | None = None
    #: The field by whose values a list is grouped; "" for a plain list.
    by: str = ""
    sums_asked: tuple[str, ...] | None = None
    cursor: str = ""
    group: str = ""
    #: The id of the record shown beside the list, FIRST, or "" for a list by itself.
    beside: str = ""
    #: The moment that is shown, as the address names it; "" for today.
    as_of: str = ""
    #: True when the address says that the default view is not wanted.
    is_all: bool = False

    @cached_property
    def fields(self) -> dict[str, Field]:
        return self.record_type.fields(self.actor)

    @cached_property
    def columns_known(self) -> dict[str, Field]:
        """The columns by name: the fields, what records are about, and what was chosen of the records referred to."""
        return self.known_among(self.columns_wanted)

    def known_among(self, names: Iterable[str]) -> dict[str, Field]:
        """The same with those of `names` that lead to records referred to (“company.city”)."""
        further = (further_column(self.record_type, name, self.actor) for name in names if STEP in name)
        own = {**self.fields, **linked_columns(self.record_type)}
        return {**own, **{one.name: one for one in further if one}}

    @property
    def columns_wanted(self) -> Sequence[str]:
        asked = self.columns_asked or (self.view and self.view.columns) or (self.layout and self.layout.columns)
        return asked or self.record_type.columns

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The fields shown, the title first; those that no longer exist are left out."""
        names = [name for name in self.columns_wanted if name in self.columns_known]
        return tuple(dict.fromkeys((self.record_type.title, *names)))

    @property
    def sums(self) -> tuple[str, ...]:
        """The fields that are added up at the foot."""
        if self.sums_asked is not None:
            return self.sums_asked
        kept = self.view or self.layout
        return tuple(kept.sums) if kept else ()

    @cached_property
    def all_views(self) -> tuple[SavedView | ReadyView, ...]:
        """The ready-made ones first."""
        return (*ready_views(self.record_type), *self.views)

    @property
    def opening(self) -> str:
        """The view shown when the address names none; "" for everything."""
        if self.layout and self.layout.opens_with_id:
            return str(self.layout.opens_with_id)
        if chosen := self.layout.opens_with_ready if self.layout else "":
            return "" if chosen == ALL else chosen
        if default := next((view for view in self.views if view.is_default), None):
            return str(default.pk)
        return next((view.name for view in self.record_type.views if view.opens), "")

    @property
    def sorted_by(self) -> str:
        return self.sort or self.record_type.sort

    @property
    def is_filtered(self) -> bool:
        return bool(conditions(self.filter)) or bool(self.search)

    @property
    def is_changed(self) -> bool:
        """Whether the list shows something else than its view holds."""
        shown = (self.filter, self.search, self.sort, self.by, self.columns_asked, self.sums_asked)
        return shown != (*self.base, self.base_by, None, None)

    @property
    def base(self) -> tuple[Any, str, str]:
        return (self.view.filter, self.view.search, self.view.sort) if self.view else ({}, "", "")

    @property
    def base_by(self) -> str:
        return self.view.grouped_by if self.view else ""

    def query(self, **options: Any) -> Query:
        return Query(
            self.record_type, self.actor, filter=self.filter, sort=self.sort, search=self.search,
            columns=self.columns, **options,
        )  # fmt: skip

    # Addresses ---------------------------------------------------------------------------------

    def with_(self, **changes: Any) -> "ListState":
        if "columns" in changes:
            changes["columns_asked"] = changes.pop("columns")
        if "sums" in changes:
            changes["sums_asked"] = changes.pop("sums")
        beside = changes.pop("beside", FIRST if self.beside else "")
        return replace(self, cursor=changes.pop("cursor", ""), beside=beside, **changes)

    def address(self, **changes: Any) -> str:
        """The address of this state with changes; the first page unless a cursor is given."""
        state = self.with_(**changes)
        parameters = state.parameters()
        return f"{state.path}?{encode(parameters)}" if parameters else state.path

    def part(self, name: str, **parameters: Any) -> str:
        """The address of a part of the page that is made for this state; further parameters are appended."""
        url = address(f"pages:{name}", self.record_type.name)
        together = {**self.with_().parameters(), **parameters}
        return f"{url}?{encode(together)}" if together else url

    @property
    def text(self) -> str:
        """The state as query text, for hidden inputs; `state_from` reads it. It leads to the first page."""
        return encode({**self.with_().parameters(), "place": self.place})

    @property
    def path(self) -> str:
        return address(f"pages:{self.place}", self.record_type.name)

    @property
    def here(self) -> str:
        return self.address()

    @property
    def list_address(self) -> str:
        return self.address(place="list", group="", beside="")

    @property
    def board_address(self) -> str:
        return self.address(place="board", columns=None, sums=None, by=self.base_by, beside="")

    @property
    def split_address(self) -> str:
        """The list with a record beside it."""
        return self.address(place="list", group="", beside=FIRST)

    @property
    def exports(self) -> dict[str, str]:
        """Addresses of files with what the list shows: `csv`, `xlsx`, and `fields` that can be imported again.

        They say everything themselves, as the export knows no views.
        """
        shown = {
            "filter": json.dumps(self.filter, separators=(",", ":"), ensure_ascii=False) if self.filter else "",
            "search": self.search,
            "sort": self.sorted_by,
            "columns": ",".join(self.columns),
        }
        kinds = {"csv": {"format": "csv"}, "xlsx": {"format": "xlsx"}, "fields": {"format": "csv", "names": "fields"}}
        url = address("transfer:export", self.record_type.name)
        return {
            kind: f"{url}?{encode({name: value for name, value in {**shown, **own}.items() if value})}"
            for kind, own in kinds.items()
        }

    @property
    def whole_address(self) -> str:
        """Where the rows of all pages come from; "" in groups, which have no pages."""
        return "" if self.by else self.part("whole")

    @property
    def all_address(self) -> str:
        """Everything, also past the view the list opens with."""
        return self.view_address(ALL if self.opening else "")

    def view_address(self, view: str) -> str:
        """The address of a view as it is kept."""
        chosen = {"view": view, "beside": FIRST if self.beside else ""}
        together = {name: value for name, value in chosen.items() if value}
        return f"{self.path}?{encode(together)}" if together else self.path

    @property
    def without_search(self) -> list[tuple[str, str]]:
        """What a search form keeps in hidden inputs."""
        return [(name, value) for name, value in self.with_().parameters().items() if name != "search"]

    def parameters(self) -> dict[str, str]:
        """Only what differs from the view."""
        base_filter, base_search, base_sort = self.base
        found: dict[str, str] = {}
        if self.view is not None:
            found["view"] = str(self.view.pk)
        elif self.is_all:
            found["view"] = ALL
        if self.as_of:
            found["as_of"] = self.as_of
        if self.group:
            found["group"] = self.group
        if self.filter != base_filter:
            found["filter"] = json.dumps(self.filter, separators=(",", ":"), ensure_ascii=False)
        if self.search != base_search:
            found["search"] = self.search
        if self.sort != base_sort:
            found["sort"] = self.sort
        if self.by != self.base_by:
            found["by"] = self.by
        if self.sums_asked is not None:
            found["sums"] = ",".join(self.sums_asked)
        if self.columns_asked:
            found["columns"] = ",".join(self.columns_asked)
        if self.cursor:
            found["cursor"] = self.cursor
        if self.beside:
            found["beside"] = self.beside
        return found


def encode(parameters: Mapping[str, Any]) -> str:
    """Query text that stays readable: the signs of JSON that browsers leave alone are not escaped."""
    return urlencode(parameters, quote_via=quote, safe="[]:,~")


def read_state(request: HttpRequest, record_type: RecordType, place: str = "list") -> ListState:
    """The state the address asks for. Raises BadQuery, or NotFound for a view that is gone."""
    place = request.GET.get("place", place)
    return from_parameters(request.GET, record_type, current_actor(request), place)


def state_from(text: str, record_type: RecordType, actor: Actor) -> ListState:
    """The state that `ListState.text` wrote."""
    parameters = QueryDict(text)
    return from_parameters(parameters, record_type, actor, parameters.get("place", "list"))


def from_parameters(given: QueryDict, record_type: RecordType, actor: Actor, place: str) -> ListState:
    rows = read(("views", record_type.name), actor, lambda: views_of(record_type, actor))
    rows.sort(key=lambda row: (fold(row.name), row.pk))  # an ORDER BY costs Django more
    layout = next((row for row in rows if not row.name and row.owner_id == actor.user_id), None)
    views = tuple(row for row in rows if row.name)
    plain = ListState(record_type, actor, place if place in ("list", "board") else "list", views, layout)
    view = chosen_view(plain, given)
    state = replace(plain, view=view, is_all=given.get("view") == ALL)
    base_filter, base_search, base_sort = state.base
    columns = [name for name in given.get("columns", "").split(",") if name]
    return replace(
        state,
        filter=read_filter(given.get("filter", "")) if "filter" in given else base_filter,
        search=given.get("search", base_search).replace("\x00", "").strip()[:LONGEST_SEARCH],
        sort=given.get("sort", base_sort).strip(),
        columns_asked=tuple(columns) or None,
        by=given.get("by", state.base_by).strip(),
        sums_asked=tuple(name for name in given.get("sums", "").split(",") if name) if "sums" in given else None,
        cursor=given.get("cursor", ""),
        group=given.get("group", ""),
        beside=beside if (beside := given.get("beside", "")) == FIRST or whole_number(beside) else "",
        as_of=given.get("as_of", "")[:40],
    )


def views_of(record_type: RecordType, actor: Actor) -> Any:
    return SavedView.objects.visible_to(actor).filter(record_type=record_type.name)


def chosen_view(state: ListState, given: QueryDict) -> View | None:
    """The view named; without a word about it the one the list opens with."""
    wanted = given.get("view", "")
    is_opening = not wanted and not set(given) & {"filter", "search", "sort"}
    if is_opening:
        wanted = state.opening
    if not wanted or wanted == ALL:
        return None
    known = next((view for view in state.all_views if str(view.pk) == wanted), None)
    found = known or picked_view(state.record_type, state.actor, wanted)
    if found is None and not is_opening:
        raise NotFound(_("This view no longer exists, or it is not shared with you."))
    return found


# The top of the tree as the filter bar sees it: one list of conditions, of which all or any must hold.


def conditions(tree: Any) -> list[Any]:
    """The conditions at the top; a tree that is a single condition is a list of one."""
    if not tree:
        return []
    for group in ("all", "any"):
        if set(tree) == {group} and isinstance(tree[group], list):
            return list(tree[group])
    return [tree]


def connective(tree: Any) -> str:
    """Whether "all" or "any" of the conditions must hold."""
    return "any" if isinstance(tree, dict) and set(tree) == {"any"} else "all"


def joined(nodes: list[Any], how: str) -> Any:
    return {how: nodes} if nodes else {}
