from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone, translation
from procrastinate.contrib.django.models import ProcrastinateJob

from jantar.platform.accounts.models import User
from jantar.platform.jobs import JobCancelledError, job, queue
from jantar.platform.jobs.errors import RunLostError
from jantar.platform.jobs.models import JobRun, State
from jantar.platform.jobs.running import Run, execute, run_waiting_jobs
from jantar.platform.jobs.tests import sample

Notes = Callable[[], list[str]]
pytestmark = pytest.mark.django_db


def test_a_job_is_done_later_and_keeps_its_result(notes: Notes, anna: User) -> None:
    run = sample.write_note.later(text="hello", actor_id=anna.pk, label="Hello for Anna")
    assert (run.state, run.label, run.owner, notes()) == (State.WAITING, "Hello for Anna", anna, [])

    assert run_waiting_jobs() == 1

    run.refresh_from_db()
    assert (run.state, run.result, run.attempt) == (State.DONE, {"message": "hello"}, 1)
    assert run.finished_at is not None
    assert notes() == ["hello"]


def test_a_rollback_takes_the_job_back(notes: Notes) -> None:
    queued = ProcrastinateJob.objects.count()
    with transaction.atomic():
        sample.write_note.later(text="never")
        transaction.set_rollback(True)

    assert run_waiting_jobs() == 0
    assert (JobRun.objects.count(), ProcrastinateJob.objects.count(), notes()) == (0, queued, [])


def test_a_finished_run_is_not_done_again(notes: Notes) -> None:
    run = sample.write_note.later(text="once")
    execute(run.pk, aside=False)
    execute(run.pk, aside=False)

    assert notes() == ["once"]


def test_a_refusal_is_told_in_its_own_words_and_leaves_no_work_behind(notes: Notes) -> None:
    run = sample.refuse.later(text="half")
    run_waiting_jobs()

    run.refresh_from_db()
    assert (run.state, run.error, notes()) == (State.FAILED, "The file has no header.", [])


def test_a_fault_is_told_without_its_details(notes: Notes, caplog: pytest.LogCaptureFixture) -> None:
    run = sample.break_down.later(text="half")
    run_waiting_jobs()

    run.refresh_from_db()
    assert run.state == State.FAILED
    assert run.error == f"Something went wrong. The log has the details under job {run.pk}."
    assert notes() == []
    assert "ZeroDivisionError" in caplog.text


def test_a_failed_run_can_be_tried_again(notes: Notes) -> None:
    run = sample.refuse.later(text="half")
    run_waiting_jobs()
    run.refresh_from_db()
    JobRun.objects.filter(pk=run.pk).update(kind="sample.note")

    assert queue.retry(run) is True
    assert queue.retry(run) is False
    run_waiting_jobs()

    run.refresh_from_db()
    assert (run.state, run.error, notes()) == (State.DONE, "", ["half"])


def test_a_worker_that_was_thought_dead_cannot_join_in_when_the_run_is_tried_again(notes: Notes) -> None:
    run = sample.write_note.later(text="new")
    JobRun.objects.filter(pk=run.pk).update(state=State.RUNNING, attempt=1)
    sleeper = Run(JobRun.objects.get(pk=run.pk), aside=False)
    JobRun.objects.filter(pk=run.pk).update(state=State.FAILED)

    assert queue.retry(run) is True
    with pytest.raises(RunLostError), sleeper.step(done=1):
        sample.note("late")
    run_waiting_jobs()
    JobRun.objects.filter(pk=run.pk).update(state=State.RUNNING)
    with pytest.raises(RunLostError):
        sleeper.check()
    with pytest.raises(RunLostError), sleeper.step(done=1):
        sample.note("late")

    run.refresh_from_db()
    assert (run.attempt, run.tries, notes()) == (2, 1, ["new"])


def test_progress_is_kept(notes: Notes) -> None:
    run = sample.count.later(total=3)
    run_waiting_jobs()

    run.refresh_from_db()
    assert (run.progress, run.total, run.percent, notes()) == (3, 3, 100, ["0", "1", "2"])


def test_a_waiting_run_is_cancelled_at_once(notes: Notes) -> None:
    run = sample.write_note.later(text="never")

    assert queue.cancel(run) is True
    assert queue.cancel(run) is False
    run_waiting_jobs()

    run.refresh_from_db()
    assert (run.state, notes()) == (State.CANCELLED, [])


