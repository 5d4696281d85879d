"""Files in fields of records: who may put one there, who sees it, and how long it stays.

A record may be given a file that its writer uploaded just now, or one that the same field of it holds or held before.
At the end of each operation those that it put into records are noted as held (`Holder`), by whatever door they came.
Whoever sees one of the holding records, and the field, sees the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom import UPLOADED
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.files.fields import KEY, File
from jantar.engine.fields.files.keeping import is_fresh, keep_upload, value_of
from jantar.engine.fields.files.models import HeldFile, Holder
from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Change, Operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry

#: Asked of every operation: only where there is such a field is there something to note.
ARE_USED = "EXISTS (SELECT 1 FROM fields_customfield WHERE kind IN ('file', 'image'))"
#: So long after it was erased a record can come back: undoing asks for it for 30 days.
UNDONE_FOR = timedelta(days=31)


def upload(kind: type[File], file: Any, name: str, *, actor: Actor) -> HeldFile:
    """Takes a file for a field of the kind. Raises Invalid (naming `file`), and NotAllowed for who fills in none."""
    if not any(takes_files(record_type, actor) for record_type in registry.all()):
        raise NotAllowed(_("You may not upload files."))
    return keep_upload(file, name, is_image=kind.is_image, owner_id=actor.user_id)


def takes_files(record_type: RecordType, actor: Actor) -> bool:
    """Whether the actor can give records of the type files."""
    has_field = any(isinstance(one, File) and not one.read_only for one in record_type.fields(actor).values())
    return has_field and any(actor.may(action, record_type.name) for action in ("create", "edit"))


class Files:
    """The files that records are given, with one statement, and one more for those that are not new."""

    def __init__(self, actor: Actor, fields: Mapping[str, Field], records: Sequence[Any]) -> None:
        self.actor = actor
        own = [one for one in fields.values() if isinstance(one, File) and not one.read_only]
        keys = {value.key for one in own for record in records if (value := one.read(record)) is not None}
        self.known = {held.key: held for held in HeldFile.objects.filter(key__in=keys)} if keys else {}
        old = [held.pk for held in self.known.values() if not self._is_own(held)]
        rows = Holder.objects.filter(file__in=old, record_id__in=[one.pk for one in records]) if old else ()
        self.held = {(one.file_id, one.record_type, one.record_id, one.field) for one in rows}

    def _is_own(self, held: HeldFile) -> bool:
        return held.owner_id == self.actor.user_id and is_fresh(held)

    def check(self, field: File, record: Any) -> None:
        """Raises FieldError unless the record may be given its file; puts what is known of it into the value."""
        value = field.read(record)
        field.check(value)
        if value is None:
            return
        held = self.known.get(value.key)
        if held is None or not (self._is_own(held) or self._is_held(held, field, record)):
            raise FieldError(_("This file is no longer there. Choose it again."))
        if field.is_image and held.small_id is None:
            raise FieldError(_("“%(name)s” is not an image. Choose a PNG, JPEG, GIF or WebP file.") % {"name": held})
        field.write(record, value_of(held))

    def _is_held(self, held: HeldFile, field: File, record: Any) -> bool:
        return (held.pk, registry.type_of(record).name, record.pk, field.name) in self.held


def note_holders(opened: Operation) -> None:
    """Notes which records hold which files since the operation; one statement for each type with such fields."""
    names: dict[str, list[str]] = {}
    for type_name, key in CustomField.objects.filter(kind__in=UPLOADED, emptied_at=None).values_list(
        "record_type", "key"
    ):
        names.setdefault(type_name, []).append(key)
    for type_name, keys in names.items():
        if type_name in registry:
            note_holders_of(registry.get(type_name), keys, opened)


def note_holders_of(record_type: RecordType, keys: list[str], opened: Operation) -> None:
    table = record_type.model._meta.db_table
    changes = Change.objects.filter(operation=opened, pk__gt=opened.starts_after, source=table)
    rows = record_type.model._base_manager.filter(
        **record_type.defaults, custom__has_any_keys=keys, pk__in=changes.values("record_id")
    )
    found = {
        (pk, key, custom[key]["id"])
        for pk, custom in rows.order_by().values_list("pk", "custom")
        for key in keys
        if isinstance(custom.get(key), dict) and "id" in custom[key]
    }
    if not found:
        return
    files = dict(HeldFile.objects.filter(key__in={key for _pk, _name, key in found}).values_list("key", "pk"))
    holders = [
        Holder(file_id=files[key], record_type=record_type.name, record_id=pk, field=name)
        for pk, name, key in found
        if key in files
    ]
    Holder.objects.bulk_create(holders, ignore_conflicts=True, batch_size=2000)


def seen_file(key: str, actor: Actor) -> HeldFile:
    """The file, for whoever uploaded it just now or sees a record and field that holds it or did. Raises NotFound."""
    rows = HeldFile.objects.select_related("file", "small", "large")
    held = rows.filter(key=key).first() if KEY.fullmatch(key) else None
    if held is None or not (is_own(held, actor) or is_seen(held, actor)):
        raise NotFound(_("There is no such file."))
    return held


def seen_files(keys: Iterable[str], actor: Actor) -> dict[str, HeldFile]:
    """Those of a few files that the actor sees, by key."""
    found = HeldFile.objects.filter(key__in=set(keys))
    return {held.key: held for held in found if is_own(held, actor) or is_seen(held, actor)}


def is_own(held: HeldFile, actor: Actor) -> bool:
    return actor.user_id is not None and held.owner_id == actor.user_id and is_fresh(held)


def is_seen(held: HeldFile, actor: Actor) -> bool:
    places = Holder.objects.filter(file=held).values_list("record_type", "field").distinct()
    return any(is_seen_at(held, type_name, field, actor) for type_name, field in places)


def is_seen_at(held: HeldFile, type_name: str, field: str, actor: Actor) -> bool:
    if type_name not in registry:
        return False
    record_type = registry.get(type_name)
    if field not in record_type.fields(actor) and not is_retired(type_name, field):
        return False
    pks = Holder.objects.filter(file=held, record_type=type_name, field=field).values("record_id")
    alive = record_type.visible_to(actor).filter(pk__in=pks)
    return alive.exists() or record_type.model.objects.in_bin_for(actor).filter(pk__in=pks).exists()


def is_retired(type_name: str, field: str) -> bool:
    """The history still tells what such a field held."""
    return CustomField.objects.filter(record_type=type_name, key=field, retired_at__isnull=False).exists()


def forget_holders() -> int:
    """Forget holders that hold a file no more, and whose history does not name it any more; return how many.

    Of a record that was erased nothing is to be seen; its files stay as long as erasing it can be undone.
    """
    number = 0
    for type_name, field in Holder.objects.values_list("record_type", "field").distinct():
        if type_name in registry:
            number += forget_holders_at(registry.get(type_name).model._meta.db_table, type_name, field)
    return number


def forget_holders_at(table: str, type_name: str, field: str) -> int:
    path = ["custom", field, "id"]
    name = connection.ops.quote_name(table)
    statement = f"""
        DELETE FROM fields_holder holder USING fields_heldfile held
        WHERE held.id = holder.file_id AND holder.record_type = %s AND holder.field = %s
          AND held.uploaded_at < %s
          AND NOT EXISTS (
            SELECT 1 FROM {name} t WHERE t.id = holder.record_id AND t.custom #>> %s::text[] = held.key
          )
          AND NOT EXISTS (
            SELECT 1 FROM history_change c WHERE c.root = %s AND c.root_id = holder.record_id AND c.source = %s
              AND (c.before #>> %s::text[] = held.key OR c.after #>> %s::text[] = held.key)
              AND (c.at > %s OR EXISTS (SELECT 1 FROM {name} t WHERE t.id = holder.record_id))
          )
    """  # noqa: S608 - the name of a table
    long_ago = timezone.now() - UNDONE_FOR
    with connection.cursor() as cursor:
        cursor.execute(statement, [type_name, field, long_ago, [field, "id"], table, table, path, path, long_ago])
        return int(cursor.rowcount)
