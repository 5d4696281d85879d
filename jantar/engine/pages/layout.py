"""The sections of forms and record pages: those of the declaration, with the custom fields placed in them."""

from django.utils.translation import gettext as _

from jantar.engine.fields.base import Label
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType

Layout = list[tuple[Label, tuple[str, ...]]]


def layout_of(record_type: RecordType, actor: Actor) -> Layout:
    """Titles and names of fields and parts. Custom fields end their section; those of none have one of their own."""
    own = actor.custom_fields.get(record_type.name, {})
    known = {section.key for section in record_type.sections}
    placed: dict[str, list[str]] = {}
    for name, field in own.items():
        placed.setdefault(field.section if field.section in known else "", []).append(name)
    found: Layout = [
        (section.title, (*section.fields, *placed.get(section.key, ()))) for section in record_type.sections
    ]
    return [*found, (_("Further fields"), tuple(placed[""]))] if "" in placed else found
