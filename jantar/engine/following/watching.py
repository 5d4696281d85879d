"""Watching a record and letting go of it."""

from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following.models import Preference, Watch
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.links import visible_keys


def watch_record(key: RecordKey, *, actor: Actor) -> Watch:
    """The actor is told of what others do with the record. Raises NotFound, NotAllowed."""
    return _set(key, True, actor)


def unwatch_record(key: RecordKey, *, actor: Actor) -> None:
    """The actor is no longer told of it, not even as its owner. Raises NotFound, NotAllowed."""
    _set(key, False, actor)


def end_watch(pk: int, *, actor: Actor) -> None:
    """Lets go of a record by the number of the watch, also of one that can no longer be seen. Raises NotFound."""
    if not Watch.objects.filter(pk=pk, user=actor.user_id).update(is_on=False):
        raise NotFound(_("You do not watch this."))


def watched_records(actor: Actor, limit: int, *, before: int | None = None) -> list[Watch]:
    """What the actor chose to watch, the newest choices first, older than the one with the id `before`."""
    rows = Watch.objects.filter(user=actor.user_id, is_on=True)
    rows = rows if before is None else rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def with_watch(rows: Any, type_name: str, actor: Actor) -> Any:
    """The queryset of records with `is_watched`, in the same statement."""
    chosen = Watch.objects.filter(user=actor.user_id, record_type=type_name, record_id=OuterRef("pk"))
    leaves_own = Preference.objects.filter(user=actor.user_id, watches_own=False)
    return rows.annotate(
        watch_chosen=Subquery(chosen.values("is_on")[:1], output_field=BooleanField()),
        leaves_own=Exists(leaves_own),
    )


def is_watched(record: Any, actor: Actor) -> bool:
    """Whether the actor is told of a record read by `with_watch`: by choice, or as its owner."""
    if record.watch_chosen is not None:
        return bool(record.watch_chosen)
    return record.owner_id is not None and record.owner_id == actor.user_id and not record.leaves_own


def _set(key: RecordKey, is_on: bool, actor: Actor) -> Watch:
    if actor.user_id is None:
        raise NotAllowed(_("Only a user can watch records."))
    if key not in visible_keys([key], actor):
        raise NotFound(_("There is no such record."))
    watch, _created = Watch.objects.update_or_create(
        user_id=actor.user_id, record_type=key.type, record_id=key.id, defaults={"is_on": is_on}
    )
    return watch
