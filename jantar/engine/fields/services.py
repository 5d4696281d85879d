"""What an administrator does with the custom fields of a record type. Effective with the next request.

The caller has checked that the record type exists; this layer only knows its name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.choices import Boolean
from jantar.engine.fields.custom import COMPUTED, UPLOADED, WITH_TARGET, field_from
from jantar.engine.fields.errors import FieldError, Invalid, too_long
from jantar.engine.fields.models import CHOICE_LENGTH, HELP_LENGTH, KEY_LENGTH, LABEL_LENGTH, CustomField
from jantar.kit.text import fold

if TYPE_CHECKING:
    from jantar.engine.permissions.actor import Actor

WITH_CHOICES = ("choice", "multi_choice")
#: Kinds whose values nobody types.
WITHOUT_DEFAULT = (*WITH_TARGET, "user", "team", *UPLOADED, *COMPUTED)
UNIQUE_KINDS = ("text", "number", "integer", "date", "email", "phone", "web")
MOST_FIELDS = 200
MOST_CHOICES = 500


def create_custom_field(
    *, record_type: str, label: str, kind: str, actor: "Actor", help: str = "", required: bool = False,
    choices: Sequence[str] = (), target: str = "", section: str = "", default: str = "", unique: bool = False,
    indexed: bool = False, wanted: bool = False, formula: str = "", rollup: Mapping[str, Any] | None = None,
    result: str = "", shown_when: Mapping[str, Any] | None = None,
) -> CustomField:  # fmt: skip
    """Adds a field to a record type; its key is made from the label and never used twice, retired ones included.

    `target` is the record type that a field of a kind in WITH_TARGET refers to, `section` the key of a section; the
    caller knows that they exist. `default` is as a person types it. `formula` is by the keys of fields and `result`
    the kind of its values, or of those of `rollup`, `shown_when` the filter it is shown by; the caller has
    compiled them.
    Raises NotAllowed unless the actor is an administrator, and Invalid with the wrong fields named.
    """
    actor.require_admin()
    with alone_at(record_type):
        definition = CustomField(
            record_type=record_type,
            label=label.strip(),
            kind=kind,
            help=help.strip(),
            required=required,
            section=section,
            unique=unique,
            indexed=indexed,
            wanted=wanted,
            formula=formula,
            rollup=rollup or {},
            result=result,
            shown_when=shown_when or {},
        )
        errors = _errors(definition, choices)
        if kind not in dict(CustomField.KINDS):
            errors["kind"] = [_("One of the listed values is expected.")]
        if kind in WITH_TARGET and not target:
            errors["target"] = [_("This field is required.")]
        if errors := errors | _count_errors(record_type):
            raise Invalid(errors)
        definition.choices = clean_choices(choices) if kind in WITH_CHOICES else []
        definition.target = target if kind in WITH_TARGET else ""
        definition.key = _free_key(record_type, definition.label)
        definition.default = read_default(definition, default)
        last = CustomField.objects.filter(record_type=record_type).aggregate(last=Max("position"))["last"]
        definition.position = (last or 0) + 1
        definition.save()
    return definition


def custom_fields_of(record_type: str) -> list[CustomField]:
    """The definitions of a record type in their order, and the retired ones whose values are still there."""
    return list(CustomField.objects.filter(record_type=record_type, emptied_at=None))


def find_custom_field(record_type: str, key: str) -> CustomField | None:
    """The definition with that key; a retired one as long as its values are there."""
    return CustomField.objects.filter(record_type=record_type, key=key, emptied_at=None).first()


def change_custom_field(
    pk: int, *, record_type: str, actor: "Actor", label: str, help: str = "", required: bool = False,
    choices: Sequence[str] = (), section: str = "", default: str = "", unique: bool = False,
    indexed: bool = False, wanted: bool = False, formula: str = "", rollup: Mapping[str, Any] | None = None,
    result: str = "", shown_when: Mapping[str, Any] | None = None,
) -> CustomField:  # fmt: skip
    """Changes what a field is called and allows; its key and kind stay, because values and filters rely on them."""
    actor.require_admin()
    with alone_at(record_type):
        definition = CustomField.objects.get(pk=pk, record_type=record_type, retired_at=None)
        definition.label, definition.help, definition.required = label.strip(), help.strip(), required
        definition.section, definition.unique, definition.indexed = section, unique, indexed
        definition.wanted, definition.index_error = wanted, ""
        definition.formula, definition.rollup, definition.result = formula, rollup or {}, result
        definition.shown_when = shown_when or {}
        if errors := _errors(definition, choices):
            raise Invalid(errors)
        if definition.kind in WITH_CHOICES:
            definition.choices = clean_choices(choices)
        definition.default = read_default(definition, default)
        definition.save()
    return definition


def add_choices(*, record_type: str, key: str, choices: Sequence[str], actor: "Actor") -> CustomField:
    """Lengthens the list of a field. Raises Invalid for values that are there already or can't be."""
    actor.require_admin()
    with alone_at(record_type):
        found = CustomField.objects.filter(record_type=record_type, key=key, kind__in=WITH_CHOICES, retired_at=None)
        definition = found.first()
        if definition is None:
            raise Invalid({"choices": [_("There is no field “%(name)s”.") % {"name": key[:80]}]})
        wanted = [*definition.choices, *clean_choices(choices)]
        if errors := list(_choice_errors(definition.kind, wanted)):
            raise Invalid({"choices": errors})
        definition.choices = wanted
        definition.save(update_fields=["choices"])
    return definition


