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
    """Seconds per call: medians, the 95th percentile of the application, the median of the ratios.

    `over_alone` is the ratio to the floor without its request, None where the floor has none.
    """

    app: float
    floor: float
    p95: float
    ratio: float
    rounds: int
    over_alone: float | None = None


def compare(
    app: Callable[[], object],
    floor: Callable[[], object],
    alone: Callable[[], object] | None = None,
    *,
    seconds: float,
    rounds: int,
) -> Timing:
    """Runs them in turn after a warm-up, until `rounds` are done or `seconds` have passed (three rounds at least)."""
    acts = [app, floor, *([alone] if alone else [])]
    for act in acts:
        act()
    taken: list[list[float]] = [[] for _act in acts]
    end = time.monotonic() + seconds
    while len(taken[0]) < rounds and (time.monotonic() < end or len(taken[0]) < 3):
        for act, times in zip(acts, taken, strict=True):
            times.append(timed(act))
    ours, theirs, *rest = taken
    p95 = sorted(ours)[max(0, round(len(ours) * 0.95) - 1)]
    over_alone = ratio(ours, rest[0]) if rest else None
    return Timing(
        statistics.median(ours), statistics.median(theirs), p95, ratio(ours, theirs), len(ours), over_alone
    )  # fmt: skip


def ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


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
