"""What filters can ask of records beside their own fields: other parts of the engine add it when Django starts."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from jantar.engine.fields.base import Field
from jantar.engine.permissions.actor import Actor

if TYPE_CHECKING:
    from jantar.engine.records.record_type import RecordType

#: Makes the field for the records of a type and whoever asks; None where there is none.
Maker = Callable[["RecordType", Actor], Field | None]
_makers: list[Maker] = []


def register(maker: Maker) -> None:
    _makers.append(maker)


def further_fields(record_type: "RecordType", actor: Actor) -> dict[str, Field]:
    """By name; they can be filtered by and nothing else."""
    made = (maker(record_type, actor) for maker in _makers)
    return {field.name: field for field in made if field is not None}
