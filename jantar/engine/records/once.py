"""A creation that must not happen twice: a form sent by a double click, an API call repeated after a lost answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.models import CreatedOnce
from jantar.engine.records.record_type import RecordType
from jantar.kit.text import without_controls

KEY_LENGTH = 100
#: Longer than any form stays open, or a draft is kept.
KEPT = timedelta(days=30)


def create_once(key: str, make: Callable[[], Any], *, record_type: RecordType, actor: Actor) -> tuple[int, bool]:
    """The id of the record stored under the actor's key, and whether this call stored it.

    A second call with the same key waits for the first to be committed and then answers with its record; when
    the first failed, the second stores. An empty key always stores.
    """
    key = without_controls(key)[:KEY_LENGTH]
    if not key:
        return make().pk, True
    with transaction.atomic():
        identity: dict[str, Any] = {"user_id": actor.user_id, "record_type": record_type.name, "key": key}
        entry, is_new = CreatedOnce.objects.get_or_create(**identity)
        if not is_new and entry.record_id:
            return entry.record_id, False
        entry.record_id = make().pk
        entry.save(update_fields=["record_id"])
    return entry.record_id, True


def forget_old_keys() -> int:
    """Deletes the keys of creations that are long over; returns how many."""
    return CreatedOnce.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
