"""What administrators decide about the duplicates of a type: from which score on, and what counts for it."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jantar.engine.duplicates.likeness import ADDRESS, MAIL, NAME, PHONE
from jantar.engine.duplicates.models import Pair, Rules, State
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import Invalid
from jantar.engine.records.record_type import RecordType

#: Scores that can be asked for. Below, nearly everything is like something; above, nothing gets without an identifier.
LEAST, MOST = 30, 100


def rules_of(record_type: RecordType) -> Rules:
    """Those that are kept, or the usual ones; one statement."""
    return rules_for(record_type.name)


def rules_for(type_name: str) -> Rules:
    return Rules.objects.filter(record_type=type_name).first() or Rules(record_type=type_name)


def reasons_of(record_type: RecordType) -> dict[str, str]:
    """By what records of the type can be alike, with labels for people."""
    same = record_type.duplicates
    assert same
    found = {NAME: pgettext("duplicate", "Name")}
    if same.contacts:
        found |= {MAIL: _("E-mail"), PHONE: _("Phone")}
    if same.place:
        found[ADDRESS] = _("Address")
    fields = record_type.own_fields
    return found | {name: capfirst(str(fields[name].label)) for name in (*same.identifiers, *same.supports)}


def checked_rules(
    record_type: RecordType, *, proposed_from: int, hinted_from: int, counting: Collection[str]
) -> Rules:  # fmt: skip
    """Rules that are not kept. `counting` are the reasons that count. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    for name, points in (("proposed_from", proposed_from), ("hinted_from", hinted_from)):
        if not LEAST <= points <= MOST:
            errors[name] = [_("Choose from %(least)d to %(most)d points.") % {"least": LEAST, "most": MOST}]
    known, same = reasons_of(record_type), record_type.duplicates
    assert same
    finding = [name for name in known if name in (NAME, MAIL, PHONE, *same.identifiers)]
    if not set(finding) & set(counting):
        labels = ", ".join(known[name] for name in finding)
        errors["counting"] = [_("One of these has to count: %(reasons)s.") % {"reasons": labels}]
    if errors:
        raise Invalid(errors)
    rules = rules_of(record_type)
    rules.proposed_from, rules.hinted_from = proposed_from, hinted_from
    rules.left_out = sorted(known.keys() - set(counting))
    return rules


def keep_rules(record_type: RecordType, rules: Rules, *, actor: Actor) -> bool:
    """Rules of `checked_rules`. Open pairs below the score leave the queue at once; returns whether only a new scan
    tells what else is to be proposed now. Raises NotAllowed."""
    actor.require_admin()
    with transaction.atomic():
        before = rules_of(record_type)
        rules.save()
        too_low = Pair.objects.filter(record_type=record_type.name, state=State.OPEN, points__lt=rules.proposed_from)
        too_low.delete()
    return rules.proposed_from < before.proposed_from or set(rules.left_out) != set(before.left_out)


@dataclass(frozen=True)
class Queue:
    """How many open pairs there are, and how many of them rules would leave."""

    waiting: int
    staying: int


def queue_by(rules: Rules) -> Queue | None:
    """None once something else counts than when they were found."""
    if set(rules_for(rules.record_type).left_out) != set(rules.left_out):
        return None
    waiting = Pair.objects.filter(record_type=rules.record_type, state=State.OPEN)
    return Queue(waiting.count(), waiting.filter(points__gte=rules.proposed_from).count())