def test_a_running_job_notices_that_it_is_cancelled_and_its_work_is_undone(notes: Notes) -> None:
    run = sample.count.later(total=3)
    JobRun.objects.filter(pk=run.pk).update(cancel_requested=True)

    run_waiting_jobs()

    run.refresh_from_db()
    assert (run.state, notes()) == (State.CANCELLED, [])


def test_work_of_a_worker_that_was_replaced_meanwhile_is_thrown_away(notes: Notes) -> None:
    @job("sample.overtaken", "Overtaken")
    def overtaken(run: Run) -> None:
        sample.note("late")
        JobRun.objects.filter(pk=run.id).update(attempt=run.attempt + 1)

    run = overtaken.later()
    execute(run.pk, aside=False)

    run.refresh_from_db()
    assert notes() == []
    assert run.state == State.RUNNING  # as the worker that took over left it


def test_a_run_of_an_unknown_kind_is_told() -> None:
    run = sample.write_note.later(text="x")
    JobRun.objects.filter(pk=run.pk).update(kind="gone.away")
    run_waiting_jobs()

    run.refresh_from_db()
    assert (run.state, run.error) == (State.FAILED, "This version of Jantar does not know this kind of job.")


def test_a_run_that_kills_its_worker_each_time_is_given_up(notes: Notes) -> None:
    run = sample.write_note.later(text="x")
    JobRun.objects.filter(pk=run.pk).update(attempt=5, state=State.RUNNING)
    execute(run.pk, aside=False)

    run.refresh_from_db()
    assert (run.state, notes()) == (State.FAILED, [])
    assert run.error.startswith("The job was interrupted each time")


def test_a_job_speaks_the_language_of_its_owner(notes: Notes, anna: User) -> None:
    @job("sample.language", "Language")
    def language() -> dict[str, str]:
        return {"language": translation.get_language() or "", "zone": timezone.get_current_timezone_name()}

    run = language.later(actor_id=anna.pk)
    run_waiting_jobs()

    run.refresh_from_db()
    assert run.result == {"language": "cs", "zone": "Europe/Prague"}


def test_a_run_for_later_waits_for_its_time(notes: Notes) -> None:
    run = sample.write_note.later(text="later", run_at=timezone.now() + timedelta(hours=1))
    assert run_waiting_jobs() == 0
    assert ProcrastinateJob.objects.get(pk=run.queue_job_id).scheduled_at == run.run_at

    JobRun.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    assert run_waiting_jobs() == 1


def test_a_run_that_lost_its_place_in_the_queue_gets_a_new_one(notes: Notes) -> None:
    run = sample.write_note.later(text="x")
    JobRun.objects.filter(pk=run.pk).update(queue_job_id=None)

    assert queue.recover() == 1
    run.refresh_from_db()
    assert ProcrastinateJob.objects.get(pk=run.queue_job_id).args == {"run_id": run.pk}
    assert queue.recover() == 0


def test_old_runs_are_deleted_and_open_ones_never(notes: Notes) -> None:
    old = timezone.now() - timedelta(days=91)
    for state in State:
        JobRun.objects.create(kind="x", label=str(state.label), state=state, finished_at=old)
    JobRun.objects.create(kind="x", label="new", state=State.DONE, finished_at=timezone.now())

    assert queue.clean_up() == 3
    assert sorted(JobRun.objects.values_list("label", flat=True)) == ["Running", "Waiting", "new"]


def test_steps_stop_when_the_run_is_cancelled(notes: Notes) -> None:
    row = JobRun.objects.create(kind="sample.steps", label="x", state=State.RUNNING, attempt=1)
    run = Run(row, aside=False)
    with run.step(done=1, total=2, checkpoint={"next": 1}):
        sample.note("first")
    queue.cancel(row)

    with pytest.raises(JobCancelledError), run.step(done=2):
        sample.note("second")

    row.refresh_from_db()
    assert (notes(), row.progress, row.checkpoint) == (["first"], 1, {"next": 1})


def test_two_jobs_of_one_kind_are_refused() -> None:
    with pytest.raises(ValueError, match=r"already a job of the kind sample\.note"):
        job("sample.note", "Again")(lambda: None)


def test_everybody_sees_their_own_runs_and_administrators_all(anna: User, jan: User) -> None:
    mine = JobRun.objects.create(kind="x", label="mine", owner=anna)
    internal = JobRun.objects.create(kind="x", label="internal", owner=anna, is_internal=True)
    other = JobRun.objects.create(kind="x", label="other", owner=jan)

    assert list(JobRun.objects.visible_for(anna.pk, is_admin=False)) == [mine]
    assert set(JobRun.objects.visible_for(anna.pk, is_admin=True)) == {mine, internal, other}
