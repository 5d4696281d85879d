"""What an administrator does with the fields of a record type, with what follows for its records and indexes."""

from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields import services
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import KEPT_FOR, CustomField
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.computed_settings import (
    computed_settings,
    formulas_alone,
    refuse_broken,
    refuse_needed,
    still_working,
)
from jantar.engine.records.condition_settings import condition_settings, refuse_circles
from jantar.engine.records.field_indexes import is_work_left, refuse_doubles
from jantar.engine.records.kept.building import is_kept_as_wanted
from jantar.engine.records.registry import registry
from jantar.platform.jobs.running import Run

#: Values are removed from so many records in one transaction.
BATCH = 5000
#: What stays as it is unless a change names it.
KEPT = (
    "label", "help", "required", "choices", "section", "unique", "indexed", "wanted", "formula", "rollup", "shown_when",
)  # fmt: skip


def create_field(record_type: str, *, actor: Actor, **settings: Any) -> CustomField:
    """As `services.create_custom_field`; the record type, the target and the section have to exist."""
    actor.require_admin()
    refuse_unknown(record_type, settings)
    with formulas_alone():
        settings |= computed_settings(record_type, settings) | condition_settings(record_type, settings)
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
    settings = {**kept, **settings}
    with formulas_alone():
        settings |= computed_settings(definition.record_type, {**settings, "kind": definition.kind}, definition)
        settings |= condition_settings(definition.record_type, settings, definition)
        name = definition.record_type
        with still_working(definition):
            found = services.change_custom_field(definition.pk, record_type=name, actor=actor, **settings)
        refuse_circles(found)
    build_indexes_later(actor)
    return found


def retire_field(definition: CustomField, *, actor: Actor) -> CustomField:
    """Raises Invalid when formulas need the field."""
    actor.require_admin()
    with formulas_alone():
        refuse_needed(definition)
        found = services.retire_custom_field(definition.pk, record_type=definition.record_type, actor=actor)
    build_indexes_later(actor)
    return found


def revive_field(definition: CustomField, *, actor: Actor) -> CustomField:
    """Raises Invalid, too, when a formula needs a field that is gone."""
    actor.require_admin()
    with formulas_alone():
        refuse_broken(definition)
        found = services.revive_custom_field(definition.pk, record_type=definition.record_type, actor=actor)
        refuse_circles(found)
    build_indexes_later(actor)
    return found


def remove_old_values(run: Run) -> None:
    """Takes the values of fields that were retired 30 days ago out of the records, some thousand at a time."""
    done = 0
    for pk in CustomField.objects.filter(retired_long_ago(), emptied_at=None).values_list("pk", flat=True):
        more = True
        while more:
            with run.step(done=done):
                removed, more = remove_some(pk)
                done += removed


def remove_some(pk: int) -> tuple[int, bool]:
    """How many values of a retired field were removed, and whether there may be more; the last time it is emptied."""
    definition = CustomField.objects.select_for_update().filter(retired_long_ago(), pk=pk).first()
    if definition is None:  # it was revived meanwhile
        return 0, False
    pks: list[int] = []
    if definition.record_type in registry:
        record_type = registry.get(definition.record_type)
        rows = record_type.model._base_manager.filter(**record_type.defaults, custom__has_key=definition.key)
        pks = list(rows.order_by().values_list("pk", flat=True)[:BATCH])
        label = _("Values of the deleted field “%(label)s” removed") % {"label": definition.label}
        with operation(system_actor(), Cause.SYSTEM, label), connection.cursor() as cursor:
            table = connection.ops.quote_name(record_type.model._meta.db_table)
            cursor.execute(
                f"UPDATE {table} SET custom = custom - %s::text WHERE id = ANY(%s)",  # noqa: S608
                [definition.key, pks],
            )
    if len(pks) < BATCH:
        definition.emptied_at = timezone.now()
        definition.save(update_fields=["emptied_at"])
    return len(pks), len(pks) == BATCH


def retired_long_ago() -> Q:
    return Q(retired_at__lt=timezone.now() - KEPT_FOR)


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

    if is_work_left() or not is_kept_as_wanted():
        build_field_indexes.later(actor_id=actor.user_id)
