"""What an administrator says of a computed field, checked; and what other fields need of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jantar.engine.fields.custom import COMPUTED
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.formulas.compiled import Compiled
from jantar.engine.fields.formulas.errors import FormulaError
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, system_actor
from jantar.engine.records.computed import compiling, needs_of, term_of
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.formulas import compiled
from jantar.engine.records.kept.shape import shape_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.rollups import RolledUp, rolled_up
from jantar.kit.text import without_controls


@contextmanager
def formulas_alone() -> Iterator[None]:
    """One administrator at a time changes what formulas are made of, so that two together can't make a circle."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jantar.formulas'))")
        yield


def computed_settings(
    type_name: str, settings: Mapping[str, Any], definition: CustomField | None = None
) -> dict[str, Any]:
    """The settings that follow from a formula as it was written. Raises Invalid, which says where it is wrong."""
    if settings.get("kind") == "rollup":
        return rollup_settings(registry.get(type_name), settings, definition)
    if settings.get("kind") != "formula":
        return {"formula": "", "rollup": {}, "result": ""}
    text = without_controls(settings.get("formula", "")).strip()
    try:
        found = checked(registry.get(type_name), text, system_actor(), definition)
    except FormulaError as error:
        raise Invalid({"formula": [error.placed(text)]}) from error
    if settings.get("indexed") and not found.term.is_fixed:
        raise Invalid({"indexed": [not_fixed()]})
    if definition and found.term.type != definition.result and {found.term.type, definition.result} != NUMBERS:
        refuse_other_type(definition)
    return {"formula": found.stored, "rollup": {}, "result": found.term.type}


def rollup_settings(
    record_type: RecordType, settings: Mapping[str, Any], definition: CustomField | None = None
) -> dict[str, Any]:
    """The same of a roll-up."""
    sent = settings.get("rollup") or {}
    rollup = {name: sent[name] for name in ("relation", "measure", "field", "where") if sent.get(name)}
    try:
        found = checked_rollup(record_type, rollup, system_actor(), definition)
    except (FieldError, BadQuery) as error:
        raise Invalid({"rollup": [error.message]}) from error
    if settings.get("indexed"):
        try:
            shape_of(rollup, record_type, system_actor())
        except FieldError as error:
            raise Invalid({"indexed": [error.message]}) from error
    if definition and found.kind != definition.result and {found.kind, definition.result} != NUMBERS:
        refuse_other_type(definition, "rollup")
    return {"formula": "", "rollup": rollup, "result": found.kind}


def checked_rollup(
    record_type: RecordType, rollup: Mapping[str, Any], actor: Actor, definition: CustomField | None = None
) -> RolledUp:
    """Raises FieldError or BadQuery."""
    if not rollup.get("relation"):
        raise FieldError(_("Choose what is measured."))
    if definition is None:
        return rolled_up(rollup, record_type, actor)
    with compiling((record_type.name, definition.key), actor):
        return rolled_up(rollup, record_type, actor)


NUMBERS = {"number", "integer"}


def not_fixed() -> str:
    return _("No index can hold this: it depends on the day or on other records.")


def refuse_other_type(definition: CustomField, name: str = "formula") -> None:
    """Formulas that need the field were checked with the kind of values it had."""
    if needing := needed_by(definition):
        words = _("“%(label)s” is used in “%(other)s” and has to give the same kind of value.")
        raise Invalid({name: [words % {"label": definition.label, "other": needing[0].label}]})


def checked(record_type: RecordType, text: str, actor: Actor, definition: CustomField | None = None) -> Compiled:
    """The formula compiled for the field that is to have it. Raises FormulaError."""
    if definition is None:
        return compiled(record_type, text, actor)
    with compiling((record_type.name, definition.key), actor):
        return compiled(record_type, text, actor)


@contextmanager
def still_working(definition: CustomField) -> Iterator[None]:
    """Around the change of a computed field. Raises Invalid when others that need it can't be computed any more."""
    before = broken_fields() if definition.kind in COMPUTED else {}
    yield
    after = broken_fields() if definition.kind in COMPUTED else {}
    if new := after.keys() - before.keys():
        raise Invalid({definition.kind: [after[min(new)]]})


def broken_fields() -> dict[int, str]:
    """The computed fields in use that can't be computed, each with the reason."""
    actor, found = system_actor(), {}
    names = [one.name for one in registry.all()]
    for one in CustomField.objects.filter(kind__in=COMPUTED, retired_at=None, record_type__in=names):
        try:
            term_of(actor.custom_fields[one.record_type][one.key], registry.get(one.record_type), actor)
        except FieldError as error:
            found[one.pk] = f"{one.label}: {error.message}"
    return found


def refuse_needed(definition: CustomField) -> None:
    """Raises Invalid when computed fields in use need this one."""
    if needing := needed_by(definition):
        names = ", ".join(f"“{one.label}”" for one in needing)
        words = _("“%(label)s” is used in %(names)s. Change that first.")
        raise Invalid({"": [words % {"label": definition.label, "names": names}]})


def needed_by(definition: CustomField) -> list[CustomField]:
    """The computed fields in use that name this one."""
    actor, found = system_actor(), []
    for other in CustomField.objects.filter(kind__in=COMPUTED, retired_at=None).exclude(pk=definition.pk):
        field = actor.custom_fields[other.record_type][other.key]
        if other.record_type in registry:
            needs = needs_of(field, registry.get(other.record_type), actor)
            found += [other] if (definition.record_type, definition.key) in needs else []
    return found


def refuse_broken(definition: CustomField) -> None:
    """Raises Invalid when a computed field that comes back needs what is not there any more."""
    if definition.kind not in COMPUTED:
        return
    record_type, actor = registry.get(definition.record_type), system_actor()
    try:
        if definition.kind == "rollup":
            checked_rollup(record_type, definition.rollup, actor, definition)
        else:
            checked(record_type, definition.formula, actor, definition)
    except (FieldError, BadQuery) as error:
        raise Invalid({"": [error.message]}) from error
