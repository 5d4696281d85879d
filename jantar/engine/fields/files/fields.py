"""Kinds whose value is a file: any, or an image."""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Q, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains, IsNull
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.sources import CUSTOM, at
from jantar.engine.fields.sql import Fold
from jantar.kit.text import fold, without_controls

KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class FileValue:
    """A file by its key; two values are the same when their keys are. The rest is told by whoever stores it."""

    key: str
    name: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)
    media_type: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.name


class File(Field):
    """A file, kept as {"id", "name", "size", "type"}. The write path sees to it that whoever writes may put it there
    and tells its name, size and type from what is stored."""

    kind = "file"
    operators: ClassVar[tuple[str, ...]] = ("contains", "not_contains", "empty", "not_empty")
    is_typed: ClassVar[bool] = False
    #: Whether it takes what has pictures only.
    is_image: ClassVar[bool] = False
    #: What the choosers of browsers offer; empty for everything.
    accept: ClassVar[str] = ""

    def load(self, data: Any) -> FileValue | None:
        """Takes the id of an uploaded file, alone or as an object."""
        if data is None or data == "" or isinstance(data, FileValue):
            return data or None
        told = data if isinstance(data, dict) else {"id": data}
        key = told.get("id")
        key = key.strip().lower() if isinstance(key, str) else ""
        if not KEY.fullmatch(key):
            raise FieldError(_("The id of an uploaded file is expected."))
        name, size, media_type = told.get("name"), told.get("size"), told.get("type")
        return FileValue(
            key,
            without_controls(name)[:200] if isinstance(name, str) else "",
            size if isinstance(size, int) else 0,
            media_type[:100] if isinstance(media_type, str) else "",
        )

    def dump(self, value: Any) -> Any:
        if value is None:
            return None
        return {"id": value.key, "name": value.name, "size": value.size, "type": value.media_type}

    def schema(self) -> dict[str, Any]:
        told = {"name": {"type": "string"}, "size": {"type": "integer"}, "type": {"type": "string"}}
        one = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
        properties = {"id": one, **told, "url": {"type": "string"}}
        return {"anyOf": [one, {"type": "object", "properties": properties, "required": ["id"]}]}

    def input_text(self, value: Any) -> str:
        return "" if value is None else str(value.key)

    def cell(self, value: Any) -> Any:
        return value.name if value else None

    # Filters and sorting look at the name --------------------------------------------------------

    def document(self, prefix: str = "") -> Combinable:
        return KeyTransform(self.name, at(prefix, CUSTOM))

    def file_name(self, prefix: str = "") -> Combinable:
        return KeyTextTransform("name", self.document(prefix))

    def key(self, prefix: str = "") -> Combinable:
        return KeyTextTransform("id", self.document(prefix))

    def expression(self, prefix: str = "") -> Combinable:
        return self.document(prefix)

    def folded(self, prefix: str = "") -> Combinable:
        return Fold(Coalesce(self.file_name(prefix), Value("")))

    def sort_key(self, prefix: str = "") -> Combinable:
        return self.folded(prefix)

    @property
    def sort_nullable(self) -> bool:
        return False

    def load_operand(self, data: Any, context: FilterContext) -> str:
        if not isinstance(data, str) or not data.strip():
            raise FieldError(_("A value to compare with is missing."))
        return fold(without_controls(data).strip())

    def where_contains(self, prefix: str, text: str) -> Any:
        return Contains(self.folded(prefix), text)

    def where_not_contains(self, prefix: str, text: str) -> Any:
        return ~Q(Contains(self.folded(prefix), text))

    def where_empty(self, prefix: str) -> Any:
        return IsNull(self.document(prefix), True)


class Image(File):
    """A picture of a kind that browsers draw."""

    kind = "image"
    is_image = True
    accept = "image/png,image/jpeg,image/gif,image/webp"
