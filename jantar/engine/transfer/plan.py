"""How one file is to be read and what is to be done with its rows; kept as JSON with the import."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.transfer.targets import targets_of
from jantar.kit.money import CURRENCIES

#: What to do with rows whose record exists already.
UPDATE, SKIP, CREATE, ONLY_UPDATE = "update", "skip", "create", "only_update"
MODES = (UPDATE, SKIP, CREATE, ONLY_UPDATE)


@dataclass
class ColumnOfSheet:
    """A column as it was found: its header, a few cells, how its numbers and dates are written."""

    header: str
    samples: list[str] = field(default_factory=list)
    filled: int = 0
    decimal_comma: bool = False
    day_first: bool = True


@dataclass
class Plan:
    """`mapping` names a target for each column ("" leaves it out); `constants` are texts for new records by target.

    `match` are the fields that tell whether a record exists already, strongest first. `decimal_comma` and
    `day_first` override what the columns tell when not None. `known` is the export of another program that the file
    looks like, as "HubSpot:people"; with `translate` the values of that program become ours.
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
    match: list[str] = field(default_factory=list)
    mode: str = UPDATE
    create_missing: list[str] = field(default_factory=list)
    clear_empty: bool = False
    known: str = ""
    translate: bool = True

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


def check_plan(plan: Plan, record_type: RecordType, actor: Actor) -> None:
    """Raises Invalid with the part of the plan that can't be followed."""
    targets = targets_of(record_type, actor)
    errors: dict[str, list[str]] = {}
    if len(plan.mapping) != len(plan.columns):
        errors["mapping"] = [_("There must be one entry for each column.")]
    unknown = {key for key in (*plan.mapping, *plan.constants) if key and key not in targets}
    if unknown:
        names = ", ".join(sorted(unknown))
        errors["mapping"] = [_("There is no field “%(name)s”.") % {"name": names}]
    elif not any(plan.mapping):
        errors["mapping"] = [_("Choose a field for at least one column.")]
    else:
        errors.update(_doubled(plan, targets))
    match_fields = record_type.fields(actor)
    if any(name not in match_fields for name in plan.match):
        errors["match"] = [_("There is no field “%(name)s”.") % {"name": ", ".join(plan.match)}]
    if plan.mode not in MODES:
        errors["mode"] = [_("“%(value)s” is not one of the listed values.") % {"value": plan.mode}]
    if plan.currency and plan.currency not in CURRENCIES:
        errors["currency"] = [_("%(code)s is not a currency. Use a code such as EUR.") % {"code": plan.currency[:20]}]
    if errors:
        raise Invalid(errors)


def _doubled(plan: Plan, targets: Mapping[str, Any]) -> dict[str, list[str]]:
    used = [key for key in plan.mapping if key]
    doubled = {key for key in used if used.count(key) > 1 and not (targets[key].takes_several or targets[key].part)}
    if not doubled:
        return {}
    labels = ", ".join(str(targets[key].label) for key in sorted(doubled))
    return {"mapping": [_("Two columns go to the same field: %(fields)s.") % {"fields": labels}]}
