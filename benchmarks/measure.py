"""Timing two ways of doing the same thing in turn, so that a slow moment of the machine hits both."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True)
class Timing:
    """Seconds per call: medians of both sides, the 95th percentile of the application, the median of the ratios."""

    app: float
    floor: float
    p95: float
    ratio: float
    rounds: int


def compare(app: Callable[[], object], floor: Callable[[], object], *, seconds: float, rounds: int) -> Timing:
    """Runs both in turn after one warm-up, until `rounds` are done or `seconds` have passed (three rounds at least)."""
    app(), floor()
    ours: list[float] = []
    theirs: list[float] = []
    end = time.monotonic() + seconds
    while len(ours) < rounds and (time.monotonic() < end or len(ours) < 3):
        theirs.append(timed(floor))
        ours.append(timed(app))
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    p95 = sorted(ours)[max(0, round(len(ours) * 0.95) - 1)]
    return Timing(statistics.median(ours), statistics.median(theirs), p95, statistics.median(ratios), len(ours))


def timed(act: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        act()
        return time.perf_counter() - start
    finally:
        gc.enable()


def statements(act: Callable[[], object]) -> int:
    """How many SQL statements one call sends, without those that begin and end its transaction."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in queries)
