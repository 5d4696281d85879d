"""Kinds whose value is another row: a record, a user, a team."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth import get_user_model
from django.db.models import Model, Q
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, In, IsNull
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field, FilterContext
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.sources import at
from jantar.engine.fields.sql import Fold
from jantar.kit.numbers import whole_number
from jantar.kit.text import without_controls

if TYPE_CHECKING:
    from jantar.platform.accounts.models import User


def title_column_of(target: type[Model]) -> str | None:
    """The column with the names of the rows of a model: the one it declares, else `name`; None where there is none."""
    declared: str | None = getattr(target, "title_column", None)
    return declared or ("name" if any(one.name == "name" for one in target._meta.concrete_fields) else None)


def hide(row: Model) -> None:
    """Marks a referenced row as one the reader may not see: it is shown without title and address."""
    row.__dict__["is_hidden"] = True


def is_hidden(row: Model | None) -> bool:
    return row is not None and "is_hidden" in row.__dict__


def unseen() -> str:
    """What stands in place of a record that the reader may not see."""
    return _("(not visible to you)")


def is_unseen(data: Any) -> bool:
    """Whether JSON of a reference is what `dump` gives for a hidden record; sent back, it changes nothing."""
    return isinstance(data, dict) and "id" in data and data["id"] is None


class Reference(Field):
    """Another record, by its id. Whether the actor may see that record is checked by the write path."""

    kind = "reference"
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "any_of", "none_of", "empty", "not_empty")

    def __init__(self, *args: Any, target: type[Model], title_column: str | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.target = target
        self.title_column = title_column

    @property
    def loads(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def id_name(self) -> str:
        return f"{self.name}_id"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.id_name,)

    def read(self, record: Model) -> Any:
        return None if getattr(record, self.id_name) is None else super().read(record)

    def load(self, data: Any) -> Any:
        """Takes an id, or the object that `dump` gives; the value is an unloaded row with that id."""
        if data is None or data == "" or isinstance(data, Model):
            return data or None
        pk = whole_number(str(data.get("id") if isinstance(data, dict) else data))
        if pk is None:
            raise FieldError(_("The id of a record is expected."))
        return self.target(pk=pk)

    def dump(self, value: Any) -> Any:
        """Of a hidden record not even the id is told."""
        if is_hidden(value):
            return {"id": None, "title": unseen()}
        return None if value is None else {"id": value.pk, "title": str(value)}

    def text(self, value: Any) -> str:
        if is_hidden(value):
            return unseen()
        return "" if value is None else str(value)

    def input_text(self, value: Any) -> str:
        return "" if value is None else str(value.pk)

    def schema(self) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "integer"},
                {
                    "type": "object",
                    "properties": {"id": {"type": ["integer", "null"]}, "title": {"type": "string"}},
                    "required": ["id"],
                },
            ]
        }

    def expression(self, prefix: str = "") -> Combinable:
        return at(prefix, self.id_name)

    def sort_key(self, prefix: str = "") -> Combinable:
        if self.title_column is None:
            return self.expression(prefix)
        return Fold(at(prefix, f"{self.name}__{self.title_column}"))

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        return super().load_operand(data, context).pk

    def where_is(self, prefix: str, pk: int) -> Any:
        return Exact(self.expression(prefix), pk)

    def where_is_not(self, prefix: str, pk: int) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | ~Q(Exact(self.expression(prefix), pk))

    def where_any_of(self, prefix: str, pks: list[int]) -> Any:
        return In(self.expression(prefix), pks)

    def where_none_of(self, prefix: str, pks: list[int]) -> Any:
        return Q(IsNull(self.expression(prefix), True)) | ~Q(In(self.expression(prefix), pks))


class UserReference(Reference):
    """A colleague. `"me"` as an operand is whoever looks."""

    kind = "user"

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("target", get_user_model())
        super().__init__(*args, **{"title_column": "full_name", **options})

    def parse(self, text: str) -> Any:
        """Takes an id, an e-mail address or a full name."""
        text = without_controls(text).strip()
        if not text or text.isdigit():
            return self.load(text)
        users: list[User] = list(
            get_user_model().objects.filter(Q(email=text.lower()) | Q(full_name__iexact=text), is_active=True)[:2]
        )
        if len(users) != 1:
            raise FieldError(_("There is no single user “%(value)s”.") % {"value": text})
        return users[0]

    def load_operand(self, data: Any, context: FilterContext) -> Any:
        if data == "me":
            return context.user_id
        return super().load_operand(data, context)


class TeamReference(Reference):
    """A team. `"mine"` as an operand is any team of whoever looks."""

    kind = "team"

    def __init__(self, *args: Any, **options: Any) -> None:
        from jantar.platform.accounts.models import Team

        options.setdefault("target", Team)
        super().__init__(*args, **{"title_column": "name", **options})

    def parse(self, text: str) -> Any:
        text = without_controls(text).strip()
        if not text or text.isdigit():
            return self.load(text)
        team = self.target._default_manager.filter(name__iexact=text).first()
        if team is None:
            raise FieldError(_("There is no team “%(value)s”.") % {"value": text})
        return team

    def operand(self, op: str, data: Any, context: FilterContext) -> Any:
        if data == "mine" and op in ("any_of", "none_of"):
            return list(context.team_ids)
        return super().operand(op, data, context)
