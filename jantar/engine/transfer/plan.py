"""How one file is to be read and what is to be done with its rows; kept as JSON with the import."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import pointer_of
from jantar.engine.records.registry import registry
from jantar.engine.transfer.reference_keys import check_keys
from jantar.engine.transfer.targets import Target, targets_of
from jantar.kit.money import CURRENCIES

#: What to do with rows whose record exists already.
UPDATE, SKIP, CREATE, ONLY_UPDATE = "update", "skip", "create", "only_update"
MODES = (UPDATE, SKIP, CREATE, ONLY_UPDATE)
#: Stands between the name of a type and what is meant of it.
SEPARATOR = "/"


@dataclass
class ColumnOfSheet:
    """A column as it was found: its header, a few cells, how its numbers and dates are written, its frequent cells."""

    header: str
    samples: list[str] = field(default_factory=list)
    filled: int = 0
    decimal_comma: bool = False
    day_first: bool = True
    values: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Plan:
    """`mapping` names a target for each column ("" leaves it out); `constants` are texts for new records by target.

    References are found by their title and what their types are matched by, or by the one field in `find_by`. What
    is not found is made from its name when the reference is in `create_missing`, left out of the row when it is in
    `leave_empty`; else the row is refused.

    `values` say by target what is put for words of the file: one of its values, "" to leave the cell out.

    `match` are the fields that tell whether a record exists already, strongest first. `decimal_comma` and
    `day_first` override what the columns tell when not None. `known` is the export of another program that the file
    looks like, as "HubSpot:people"; with `translate` the values of that program become ours.

    `also` are further record types each row holds something of: what belongs to them is named with their type
    ("companies/name") in the mapping, the constants, the match fields and the references to create. `links` are the
    references that are filled from the row itself; None lets them follow from the types (`transfer.links`).
    """

    columns: list[ColumnOfSheet] = field(default_factory=list)
    rows: int = 0
    layout: str = ""
    encoding: str = ""
    delimiter: str = ""
    worksheet: str = ""
    worksheets: list[str] = field(default_factory=list)
    decimal_comma: bool | None = None
    day_first: bool | None = None
    currency: str = ""
    mapping: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    match: list[str] = field(default_factory=list)
    mode: str = UPDATE
    create_missing: list[str] = field(default_factory=list)
    leave_empty: list[str] = field(default_factory=list)
    find_by: dict[str, str] = field(default_factory=dict)
    clear_empty: bool = False
    known: str = ""
    translate: bool = True
    also: list[str] = field(default_factory=list)
    links: list[str] | None = None

    @property
    def values_given(self) -> dict[str, str]:
        """The constants with a value; for the others only the field was chosen so far."""
        return {key: text for key, text in self.constants.items() if text}

    def of_type(self, name: str) -> "Plan":
        """What concerns one of the further types, named as if it were the only one; "" is the type of the import."""
        return replace(
            self,
            mapping=[own_key(key, name) for key in self.mapping],
            constants={own: text for key, text in self.constants.items() if (own := own_key(key, name))},
            values={own: words for key, words in self.values.items() if (own := own_key(key, name))},
            match=[own for key in self.match if (own := own_key(key, name))],
            create_missing=[own for key in self.create_missing if (own := own_key(key, name))],
            leave_empty=[own for key in self.leave_empty if (own := own_key(key, name))],
            find_by={own: by for key, by in self.find_by.items() if (own := own_key(key, name))},
            also=[],
            links=[],
        )

    def types(self, record_type: RecordType) -> list[tuple[str, RecordType]]:
        """The types of the import that columns go to, with the prefix of each."""
        named = [("", record_type), *((name, registry.get(name)) for name in self.also)]
        return [(name, one) for name, one in named if any(own_key(key, name) for key in self.mapping)]

    @property
    def program(self) -> str:
        """The program whose values are to be translated."""
        return self.known.partition(":")[0] if self.translate else ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        known = {one.name for one in fields(cls)}
        plan = cls(**{name: value for name, value in data.items() if name in known})
        plan.columns = [ColumnOfSheet(**column) for column in data.get("columns", [])]
        return plan

    def conventions(self, index: int, base: Conventions) -> Conventions:
        """How the cells of one column are written."""
        column = self.columns[index]
        return Conventions(
            column.decimal_comma if self.decimal_comma is None else self.decimal_comma,
            column.day_first if self.day_first is None else self.day_first,
            self.currency or base.currency,
            base.time_zone,
        )


def own_key(key: str, name: str) -> str:
    """The key as its type calls it; "" when it is of another type."""
    prefix, slash, rest = key.rpartition(SEPARATOR)
    return rest if prefix == name and (slash or not name) else ""


def full_key(name: str, key: str) -> str:
    return f"{name}{SEPARATOR}{key}" if name else key


def targets_of_all(plan: Plan, record_type: RecordType, actor: Actor) -> dict[str, Target]:
    """The targets of all types of the plan by their full keys."""
    found = dict(targets_of(record_type, actor))
    for name in plan.also:
        label = capfirst(str(registry.get(name).label))
        for key, target in targets_of(registry.get(name), actor).items():
            found[full_key(name, key)] = replace(target, label=f"{label}: {target.label}")
    return found


def with_types(changes: Mapping[str, Any], plan: Plan, record_type: RecordType) -> dict[str, Any]:
    """The changes completed: the types that the mapping names, by what the records of a new one are recognised.

    What belongs to the type of the import may be named with that type; what belongs to a type left out goes with it.
    A name of a type alone ("companies/") among the match fields says that none besides those listed is wanted.
    """
    found = {name: _own(value, f"{record_type.name}{SEPARATOR}") for name, value in changes.items()}
    if "mapping" in found and "also" not in found:
        named = (key.rpartition(SEPARATOR)[0] for key in found["mapping"])
        found["also"] = list(dict.fromkeys(filter(None, named)))
    if "also" not in found:
        return found
    gone = tuple(name + SEPARATOR for name in plan.also if name not in found["also"])
    for name in ("mapping", "match", "create_missing", "leave_empty", "find_by", "constants", "values", "links"):
        value = found.get(name, getattr(plan, name))
        if isinstance(value, dict):
            found[name] = {key: text for key, text in value.items() if not key.startswith(gone)}
        elif name == "mapping":
            found[name] = ["" if key.startswith(gone) else key for key in value]
        elif value is not None:
            found[name] = [key for key in value if not key.startswith(gone)]
    for name in found["also"]:
        if name in registry and not any(key.startswith(name + SEPARATOR) for key in found["match"]):
            found["match"] += [full_key(name, key) for key in registry.get(name).match]
    found["match"] = [key for key in found["match"] if not key.endswith(SEPARATOR)]
    return found


def _own(value: Any, prefix: str) -> Any:
    """Keys without the name of the type of the import."""
    if isinstance(value, dict):
        return {key.removeprefix(prefix): text for key, text in value.items()}
    return [key.removeprefix(prefix) for key in value] if isinstance(value, list) else value


def references_in(plan: Plan, record_type: RecordType, actor: Actor) -> dict[str, Reference]:
    """The references that columns go to, by their full keys."""
    found: dict[str, Reference] = {}
    for prefix, one in plan.types(record_type):
        fields = one.fields(actor)
        for key in plan.of_type(prefix).mapping:
            if reference := pointer_of(fields.get(key)):
                found[full_key(prefix, key)] = reference
    return found


def check_plan(plan: Plan, record_type: RecordType, actor: Actor) -> None:
    """Raises Invalid with the part of the plan that can't be followed."""
    check_types(plan, record_type, actor)
    targets = targets_of_all(plan, record_type, actor)
    errors: dict[str, list[str]] = {}
    if len(plan.mapping) != len(plan.columns):
        errors["mapping"] = [_("There must be one entry for each column.")]
    if unknown := sorted({key for key in (*plan.mapping, *plan.constants) if key and key not in targets}):
        names = ", ".join(unknown)
        errors["mapping"] = [_("There is no field “%(name)s”.") % {"name": names}]
    elif not any(plan.mapping):
        errors["mapping"] = [_("Choose a field for at least one column.")]
    else:
        errors.update(_doubled(plan, targets))
    match_fields = {full_key(name, key) for name in ("", *plan.also) for key in _type(name, record_type).fields(actor)}
    if unknown := [name for name in plan.match if name not in match_fields]:
        errors["match"] = [_("There is no field “%(name)s”.") % {"name": ", ".join(unknown)}]
    errors |= check_keys(plan, references_in(plan, record_type, actor), actor)
    if plan.mode not in MODES:
        errors["mode"] = [_("“%(value)s” is not one of the listed values.") % {"value": plan.mode}]
    if plan.currency and plan.currency not in CURRENCIES:
        errors["currency"] = [_("%(code)s is not a currency. Use a code such as EUR.") % {"code": plan.currency[:20]}]
    if errors:
        raise Invalid(errors)


