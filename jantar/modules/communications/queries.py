"""Reads of communication that several callers need."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.references import record_titles
from jantar.modules.communications.models import Activity, Participant


@dataclass(frozen=True)
class Effort:
    """What was spent on a record: number of activities, minutes, and cost in the base currency."""

    activities: int = 0
    minutes: int = 0
    cost: Decimal = Decimal(0)


def effort(type_name: str, pks: Sequence[int], actor: Actor, condition: Q | None = None) -> dict[int, Effort]:
    """The effort on each of the records, out of the activities the actor may see; one statement.

    Records without an activity have no entry. `condition` narrows the activities, for example to a period.
    """
    zero = Value(Decimal(0), output_field=DecimalField(max_digits=18, decimal_places=2))
    rows = (
        Activity.objects.visible_to(actor)
        .filter(condition or Q(), links__record_type=type_name, links__record_id__in=pks)
        .values("links__record_id")
        .annotate(number=Count("pk"), minutes=Coalesce(Sum("duration"), 0), spent=Coalesce(Sum("cost_base"), zero))
        .order_by()
    )
    return {row["links__record_id"]: Effort(row["number"], row["minutes"], row["spent"]) for row in rows}


def participants_of(activities: Sequence[int], actor: Actor) -> dict[int, list[str]]:
    """Names of who takes part in each activity: colleagues, addresses, persons the actor may see; two statements."""
    rows = list(Participant.objects.filter(activity__in=activities).select_related("user").order_by("id"))
    titles = record_titles({RecordKey("people", row.person_id) for row in rows if row.person_id}, actor)
    found: dict[int, list[str]] = {}
    for row in rows:
        name = row.user.full_name if row.user else row.email or titles.get(RecordKey("people", row.person_id or 0))
        if name:
            found.setdefault(row.activity_id, []).append(name)
    return found
