"""Kinds that a custom field keeps otherwise than a column does."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Model, Q
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, In, IsNull
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.choices import Several
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.rates import to_base
from jantar.engine.fields.record_key import AnyRecord, RecordKey
from jantar.engine.fields.references import is_unseen, unseen
from jantar.engine.fields.sources import CUSTOM, SQL_TYPES, at
from jantar.engine.fields.sql import Fold
from jantar.kit.numbers import whole_number


class OwnMoney(MoneyKind):
    """An amount kept as {"amount", "currency", "base"}; `base` is in the base currency at the rate of its day."""

    @property
    def columns(self) -> tuple[str, ...]:
        return (CUSTOM,)

    def write(self, record: Model, value: Any) -> None:
        Field.write(self, record, value)

    def stored(self, value: Any) -> Any:
        if value is None:
            return None
        base = to_base(value, timezone.localdate())
        return {**self.dump(value), "base": None if base is None else str(base)}

    def expression(self, prefix: str = "") -> Combinable:
        return self.number("base", prefix)

    def amount(self, prefix: str = "") -> Combinable:
        return self.number("amount", prefix)

    def currency(self, prefix: str = "") -> Combinable:
        return KeyTextTransform("currency", self.document(prefix))

    def where_empty(self, prefix: str) -> Any:
        return IsNull(self.document(prefix), True)

    def number(self, key: str, prefix: str) -> Combinable:
        return Cast(KeyTextTransform(key, self.document(prefix)), SQL_TYPES["number"])

    def document(self, prefix: str) -> Combinable:
        return KeyTransform(self.name, at(prefix, CUSTOM))


class RecordOf(AnyRecord):
    """A record of one type, kept as its id. The title is that of the record, for those who may see it."""

    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "any_of", "none_of", "empty", "not_empty")

    def __init__(self, *args: Any, target_type: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.target_type = target_type
        #: The title of what is referred to, where whoever looks may see it; whoever knows the record types gives it.
        self.title_of: Callable[[str], Combinable] | None = None

    @property
    def sortable(self) -> bool:  # type: ignore[override]
        return self.title_of is not None

    def sort_key(self, prefix: str = "") -> Combinable:
        return Fold(self.title_of(prefix)) if self.title_of else self.expression(prefix)

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (CUSTOM,)

    def read(self, record: Model) -> Any:
        return Field.read(self, record)

    def write(self, record: Model, value: Any) -> None:
        Field.write(self, record, value)

    def stored(self, value: Any) -> Any:
        return None if value is None else self.load(value).id

    def load(self, data: Any) -> Any:
        """Takes the id alone too."""
        if isinstance(data, Model):
            return RecordKey(self.target_type, data.pk)
        pk = None if isinstance(data, bool) else whole_number(str(data))
        key = RecordKey(self.target_type, pk) if pk is not None else super().load(data)
        if key is not None and key.type != self.target_type:
            raise FieldError(_("This field can't refer to such a record."))
        return key

    def input_text(self, value: Any) -> str:
        return "" if value is None else str(value.id)

    def expression(self, prefix: str = "") -> Combinable:
        return self.source.expression(prefix)

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        return super().load_operand(data, context).id

    def where_is(self, prefix: str, pk: Any) -> Any:
        return Exact(self.expression(prefix), pk)

    def where_is_not(self, prefix: str, pk: Any) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | ~Q(Exact(self.expression(prefix), pk))

    def where_any_of(self, prefix: str, pks: list[int]) -> Any:
        return In(self.expression(prefix), pks)

    def where_none_of(self, prefix: str, pks: list[int]) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | ~Q(In(self.expression(prefix), pks))


class Colleague(RecordOf):
    """A user. `"me"` as an operand is whoever looks."""

    kind = "user"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options, target_type="users")

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        return context.user_id if data == "me" else super().load_operand(data, context)


class OwnTeam(RecordOf):
    """A team. `"mine"` as an operand is any team of whoever looks."""

    kind = "team"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options, target_type="teams")

    def operand(self, op: str, data: Any, context: FilterContext) -> Any:
        if data == "mine" and op in ("any_of", "none_of"):
            return list(context.team_ids)
        return super().operand(op, data, context)


class RecordsOf(Several):
    """Several records of one type. The value is a list of keys, kept as a JSON list of the ids as text.

    What stands in a value for records that whoever writes may not see is a key without a record (`is_kept`); the
    write path puts those in its place that the stored record has.
    """

    kind = "records"

    def __init__(self, *args: Any, target_type: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.target_type = target_type

    def stored(self, value: Any) -> Any:
        return [str(key.id) for key in self.load(value) if not is_kept(key)]

    def load(self, data: Any) -> Any:
        """Takes ids, keys, records, what `dump` gives, and None for what may not be seen."""
        if data is None or data == "":
            return []
        if not isinstance(data, list | tuple) or isinstance(data, RecordKey):
            raise FieldError(_("A list of records is expected."))
        found: list[RecordKey] = []
        for item in data:
            kept = item is None or is_unseen(item)
            found.append(kept_key(self.target_type, found) if kept else self.key(item))
        return list(dict.fromkeys(found))

    def key(self, data: Any) -> RecordKey:
        """One of them. Raises FieldError."""
        if isinstance(data, RecordKey) and (data.type == self.target_type):
            return data
        key: RecordKey | None = RecordOf(self.name, self.label, target_type=self.target_type).load(data)
        if key is None:
            raise FieldError(_("A value to compare with is missing."))
        return key

    def dump(self, value: Any) -> Any:
        return [{"type": None, "id": None} if is_kept(key) else {"type": key.type, "id": key.id} for key in value or ()]

    def schema(self) -> dict[str, Any]:
        one = AnyRecord(self.name, self.label).schema()
        return {"type": "array", "items": {"anyOf": [{"type": "integer"}, one, {"type": "null"}]}}

    def parse(self, text: str) -> Any:
        return self.load([item for item in text.replace(";", ",").split(",") if item.strip()])

    def text(self, value: Any) -> str:
        return ", ".join(str(key) for key in value or () if not is_kept(key))

    def titled(self, value: Any, titles: Mapping[RecordKey, str]) -> str:
        """The titles of those that may be seen; of the others that they are there."""
        return ", ".join(titles.get(key, unseen()) for key in value or ())

    def input_text(self, value: Any) -> str:
        return ", ".join(str(key.id) for key in value or () if not is_kept(key))

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        return str(self.key(data).id)


def kept_key(target_type: str, before: Sequence[RecordKey] = ()) -> RecordKey:
    """Stands for the next of the records in a list that whoever writes may not see; the last one for all the rest."""
    return RecordKey(target_type, -sum(map(is_kept, before)))


def is_kept(key: RecordKey) -> bool:
    return key.id <= 0
