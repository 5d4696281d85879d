"""What the company no longer wants to keep of the history is deleted every night."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.history.keeping import delete_some, keep_from, note_deleting
from jantar.platform.jobs import job, schedule
from jantar.platform.jobs.running import Run


@job("history.delete_old", _("Delete old history"), atomic=False, internal=True)
def delete_old_history(run: Run) -> None:
    before = keep_from()
    if before is None:
        return
    with run.step(done=0):
        note_deleting(before)
    done, more = 0, True
    while more:
        with run.step(done=done):
            gone, more = delete_some(before)
        done += gone


schedule(delete_old_history, "10 1 * * *")
