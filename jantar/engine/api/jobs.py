"""What the API leaves to a worker: changes of very many records, and forgetting kept answers every hour."""

from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from jantar.engine.api.bulk import change_all
from jantar.engine.api.idempotency import forget_old_answers
from jantar.engine.fields import show
from jantar.engine.permissions.running import owner_of
from jantar.engine.records.errors import BadQuery, Invalid, NotAllowed
from jantar.engine.records.registry import registry
from jantar.platform.jobs import job, schedule
from jantar.platform.jobs.errors import JobFailedError
from jantar.platform.jobs.running import Run


@job("api.forget_old_answers", gettext_lazy("Forget answers to repeated requests"), internal=True)
def forget_answers() -> None:
    forget_old_answers()


schedule(forget_answers, "20 * * * *")


@job("api.bulk_change", gettext_lazy("Bulk edit"))
def bulk_change(type_name: str, data: dict[str, Any], run: Run) -> dict[str, Any]:
    """With the rights its owner has when it is done."""
    actor = owner_of(run)
    try:
        told = change_all(registry.get(type_name), actor, data, run.progress)
    except (BadQuery, Invalid, NotAllowed) as error:
        raise JobFailedError(str(error)) from None
    return {**told, "operation": told["operation_id"], "message": message_of(data, told)}


def message_of(data: dict[str, Any], told: dict[str, Any]) -> str:
    number = told["changed"]
    if told["dry_run"]:
        text = ngettext("%(n)s record would change.", "%(n)s records would change.", number)
    elif data.get("delete"):
        text = ngettext("%(n)s record moved to the bin.", "%(n)s records moved to the bin.", number)
    else:
        text = ngettext("%(n)s record changed.", "%(n)s records changed.", number)
    return text % {"n": show.number(number)}
