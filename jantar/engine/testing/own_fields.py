"""A custom field of every kind on a record type."""

from jantar.engine.fields.custom import KINDS
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.services import WITH_CHOICES, create_custom_field
from jantar.engine.permissions.actor import system_actor
from jantar.engine.records.record_type import RecordType


def add_own_fields(record_type: RecordType) -> dict[str, CustomField]:
    """The definitions by kind; the reference points to records of the same type."""
    return {
        kind: create_custom_field(
            record_type=record_type.name, label=f"Own {kind}", kind=kind, actor=system_actor(),
            choices=["Gold", "Tin"] if kind in WITH_CHOICES else (), target=record_type.name,
        )
        for kind in KINDS
    }  # fmt: skip
