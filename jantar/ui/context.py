"""Context processor of the shell."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .formats import locale_for
from .navigation import Navigation, ShownArea, ShownItem, navigation


class Shell:
    """What `ui/shell.html` shows, worked out only when a template asks."""

    def __init__(self, request: HttpRequest, registry: Navigation = navigation) -> None:
        self._request = request
        self._registry = registry

    @cached_property
    def main_items(self) -> list[ShownItem]:
        return self._registry.shown(self._request, "main")

    @cached_property
    def add_items(self) -> list[ShownItem]:
        return self._registry.shown(self._request, "add")

    @cached_property
    def user_items(self) -> list[ShownItem]:
        return self._registry.shown(self._request, "user")

    @cached_property
    def settings_items(self) -> list[ShownItem]:
        """The tabs of the settings; they stand in the page, in no part of the shell that is kept."""
        return self._registry.shown(self._request, "settings")

    @cached_property
    def account_items(self) -> list[ShownItem]:
        """The tabs of the user's account; they stand in the page too."""
        return self._registry.shown(self._request, "account")

    @property
    def settings_label(self) -> str:
        return next((str(one.item.label) for one in self.settings_items if one.is_current), "")

    @cached_property
    def areas(self) -> list[ShownArea]:
        return self._registry.in_areas(self.main_items)

    @property
    def shortcuts(self) -> list[ShownItem]:
        return [shown for shown in self.main_items if shown.item.shortcut]

    @property
    def user_name(self) -> str:
        user = getattr(self._request, "user", None)
        return getattr(user, "full_name", "") or getattr(user, "email", "")

    @cached_property
    def kept_by(self) -> str:
        """Everything besides the language that the parts of the shell kept in the cache depend on.

        A part may show nothing that this does not name; what changes with the session (tokens) stays outside.
        """
        shown = (
            f"{one.item.key} {one.href} {one.is_current}"
            for one in (*self.main_items, *self.add_items, *self.user_items)
        )
        return "\n".join((self.user_name, str(self.nav_collapsed), *self.links.values(), *shown))

    @cached_property
    def links(self) -> dict[str, str]:
        return {key: self._registry.address(key, self._request) for key in self._registry.links}

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
