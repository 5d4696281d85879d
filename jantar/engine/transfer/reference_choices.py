"""What the page of an import offers for each reference."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.reference_keys import keys_of

Option = tuple[str, str, bool]


@dataclass(frozen=True)
class ReferenceChoice:
    """A reference that a column goes to: by what it is found, and what happens when it is not."""

    key: str
    label: str
    finding: list[Option]
    missing: list[Option]


def choice_of(
    key: str, label: str, reference: Reference, plan: Plan, actor: Actor, *, can_create: bool
) -> ReferenceChoice:
    chosen = plan.find_by.get(key, "")
    finding = [(name, capfirst(str(one.label)), name == chosen) for name, one in keys_of(reference, actor).items()]
    if finding:
        finding.insert(0, ("", _("Name, number or e-mail"), not chosen))
    missing = [("", _("Refuse the row"), True), ("empty", _("Leave it empty and say so"), key in plan.leave_empty)]
    if can_create:
        missing.insert(1, ("create", _("Create it from its name"), key in plan.create_missing))
    return ReferenceChoice(key, label, finding, missing)
