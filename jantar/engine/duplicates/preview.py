"""What rules would propose, tried on some of the records while they are being chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db import connection

from jantar.engine.duplicates.finding import load
from jantar.engine.duplicates.likeness import Likeness, Traits, likeness
from jantar.engine.duplicates.models import Rules
from jantar.engine.duplicates.scanning import Scan
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.listing import EXACT_UP_TO, estimate
from jantar.engine.records.record_type import RecordType

#: So many records are tried at most, so many at once, and no more begun after so many seconds.
TRIED, AT_ONCE, SECONDS = 1000, 50, 1.0
#: What took longer than so many seconds to compare is kept for a while, so that a slider answers at once, and goes on.
SLOW, KEPT_FOR = 0.2, 120
#: Pairs shown on each side of the border.
EXAMPLES = 4

#: The record at or after each of some ids spread evenly from the first to the last.
SPREAD = """
SELECT DISTINCT found.id
FROM (SELECT min(id) AS least, max(id) AS most FROM {table} WHERE {where}) ends,
    generate_series(0, %s) step,
    LATERAL (
        SELECT id FROM {table} WHERE {where} AND id >= least + (most - least) * step / %s ORDER BY id LIMIT 1
    ) found
"""


@dataclass(frozen=True)
class Example:
    records: tuple[Any, Any]
    likeness: Likeness


@dataclass(frozen=True)
class Preview:
    """`proposed` and `hinted` pairs of all records: exact when all were tried, else reckoned from those `tried`.
    With `goes_on` the next question is answered from more of them.

    `above` and `below` are pairs next to the score from which on they are proposed, as far as the actor sees them.
    """

    proposed: int
    hinted: int
    tried: int
    is_exact: bool
    goes_on: bool
    above: Sequence[Example]
    below: Sequence[Example]


@dataclass(frozen=True)
class Sample:
    """Records that were `tried` out of all `records`, those `left` to be tried, and the pairs that share something."""

    pairs: dict[tuple[int, int], tuple[Traits, Traits]]
    tried: int
    left: Sequence[int]
    records: int

    @property
    def is_all(self) -> bool:
        return self.tried == self.records

    def reckoned(self, number: int) -> int:
        """For all records; to two significant digits where not all were tried."""
        return number if self.is_all else int(float(f"{number * self.records / max(self.tried, 1):.1e}"))


def preview_of(record_type: RecordType, rules: Rules, actor: Actor) -> Preview:
    """A second or two, however many records there are; at once when enough of them were tried lately."""
    sample = sample_of(record_type)
    points = {
        pair: likeness(record_type, one.without(rules.left_out), other.without(rules.left_out)).points
        for pair, (one, other) in sample.pairs.items()
    }
    ordered = sorted(points, key=lambda pair: (points[pair], pair))
    above = [pair for pair in ordered if points[pair] >= rules.proposed_from][:EXAMPLES]
    below = [pair for pair in reversed(ordered) if 0 < points[pair] < rules.proposed_from][:EXAMPLES]
    proposed, hinted = (
        sample.reckoned(sum(number >= least for number in points.values()))
        for least in (rules.proposed_from, rules.hinted_from)
    )
    shown = examples(record_type, rules, actor, [*reversed(above), *below])
    return Preview(
        proposed, hinted, sample.tried, sample.is_all, bool(sample.left),
        [one for one in shown if one.likeness.points >= rules.proposed_from],
        [one for one in shown if one.likeness.points < rules.proposed_from],
    )  # fmt: skip


def sample_of(record_type: RecordType) -> Sample:
    """The one that is kept, or a new one, with as many records more as there is time for."""
    key = f"duplicates-sample-{record_type.name}"
    search = Scan(record_type, Rules(record_type=record_type.name))
    sample: Sample = cache.get(key) or beginning(search)
    if not sample.left:
        return sample
    pairs, left, begun = dict(sample.pairs), sample.left, monotonic()
    while left and (left is sample.left or monotonic() - begun < SECONDS):
        pairs |= search.candidates(left[:AT_ONCE])
        left = left[AT_ONCE:]
    sample = Sample(pairs, sample.tried + len(sample.left) - len(left), left, sample.records)
    if left or sample.tried > AT_ONCE or monotonic() - begun > SLOW:
        cache.set(key, sample, KEPT_FOR)
    return sample


def beginning(search: Scan) -> Sample:
    pks, is_all = some_of(search)
    return Sample({}, 0, pks, len(pks) if is_all else number_of(search))


def some_of(search: Scan) -> tuple[list[int], bool]:
    """Ids of records to try, and whether those are all; the same each time, in an order that has nothing to do with
    them, so that some of them stand for all."""
    first = list(search.rows().order_by("pk").values_list("pk", flat=True)[: TRIED + 1])
    is_all = len(first) <= TRIED
    pks = sorted(first if is_all else spread(search.record_type))
    Random(TRIED).shuffle(pks)  # noqa: S311 - no secret
    return pks, is_all


def spread(record_type: RecordType) -> list[int]:
    model, quote = record_type.model, connection.ops.quote_name
    columns = {quote(column_of(model, name)): value for name, value in record_type.defaults.items()}
    where = " AND ".join(["deleted_at IS NULL", *(f"{column} = %s" for column in columns)])
    sql = SPREAD.format(table=quote(model._meta.db_table), where=where)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns.values(), TRIED - 1, *columns.values(), TRIED - 1])
        return [pk for (pk,) in cursor.fetchall()]


def column_of(model: Any, name: str) -> str:
    column: str = model._meta.get_field(name).column
    return column


def number_of(search: Scan) -> int:
    rows = search.rows().order_by()
    number: int = rows.values("pk")[: EXACT_UP_TO + 1].count()
    return number if number <= EXACT_UP_TO else max(number, estimate(rows))


def examples(
    record_type: RecordType, rules: Rules, actor: Actor, pairs: Sequence[tuple[int, int]]
) -> list[Example]:  # fmt: skip
    """The pairs both of whose records the actor sees."""
    loaded = load(record_type, {pk for pair in pairs for pk in pair}, actor, rules.left_out)
    known = {record.pk: (record, traits) for record, traits in loaded}
    found = []
    for first, second in pairs:
        if first in known and second in known:
            (one, mine), (other, theirs) = known[first], known[second]
            found.append(Example((one, other), likeness(record_type, mine, theirs)))
    return found
