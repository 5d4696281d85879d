"""How long the history is kept: old changes are deleted bit by bit, what can still be undone never."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from jantar.platform.settings.models import Workspace

BATCH = 10_000
#: Months in a year have 365 / 12 days on average; a few more days are kept rather than fewer.
DAYS_A_MONTH = 31
#: Undo works for 30 days.
LEAST_DAYS = 31

# Changes are numbered in the order of time, up to the length of a transaction. So only the oldest are looked at, by
# the primary key, and the end is reached where one of them is still to be kept.
DELETE = """
WITH oldest AS (SELECT id, at FROM history_change ORDER BY id LIMIT %(batch)s),
gone AS (DELETE FROM history_change WHERE id IN (SELECT id FROM oldest WHERE at < %(before)s) RETURNING id)
SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM oldest)
"""


def kept_since() -> datetime | None:
    """From when on the history is whole; None when none of it was ever deleted."""
    return Workspace.get().history_since


def keep_from() -> datetime | None:
    """Before when changes are to be deleted now; None when they are kept for ever."""
    months = Workspace.get().history_months
    return timezone.now() - timedelta(days=max(months * DAYS_A_MONTH, LEAST_DAYS)) if months else None


def note_deleting(before: datetime) -> None:
    """Said before the first of them is deleted, so that nobody is shown a past with holes."""
    workspace = Workspace.get()
    if workspace.history_since is None or workspace.history_since < before:
        Workspace.objects.filter(pk=workspace.pk).update(history_since=before)


def delete_some(before: datetime, batch: int = BATCH) -> tuple[int, bool]:
    """Deletes the oldest changes, at most so many; how many, and whether there may be more. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE, {"batch": batch, "before": before})
        gone, looked_at = cursor.fetchone()
    return gone, looked_at == batch and gone == looked_at
