"""What an administrator does with the fields of a record type, with what follows for its records and indexes."""

from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields import services
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.field_indexes import is_work_left, refuse_doubles
from jantar.engine.records.registry import registry

#: What stays as it is unless a change names it.
KEPT = ("label", "help", "required", "choices", "section", "unique", "indexed")


def create_field(record_type: str, *, actor: Actor, **settings: Any) -> CustomField:
    """As `services.create_custom_field`; the record type, the target and the section have to exist."""
    actor.require_admin()
    refuse_unknown(record_type, settings)
    found = services.create_custom_field(record_type=record_type, actor=actor, **settings)
    build_indexes_later(actor)
    return found


def change_field(definition: CustomField, *, actor: Actor, **settings: Any) -> CustomField:
    """Changes the settings that are named. Raises Invalid when values are there twice that are to be unique."""
    actor.require_admin()
    refuse_unknown(definition.record_type, settings)
    if settings.get("unique") and not definition.unique and definition.kind in services.UNIQUE_KINDS:
        refuse_doubles(definition)
    kept = {name: getattr(definition, name) for name in KEPT} | {"default": services.default_text(definition)}
    found = services.change_custom_field(
        definition.pk, record_type=definition.record_type, actor=actor, **{**kept, **settings}
    )
    build_indexes_later(actor)
    return found


def retire_field(definition: CustomField, *, actor: Actor) -> CustomField:
    found = services.retire_custom_field(definition.pk, record_type=definition.record_type, actor=actor)
    build_indexes_later(actor)
    return found


def revive_field(definition: CustomField, *, actor: Actor) -> CustomField:
    found = services.revive_custom_field(definition.pk, record_type=definition.record_type, actor=actor)
    build_indexes_later(actor)
    return found


def refuse_unknown(record_type: str, settings: dict[str, Any]) -> None:
    errors = {}
    if settings.get("target") and settings["target"] not in registry:
        errors["target"] = [_("There is no such type.")]
    sections = {section.key for section in registry.get(record_type).sections}
    if settings.get("section") and settings["section"] not in sections:
        errors["section"] = [_("There is no such section.")]
    if errors:
        raise Invalid(errors)


def build_indexes_later(actor: Actor) -> None:
    from jantar.engine.records.jobs import build_field_indexes

    if is_work_left():
        build_field_indexes.later(actor_id=actor.user_id)
