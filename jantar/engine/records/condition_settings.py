"""What an administrator says of when a field is shown, checked."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.custom import COMPUTED
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.fields.formulas.compiled import Key
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, everyone, system_actor
from jantar.engine.records.computed import label_of, needs_of
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.filters import compile_filter
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.records.rollups import needed_in, refuse_nobodys


def condition_settings(
    type_name: str, settings: Mapping[str, Any], definition: CustomField | None = None
) -> dict[str, Any]:
    """The condition as it is stored. Raises Invalid when it can't be asked, unless it was so before."""
    tree = settings.get("shown_when") or {}
    if definition is None or tree != definition.shown_when:
        try:
            checked_condition(registry.get(type_name), tree, system_actor())
        except (FieldError, BadQuery) as error:
            raise Invalid({"shown_when": [error.message]}) from error
    return {"shown_when": tree}


def checked_condition(record_type: RecordType, tree: Any, actor: Actor) -> None:
    """Raises FieldError or BadQuery for a condition that can't be asked of everybody's records alike."""
    compile_filter(tree, record_type, everyone(actor))
    refuse_nobodys(tree, _("A field is shown to everybody alike; “me” and “my teams” mean nobody in a condition."))


def refuse_circles(changed: CustomField) -> None:
    """Raises Invalid when a field would have to be filled in before it is shown, for which `changed` is to blame."""
    actor = system_actor()
    for type_name, fields in actor.custom_fields.items():
        for name, field in fields.items():
            if field.shown_when and (chain := circle_from((type_name, name), actor)):
                names = " → ".join(label_of(one, actor) for one in chain)
                place = changed.kind if changed.kind in COMPUTED and changed.key != name else "shown_when"
                raise Invalid({place: [_("This goes in a circle: %(chain)s.") % {"chain": names}]})


def circle_from(key: Key, actor: Actor) -> tuple[Key, ...]:
    """How the condition of a field leads back to it; () when it does not."""
    todo: list[tuple[Key, ...]] = [(key,)]
    seen: set[Key] = set()
    while todo:
        chain = todo.pop()
        for need in needs_to_show(chain[-1], actor):
            if need == key:
                return (*chain, need)
            if need not in seen:
                seen.add(need)
                todo.append((*chain, need))
    return ()


def needs_to_show(key: Key, actor: Actor) -> set[Key]:
    """The custom fields that a field's condition asks for, and those its value is made of."""
    name, field_name = key
    field = actor.custom_fields.get(name, {}).get(field_name)
    if field is None or name not in registry:
        return set()
    record_type = registry.get(name)
    found = set(needed_in(field.shown_when, record_type, actor))
    return found | needs_of(field, record_type, actor) if field.is_computed else found


def broken_condition(definition: CustomField) -> str:
    """Why the condition of a field can't be asked any more; "" while it can."""
    if not definition.shown_when:
        return ""
    try:
        checked_condition(registry.get(definition.record_type), definition.shown_when, system_actor())
    except (FieldError, BadQuery) as error:
        return error.message
    return ""
