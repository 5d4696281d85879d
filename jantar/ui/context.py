"""Context processor of the shell."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property

from .formats import locale_for
from .navigation import Navigation, ShownArea, ShownItem, navigation


class Shell:
    """What `ui/shell.html` shows, worked out only when a template asks."""

    def __init__(self, request: HttpRequest, registry: Navigation = navigation) -> None:
        self._request = request
        self._registry = registry

    @cached_property
    def areas(self) -> list[ShownArea]:
        return self._registry.shown_areas(self._request)

    @property
    def add_items(self) -> list[ShownItem]:
        return self._registry.shown(self._request, "add")

    @property
    def user_items(self) -> list[ShownItem]:
        return self._registry.shown(self._request, "user")

    @property
    def shortcuts(self) -> list[ShownItem]:
        return [shown for shown in self._registry.shown(self._request, "main") if shown.item.shortcut]

    @cached_property
    def links(self) -> dict[str, str]:
        return {key: self._registry.address(key) for key in self._registry.links}

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Each language in its own words: ("pl", "Polski")."""
        return [(code, _own_name(code)) for code, _name in settings.LANGUAGES]

    @property
    def theme(self) -> str:
        """ "light", "dark" or "auto": the user's choice, else the cookie's, else the system's."""
        chosen = getattr(getattr(self._request, "user", None), "theme", "") or self._request.COOKIES.get("theme", "")
        return chosen if chosen in ("light", "dark") else "auto"

    @property
    def nav_collapsed(self) -> bool:
        return self._request.COOKIES.get("nav") == "collapsed"


def shell(request: HttpRequest) -> dict[str, object]:
    return {"shell": SimpleLazyObject(lambda: Shell(request))}


def _own_name(language: str) -> str:
    return (locale_for(language).get_language_name(language) or language).capitalize()
