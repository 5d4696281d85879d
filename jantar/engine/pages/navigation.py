"""Puts every record type into the shell: the left navigation, quick add, the letter after "g"."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.functional import lazy

from jantar.engine.pages.filters.words import capital as capital_now
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.ui.navigation import NavItem, navigation

capital = lazy(capital_now, str)


def register_types() -> None:
    taken: set[str] = {item.shortcut for item in navigation.items["main"].values()}
    for order, record_type in enumerate(registry.all()):
        if record_type.area is None:
            continue
        letter = next((letter for letter in record_type.name if letter not in taken), "")
        taken.add(letter)
        navigation.add(item(record_type, 100 + order, letter))
        navigation.add(add_item(record_type, 100 + order), place="add")


def item(record_type: RecordType, order: int, letter: str) -> NavItem:
    return NavItem(
        record_type.name,
        capital(record_type.label_plural),
        "pages:list",
        icon=record_type.icon,
        area=record_type.area or "",
        order=order,
        args=(record_type.name,),
        shortcut=letter,
        visible=allowed("see", record_type.name),
    )


def add_item(record_type: RecordType, order: int) -> NavItem:
    return NavItem(
        record_type.name,
        capital(record_type.label),
        "pages:new",
        icon=record_type.icon,
        order=order,
        args=(record_type.name,),
        opens_dialog=True,
        visible=allowed("create", record_type.name),
    )


def allowed(action: str, type_name: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.is_authenticated and current_actor(request).may(action, type_name)