def retire_custom_field(pk: int, *, record_type: str, actor: "Actor") -> CustomField:
    """Takes a field out of use. Its values stay in the records for 30 days and come back when it is revived."""
    actor.require_admin()
    with alone_at(record_type):
        definition = CustomField.objects.get(pk=pk, record_type=record_type)
        definition.retired_at = definition.retired_at or timezone.now()
        definition.save(update_fields=["retired_at"])
    return definition


def revive_custom_field(pk: int, *, record_type: str, actor: "Actor") -> CustomField:
    """Puts a retired field back. Raises Invalid when another field took its label meanwhile, or its place."""
    actor.require_admin()
    with alone_at(record_type):
        definition = CustomField.objects.get(pk=pk, record_type=record_type, emptied_at=None)
        more = _count_errors(record_type) if definition.retired_at else {}
        if errors := _errors(definition, definition.choices) | more:
            raise Invalid(errors)
        definition.retired_at = None
        definition.save(update_fields=["retired_at"])
    return definition


def order_custom_fields(pks: Sequence[int], *, record_type: str, actor: "Actor") -> None:
    """Puts the fields of a type in this order, in which forms and pages show them; those not named come last."""
    actor.require_admin()
    with alone_at(record_type):
        places = {pk: place for place, pk in enumerate(pks)}
        fields = list(CustomField.objects.filter(record_type=record_type))
        for number, field in enumerate(sorted(fields, key=lambda one: places.get(one.pk, len(places))), start=1):
            field.position = number
        CustomField.objects.bulk_update(fields, ["position"])


def read_default(definition: CustomField, text: str) -> Any:
    """The typed default as records keep it. Raises Invalid when the field could not hold it."""
    if not text.strip() or definition.kind in WITHOUT_DEFAULT:
        return None
    if definition.unique:
        raise Invalid({"default": [_("The second record could not start with a value that has to be unique.")]})
    definition.default = None
    field = field_from(definition)
    field.required = False
    try:
        value = field.parse(text)
        field.check(value)
    except FieldError as error:
        raise Invalid({"default": [error.message]}) from error
    return field.stored(value)


def default_text(definition: CustomField) -> str:
    """The default as it stands in an input."""
    if definition.default is None:
        return ""
    field = field_from(definition)
    return field.text(field.default) if isinstance(field, Boolean) else field.input_text(field.default)


def clean_choices(choices: Sequence[str]) -> list[str]:
    return [text for choice in choices if (text := " ".join(choice.split()))]


@contextmanager
def alone_at(record_type: str) -> Iterator[None]:
    """One administrator at a time changes the fields of a type, so that labels and keys cannot clash."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"jantar.fields.{record_type}"])
        yield


def _errors(definition: CustomField, choices: Sequence[str]) -> dict[str, list[str]]:
    errors = {"label": list(_label_errors(definition))}
    if len(definition.help) > HELP_LENGTH:
        errors["help"] = [too_long(HELP_LENGTH, len(definition.help))]
    if definition.unique and definition.kind not in UNIQUE_KINDS:
        errors["unique"] = [_("Values of this kind can't be unique.")]
    if definition.kind in COMPUTED and definition.required:
        errors["required"] = [_("Nobody fills in a computed field.")]
    if definition.kind in WITH_CHOICES:
        errors["choices"] = list(_choice_errors(definition.kind, clean_choices(choices)))
    return {name: messages for name, messages in errors.items() if messages}


def _count_errors(record_type: str) -> dict[str, list[str]]:
    if CustomField.objects.filter(record_type=record_type, retired_at=None).count() < MOST_FIELDS:
        return {}
    return {"": [_("A record type can have at most %(limit)d fields of your own.") % {"limit": MOST_FIELDS}]}


def _label_errors(definition: CustomField) -> Iterator[str]:
    if not definition.label:
        yield _("This field is required.")
    elif len(definition.label) > LABEL_LENGTH:
        yield too_long(LABEL_LENGTH, len(definition.label))
    else:
        others = CustomField.objects.filter(record_type=definition.record_type, retired_at=None)
        wanted = fold(definition.label)
        if any(fold(other.label) == wanted for other in others.exclude(pk=definition.pk)):
            yield _("There is already a field “%(label)s”.") % {"label": definition.label}


def _choice_errors(kind: str, choices: Sequence[str]) -> Iterator[str]:
    if not choices:
        yield _("Enter at least one value.")
    if len(choices) > MOST_CHOICES:
        yield _("At most %(limit)d values fit here.") % {"limit": MOST_CHOICES}
    seen: set[str] = set()
    for choice in choices:
        if len(choice) > CHOICE_LENGTH:
            yield _("“%(value)s…” is too long.") % {"value": choice[:20]}
        if kind == "multi_choice" and re.search("[,;]", choice):
            yield _("“%(value)s” has a comma or semicolon, which separate values.") % {"value": choice}
        if fold(choice) in seen:
            yield _("“%(value)s” is there twice.") % {"value": choice}
        seen.add(fold(choice))


def _free_key(record_type: str, label: str) -> str:
    """x_ and the label in small letters; numbered when the key was ever used before."""
    taken = set(CustomField.objects.filter(record_type=record_type).values_list("key", flat=True))
    words = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")
    base = f"x_{words}" if words[:1].isalpha() else f"x_field_{words}".rstrip("_")
    base = base[: KEY_LENGTH - 4].rstrip("_")
    numbered = (f"{base}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (base, *numbered) if key not in taken)
