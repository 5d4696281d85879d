"""Jobs for the tests; a worker in another process loads them too."""

import os
import signal
import time

from django.db import connection

from jantar.platform.jobs import JobFailedError, job
from jantar.platform.jobs.running import Run


def note(text: str) -> None:
    """Write a row as the job's work, into a table that the tests make."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO sample_notes (text) VALUES (%s)", [text])


@job("sample.note", "Write a note")
def write_note(text: str) -> dict[str, str]:
    note(text)
    return {"message": text}


@job("sample.refuse", "Refuse")
def refuse(text: str) -> None:
    note(text)
    raise JobFailedError("The file has no header.")


@job("sample.break", "Break")
def break_down(text: str) -> None:
    note(text)
    raise ZeroDivisionError


@job("sample.count", "Count")
def count(total: int, run: Run) -> None:
    for number in range(total):
        note(str(number))
        run.progress(number + 1, total)


@job("sample.die_once", "Die once")
def die_once(marker: str) -> None:
    """Kills its own worker after the work but before the commit, the first time."""
    note("work")
    if not os.path.exists(marker):
        with open(marker, "w"):
            pass
        os.kill(os.getpid(), signal.SIGKILL)


@job("sample.steps", "Steps", atomic=False)
def steps(total: int, marker: str, run: Run) -> None:
    """Works in steps and kills its own worker in the middle, the first time."""
    for number in range(run.checkpoint.get("next", 0), total):
        with run.step(done=number + 1, total=total, checkpoint={"next": number + 1}):
            note(str(number))
        if number == total // 2 and not os.path.exists(marker):
            with open(marker, "w"):
                pass
            os.kill(os.getpid(), signal.SIGKILL)


@job("sample.slow", "Slow")
def slow(seconds: float, run: Run) -> None:
    note("begun")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run.check()
        time.sleep(0.02)
