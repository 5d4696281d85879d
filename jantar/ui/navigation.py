"""What the shell offers: areas and items of the navigation, quick add, the user's menu, its addresses.

Apps register in `AppConfig.ready`; the shell asks once per page. Labels are lazy translations,
addresses are names of URL patterns.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.functional import Promise

from .addresses import address

Place = Literal["main", "add", "user", "settings", "account"]
Link = Literal[
    "home", "palette", "sign_in", "sign_in_fragment", "sign_out", "session", "theme", "language", "notifications",
    "reminders",
]  # fmt: skip


@dataclass(frozen=True)
class NavArea:
    """A group of the left navigation. Without a label its items stand alone; `at_foot` puts it below all others."""

    key: str
    label: str | Promise = ""
    order: int = 100
    at_foot: bool = False


@dataclass(frozen=True)
class NavItem:
    """An entry of a menu. `url` is a URL name (with `args`), or an address starting with "/".

    `shortcut` is the letter pressed after "g" to go there. `visible` decides per request. The item is marked as
    the current one on all pages whose address starts with `under`, by default with its own address.
    """

    key: str
    label: str | Promise
    url: str
    icon: str = ""
    area: str = ""
    order: int = 100
    args: tuple[object, ...] = ()
    shortcut: str = ""
    opens_dialog: bool = False
    under: str = ""
    visible: Callable[[HttpRequest], bool] | None = None
    #: A number stands beside it, which a later answer puts into the element "nav-count-KEY".
    is_counted: bool = False
    #: True for an address with a query: it is never the current one by the path alone.
    is_query: bool = False

    @property
    def href(self) -> str:
        return self.url if self.url.startswith("/") else address(self.url, *self.args)


@dataclass(frozen=True)
class ShownItem:
    item: NavItem
    href: str
    is_current: bool


@dataclass(frozen=True)
class ShownArea:
    area: NavArea
    items: list[ShownItem]


@dataclass
class Navigation:
    """The registry. `navigation` below is the one the shell shows."""

    areas: dict[str, NavArea] = field(default_factory=dict)
    items: dict[Place, dict[str, NavItem]] = field(
        default_factory=lambda: {"main": {}, "add": {}, "user": {}, "settings": {}, "account": {}}
    )
    links: dict[Link, str] = field(default_factory=dict)
    #: Further items of the left navigation, of the request at hand. Their keys tell all that is shown of them.
    sources: list[Callable[[HttpRequest], Iterable[NavItem]]] = field(default_factory=list)
    #: Asked for each item besides its own `visible`.
    gates: list[Callable[[HttpRequest, NavItem], bool]] = field(default_factory=list)

    def add_area(self, area: NavArea) -> None:
        self.areas[area.key] = area

    def add(self, *items: NavItem, place: Place = "main") -> None:
        """Registers items in the left navigation, the quick-add menu, the user's menu, the settings or the account."""
        for item in items:
            self.items[place][item.key] = item

    def add_source(self, source: Callable[[HttpRequest], Iterable[NavItem]]) -> None:
        self.sources.append(source)

    def add_gate(self, gate: Callable[[HttpRequest, NavItem], bool]) -> None:
        self.gates.append(gate)

    def link(self, **names: str) -> None:
        """Names the URL patterns the shell needs: see `Link`. A part without its link is not shown."""
        for key, name in names.items():
            self.links[key] = name  # type: ignore[index]

    def address(self, link: Link, request: HttpRequest | None = None) -> str:
        """The address of a shell link; empty while nobody has registered it, or when a gate is closed."""
        name = self.links.get(link, "")
        if request is not None and not all(gate(request, NavItem(link, "", name)) for gate in self.gates):
            return ""
        if not name or name.startswith("/"):
            return name
        try:
            return address(name)
        except NoReverseMatch:
            return ""

    def shown(self, request: HttpRequest, place: Place) -> list[ShownItem]:
        """Items of `place` that the request may see, in order; the one of the current page is marked."""
        allowed = [item for item in self.items[place].values() if item.visible is None or item.visible(request)]
        allowed = [item for item in allowed if all(gate(request, item) for gate in self.gates)]
        if place == "main":
            allowed += [item for source in self.sources for item in source(request)]
        hrefs = [(item, item.href) for item in sorted(allowed, key=lambda item: (item.order, item.key))]
        current = request.get_full_path()
        if not any(item.is_query and href == current for item, href in hrefs):
            current = _longest_prefix(request.path, (item.under or href for item, href in hrefs))
        return [ShownItem(item, href, (item.under or href) == current) for item, href in hrefs]

    def in_areas(self, items: Sequence[ShownItem]) -> list[ShownArea]:
        """Items of the left navigation in their areas, in order; empty areas are left out."""
        areas = sorted(self.areas.values(), key=lambda area: (area.at_foot, area.order, area.key))
        known = {area.key for area in areas}
        loose = [shown for shown in items if shown.item.area not in known]
        groups = [ShownArea(NavArea("", ""), loose)]
        groups += [ShownArea(area, [shown for shown in items if shown.item.area == area.key]) for area in areas]
        return [group for group in groups if group.items]


def _longest_prefix(path: str, hrefs: Iterable[str]) -> str:
    matching = [href for href in hrefs if path == href or (href != "/" and path.startswith(href))]
    return max(matching, key=len, default="")


navigation = Navigation()
