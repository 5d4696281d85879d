"""A kind whose value is a record of any type, named by its type and id."""

import re
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, IsNull
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.sources import at

if TYPE_CHECKING:
    from django.db.models import Model

WRITTEN = re.compile(r"([a-z][a-z0-9_]{0,49})/([0-9]{1,18})")


class RecordKey(NamedTuple):
    """A record by the name of its type and its id; written "deals/5"."""

    type: str
    id: int

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


class AnyRecord(Field):
    """A record of any type. Whether the actor may see it is checked by the write path."""

    kind = "record"
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "empty", "not_empty")
    sortable = False

    @property
    def columns(self) -> tuple[str, str]:
        return f"{self.name}_type", f"{self.name}_id"

    def read(self, record: "Model") -> Any:
        return getattr(record, self.name)

    def write(self, record: "Model", value: Any) -> None:
        setattr(record, self.name, value)

    def load(self, data: Any) -> Any:
        """Takes {"type": "deals", "id": 5} or "deals/5"."""
        if data is None or data == "":
            return None
        if isinstance(data, RecordKey):
            return data
        if isinstance(data, dict):
            data = f"{data.get('type')}/{data.get('id')}"
        found = WRITTEN.fullmatch(data.strip()) if isinstance(data, str) else None
        if found is None:
            raise FieldError(_("A record is expected, with its type and id."))
        return RecordKey(found[1], int(found[2]))

    def dump(self, value: Any) -> Any:
        return None if value is None else {"type": value.type, "id": value.id}

    def schema(self) -> dict[str, Any]:
        properties = {
            "type": {"type": ["string", "null"], "examples": ["deals"]},
            "id": {"type": ["integer", "null"]},
            "title": {"type": "string"},
        }
        return {"type": "object", "properties": properties, "required": ["type", "id"]}

    # Filters look at both columns ---------------------------------------------------------------

    def column(self, prefix: str, end: str) -> Combinable:
        return at(prefix, f"{self.name}_{end}")

    def expression(self, prefix: str = "") -> Combinable:
        return self.column(prefix, "id")

    def where_is(self, prefix: str, key: RecordKey) -> Any:
        return Q(Exact(self.column(prefix, "type"), key.type)) & Q(Exact(self.column(prefix, "id"), key.id))

    def where_is_not(self, prefix: str, key: RecordKey) -> Any:
        return Q(IsNull(self.column(prefix, "id"), True)) | ~self.where_is(prefix, key)