def _type(name: str, record_type: RecordType) -> RecordType:
    return registry.get(name) if name else record_type


def check_types(plan: Plan, record_type: RecordType, actor: Actor) -> None:
    """Raises Invalid for further types that are unknown, named twice or may not be imported by the actor."""
    seen = {record_type.name}
    for name in plan.also:
        if name not in registry or not registry.get(name).importable:
            raise Invalid({"also": [_("There is no type “%(name)s”.") % {"name": name[:50]}]})
        label = {"types": registry.get(name).label_plural}
        if name in seen:
            raise Invalid({"also": [_("“%(types)s” can be in a file only once.") % label]})
        if not actor.may("import", name):
            raise Invalid({"also": [_("You may not import “%(types)s”.") % label]})
        seen.add(name)


def _doubled(plan: Plan, targets: Mapping[str, Any]) -> dict[str, list[str]]:
    used = [key for key in plan.mapping if key]
    doubled = {key for key in used if used.count(key) > 1 and not (targets[key].takes_several or targets[key].part)}
    doubled |= {key for key in used if targets[key].whole and key.rpartition(".")[0] in used}
    if not doubled:
        return {}
    labels = ", ".join(str(targets[key].label) for key in sorted(doubled))
    return {"mapping": [_("Two columns go to the same field: %(fields)s.") % {"fields": labels}]}
