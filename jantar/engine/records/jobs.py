"""What is done with custom fields in the background; every night keys of forms are forgotten and series go on."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.files.keeping import delete_unheld
from jantar.engine.records.custom_fields import remove_old_values
from jantar.engine.records.field_indexes import build_indexes, is_work_left
from jantar.engine.records.held_files import forget_holders
from jantar.engine.records.kept.building import build_kept, is_kept_as_wanted
from jantar.engine.records.once import forget_old_keys
from jantar.engine.records.recurrence.making import make_due
from jantar.platform.jobs import JobFailedError, job, schedule
from jantar.platform.jobs.running import Run


@job("records.forget_old_keys", _("Forget keys of forms sent long ago"), internal=True)
def forget_keys() -> None:
    forget_old_keys()


@job("records.build_field_indexes", _("Make custom fields quick to find by"), atomic=False)
def build_field_indexes(run: Run) -> None:
    """Without steps: what is built stays built, and an interrupted run does what is left."""
    failures = build_indexes(run.progress, run.check)
    build_kept(run.progress, run.check)
    if failures:
        raise JobFailedError(" ".join(failures))


@job("records.check_field_indexes", _("See whether custom fields are quick to find by"), internal=True, atomic=False)
def check_field_indexes(run: Run) -> None:
    """After an update what is asked for can be another."""
    if is_work_left():
        build_indexes(run.progress, run.check)
    if not is_kept_as_wanted():
        build_kept(run.progress, run.check)


@job("records.remove_old_values", _("Remove the values of deleted fields"), internal=True, atomic=False)
def remove_values(run: Run) -> None:
    remove_old_values(run)


@job("records.continue_series", _("Make what comes again"), internal=True, atomic=False)
def continue_series(run: Run) -> None:
    """Without steps: what is made stays made, and an interrupted run does what is left."""
    make_due()


@job("records.delete_unheld_files", _("Delete files that no record holds"), internal=True)
def delete_unheld_files() -> None:
    forget_holders()
    delete_unheld()


schedule(delete_unheld_files, "55 2 * * *")
schedule(continue_series, "20 1 * * *")
schedule(check_field_indexes, "35 3 * * *")
schedule(remove_values, "10 3 * * *")
schedule(forget_keys, "50 2 * * *")
