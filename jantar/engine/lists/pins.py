"""Lists as views of the list of their records: what they are called in addresses and where users pinned them."""

from collections.abc import Sequence
from typing import Any

from jantar.engine.permissions.actor import Actor
from jantar.platform.accounts.models import User

#: What the name of a list begins with where views are named: ?view=list-17.
PREFIX = "list-"


def rename_pins(lists: Sequence[Any], given: frozenset[str], actor: Actor) -> None:
    """Pins of a list have its name."""
    for one in lists if "name" in given else ():
        key = f"{PREFIX}{one.pk}"
        for user in User.objects.select_for_update().filter(pins__contains=[{"view": key}]):
            user.pins = [{**pin, "label": one.name} if pin["view"] == key else pin for pin in user.pins]
            user.save(update_fields=["pins"])
