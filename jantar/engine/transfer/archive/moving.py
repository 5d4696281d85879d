"""New ids for the rows of an archive.

Each table of a source has a range of ids here, so that most ids are the old ones plus a number: nothing has to be
remembered row by row. A row that is here already under another id (a user with the same e-mail, a stage of the same
name) is remembered instead.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference
from jantar.engine.lists.models import RecordList
from jantar.engine.lists.pins import PREFIX
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.filter_fields import further_fields
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.transfer.archive import tables
from jantar.engine.transfer.archive.manifest import BadArchiveError, Manifest
from jantar.engine.transfer.models import ArchiveSource

AnyModel = type[Model]
Row = dict[str, Any]


def reserve_ids(manifest: Manifest) -> "Ids":
    """Keeps a range of ids for each table of the archive, in a transaction of its own; the same ones every time."""
    highest: dict[str, int] = {}
    for file in manifest.files:
        highest[file.table] = max(highest.get(file.table, 0), file.highest)
    models = {model._meta.label_lower: model for model in tables.models() if tables.key_of(model) == "id"}
    ArchiveSource.own()
    with transaction.atomic():
        ArchiveSource.objects.get_or_create(key=manifest.source)
        source = ArchiveSource.objects.select_for_update().get(key=manifest.source)
        for name, upto in highest.items():
            if name not in models:
                continue
            known = source.ranges.setdefault(name, [])
            before = known[-1][0] if known else 0
            if upto > before:
                stays = source.is_own or () in tables.same_by(models[name])
                first = _take(models[name], upto - before, own=stays and not before)
                known.append([upto, first - before])
        source.save(update_fields=["ranges"])
    return Ids(source.ranges)


def _take(model: AnyModel, number: int, *, own: bool) -> int:
    """Moves the sequence of a table on by `number` and returns where it stood; nobody else can use it meanwhile."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [quote(model._meta.db_table)])
        ((sequence,),) = cursor.fetchall()
        cursor.execute(f"ALTER SEQUENCE {sequence} CACHE 1")  # holds it until the transaction ends
        cursor.execute(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
        ((last, is_called),) = cursor.fetchall()
        stood = last if is_called else last - 1
        if own:  # rows of this very installation keep their ids
            cursor.execute(f"ALTER SEQUENCE {sequence} RESTART WITH {max(stood, number) + 1}")
            return 0
        cursor.execute(f"ALTER SEQUENCE {sequence} RESTART WITH {stood + number + 1}")
        return int(stood)


class Ids:
    """Old ids to new ones. `ranges` as `ArchiveSource` keeps them; `elsewhere` what is here under another id."""

    def __init__(self, ranges: Mapping[str, list[list[int]]]) -> None:
        self.ranges = ranges
        self.elsewhere: dict[str, dict[int, int]] = {}

    def new(self, model: AnyModel, old: Any) -> Any:
        """The new id; None for None and for an id that the archive can't mean."""
        if not isinstance(old, int) or isinstance(old, bool):
            return None
        name = model._meta.label_lower
        known = self.elsewhere.get(name, {}).get(old)
        if known is not None:
            return known
        ranges = self.ranges.get(name, [])
        place = bisect_left(ranges, old, key=lambda one: one[0])
        return old + ranges[place][1] if place < len(ranges) and old > 0 else None

    def remember(self, model: AnyModel, old: int, new: int) -> None:
        self.elsewhere.setdefault(model._meta.label_lower, {})[old] = new


class Mover:
    """Gives a row its new ids: its own, those of its references, and those inside of its documents."""

    def __init__(self, ids: Ids, actor: Actor) -> None:
        self.ids = ids
        self.actor = actor
        self.types = tables.by_type()
        self.by_table = tables.by_table()
        self.own: dict[str, Callable[[Row], None]] = {
            "accounts.user": self._pins,
            "pages.savedview": self._filter,
            "timeline.entry": self._values_told,
            "history.change": self._columns_told,
            "history.kept": self._columns_told,
            "documents.folder": self._gates,
        }

    def move(self, model: AnyModel, row: Row) -> Row:
        """The row with new ids. What it does not hold stays away, so that parts of rows can be moved too."""
        moved = dict(row)
        if own := self.own.get(model._meta.label_lower):
            own(moved)
        for kind, number in tables.keys_of_tables(model):
            self._replace(moved, number, self.by_table.get(row.get(kind, "")))
        for kind, number in tables.keys_of_records(model):
            self._replace(moved, number, self.types.get(row.get(kind, "")))
        for column, target in tables.references(model).items():
            self._replace(moved, column, target)
        self._replace(moved, "merged_into", model)
        self._replace(moved, "id", model)
        if isinstance(row.get("custom"), dict):
            moved["custom"] = self._custom(model, row["custom"])
        return moved

    def _replace(self, row: Row, column: str, model: AnyModel | None) -> None:
        if model is not None and row.get(column) is not None:
            row[column] = self.ids.new(model, row[column])

    def _custom(self, model: AnyModel, values: Row) -> Row:
        """Custom values that are ids."""
        fields = self._custom_fields(model)
        return {key: self._value(fields.get(key), value) for key, value in values.items()}

    def refuse_wrong_values(self, model: AnyModel, row: Row) -> None:
        """Raises BadArchiveError for a custom value that its field could not read."""
        fields = self._custom_fields(model) if row.get("custom") else {}
        for key in fields.keys() & row.get("custom", {}).keys():
            try:
                fields[key].restore(row["custom"][key])
            except FieldError as error:
                told = {"name": fields[key].label, "why": error}
                raise BadArchiveError(_("A value of “%(name)s” in this archive is wrong: %(why)s") % told) from error

    def _custom_fields(self, model: AnyModel) -> dict[str, Field]:
        """Keys are the same in all types of a table."""
        fields: dict[str, Field] = {}
        for record_type in registry.all():
            if record_type.model._meta.concrete_model is model:
                fields |= self.actor.custom_fields.get(record_type.name, {})
        return fields

    def _value(self, field: Field | None, value: Any) -> Any:
        """A value of a field, in any of the forms in which ids stand in JSON."""
        target: AnyModel | None = None
        if isinstance(field, RecordOf | RecordsOf):
            target = self.types.get(field.target_type)
        elif isinstance(field, Reference):
            target = field.target._meta.concrete_model
        if target is None:
            return value
        if isinstance(value, list):  # what the archive does not hold goes
            moved = [self._value(field, one) for one in value]
            return [new for old, new in zip(value, moved, strict=True) if new is not None or old is None]
        if isinstance(value, dict) and "id" in value:
            return {**value, "id": self.ids.new(target, value["id"])}
        if isinstance(value, str) and value.isdigit():
            new = self.ids.new(target, int(value))
            return None if new is None else str(new)
        return self.ids.new(target, value) if isinstance(value, int) else value

    def _pins(self, row: Row) -> None:
        views = next(model for model in tables.models() if model._meta.label == "pages.SavedView")
        row["pins"] = [
            {**pin, "view": self._view(pin["view"], views)} if isinstance(pin, dict) and pin.get("view") else pin
            for pin in row.get("pins") or []
        ]

    def _view(self, view: Any, views: AnyModel) -> Any:
        """What names a view: the id of a saved one, or "list-5" for a hand-picked list."""
        if not isinstance(view, str) or not view.startswith(PREFIX):
            return self.ids.new(views, view)
        number = view.removeprefix(PREFIX)
        return f"{PREFIX}{self.ids.new(RecordList, int(number) if number.isdigit() else None)}"

    def _gates(self, row: Row) -> None:
        model = self.by_table["documents_folder"]
        row["gates"] = [self.ids.new(model, gate) for gate in row.get("gates") or []]

    def _values_told(self, row: Row) -> None:
        data, kind = row.get("data"), str(row.get("source_type"))
        if isinstance(data, dict) and kind in registry and "field" in data:
            field = self._fields(registry.get(kind)).get(data["field"])
            sides = {side: self._value(field, data[side]) for side in ("old", "new") if side in data}
            row["data"] = {**data, **sides}

    def _columns_told(self, row: Row) -> None:
        model = self.by_table.get(row.get("source", ""))
        for name in ("before", "after", "kept", "had"):
            if model is not None and isinstance(row.get(name), dict):
                row[name] = self.move(model, row[name])

    def _filter(self, row: Row) -> None:
        opens = row.get("opens_with_ready")
        if isinstance(opens, str) and opens.startswith(PREFIX):
            row["opens_with_ready"] = self._view(opens, RecordList)
        if row.get("record_type") in registry:
            row["filter"] = self._node(row.get("filter"), registry.get(row["record_type"]))

    def _node(self, node: Any, record_type: RecordType | None) -> Any:
        if not isinstance(node, dict):
            return node
        moved = dict(node)
        for group in ("all", "any", "none"):
            if isinstance(node.get(group), list):
                moved[group] = [self._node(inner, record_type) for inner in node[group]]
        if record_type is not None and "relation" in node:
            relation = registry.relations(record_type).get(str(node["relation"]))
            if relation and relation.record_type:
                moved["where"] = self._node(node.get("where"), relation.record_type)
        elif record_type is not None and "value" in node:
            moved["value"] = self._value(self._field_at(record_type, str(node.get("field", ""))), node["value"])
        return moved

    def _field_at(self, record_type: RecordType, path: str) -> Field | None:
        first, _dot, rest = path.partition(".")
        field = self._fields(record_type).get(first)
        if not rest or not isinstance(field, Reference):
            return field
        found = (self._field_at(one, rest) for one in registry.types_of(field.target))
        return next((one for one in found if one is not None), None)

    def _fields(self, record_type: RecordType) -> dict[str, Field]:
        further = further_fields(record_type, self.actor)
        return {**record_type.own_fields, **self.actor.custom_fields.get(record_type.name, {}), **further}
