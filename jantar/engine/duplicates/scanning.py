"""Going through all records of a type for pairs that may be the same, some hundred at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from jantar.engine.duplicates.finding import Lexeme, load
from jantar.engine.duplicates.likeness import Traits, likeness
from jantar.engine.duplicates.models import Pair, Rules, State
from jantar.engine.duplicates.rules import rules_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.search.text import ANYWHERE, IN_TITLE, KEY, words_of
from jantar.engine.search.typos import corrections

CHUNK = 500
#: So many words are looked up in the vocabulary at once.
WORDS = 200
#: What shares a key or name with more records than this says nothing about any of them.
MOST_ALIKE = 20

#: Only the words are asked of the index: beside them PostgreSQL would read all later records of the type from another.
PAIRS = f"""
SELECT asked.id, found.record_id FROM unnest(%s::bigint[], %s::text[]) asked (id, query), LATERAL (
    SELECT record_id FROM (
        SELECT type, record_id FROM search_entry WHERE words @@ asked.query::tsquery OFFSET 0
    ) e WHERE type = %s AND record_id > asked.id LIMIT {MOST_ALIKE}
) found
"""  # noqa: S608 - a number


class Scan:
    """One scan of a type by rules; keeps what misspelt words may stand for, so that each is looked up once."""

    def __init__(self, record_type: RecordType, rules: Rules) -> None:
        self.record_type = record_type
        self.rules = rules
        self.fixes: dict[str, list[str]] = {}

    def total(self) -> int:
        number: int = self.rows().count()
        return number

    def rows(self) -> Any:
        return self.record_type.model._base_manager.filter(deleted_at=None, **self.record_type.defaults)

    def chunk(self, after: int) -> list[int]:
        """The ids of the next records."""
        return list(self.rows().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK])

    def go_through(self, pks: Iterable[int]) -> int:
        """Notes the pairs these records make with later ones; what was decided about a pair stays. Returns how many."""
        pairs = [
            Pair(record_type=self.record_type.name, first_id=one, second_id=other, points=points)
            for (one, other), (mine, theirs) in self.candidates(pks).items()
            if (points := likeness(self.record_type, mine, theirs).points) >= self.rules.proposed_from
        ]
        Pair.objects.bulk_create(
            pairs, update_conflicts=True, unique_fields=["record_type", "first_id", "second_id"],
            update_fields=["points", "found_at"], batch_size=1000,
        )  # fmt: skip
        return len(pairs)

    def candidates(self, pks: Iterable[int]) -> dict[tuple[int, int], tuple[Traits, Traits]]:
        """These records with later ones that share something, and what is to be compared of them."""
        known = dict(self.traits(pks))
        asked = list(self.queries(known))
        with connection.cursor() as cursor:
            cursor.execute(
                PAIRS, [[pk for pk, _query in asked], [query for _pk, query in asked], self.record_type.name]
            )
            found = set(cursor.fetchall())
        known |= dict(self.traits({other for _pk, other in found} - known.keys()))
        return {
            (one, other): (known[one], known[other])
            for one, other in sorted(found)
            if one in known and other in known
        }  # fmt: skip

    def traits(self, pks: Iterable[int]) -> list[tuple[int, Traits]]:
        return [(record.pk, traits) for record, traits in load(self.record_type, pks, None, self.rules.left_out)]

    def queries(self, known: dict[int, Traits]) -> Iterator[tuple[int, str]]:
        """What to ask the index for each record: its keys; its name, give or take a slip, at its place; its name."""
        lexeme = Lexeme(self.record_type)
        self.learn({word for traits in known.values() for word in traits.words})
        for pk, traits in known.items():
            if traits.spellings:
                yield pk, " | ".join(lexeme(KEY, one) for one in sorted(traits.spellings))
            if not traits.words:
                continue
            near = " | ".join(lexeme(ANYWHERE, word) for text in traits.place.values() for word in words_of(text)[:2])
            if near:
                ways = ([word, *self.fixes.get(word, ())] for word in traits.words)
                alike = " & ".join(f"({' | '.join(lexeme(IN_TITLE, way) for way in words)})" for words in ways)
                yield pk, f"{alike} & ({near})"
            yield pk, " & ".join(lexeme(IN_TITLE, word) for word in traits.words)

    def learn(self, words: set[str]) -> None:
        new = sorted(words - self.fixes.keys())
        for start in range(0, len(new), WORDS):
            some = new[start : start + WORDS]
            self.fixes |= {**{word: [] for word in some}, **corrections(some)}

    def forget(self, before: Any) -> None:
        """Open pairs that the scan did not find again are alike no more."""
        Pair.objects.filter(record_type=self.record_type.name, state=State.OPEN, found_at__lt=before).delete()


def now_text() -> str:
    return timezone.now().isoformat()


def scan_all(record_type: RecordType, tell: Callable[[int], object]) -> int:
    """The whole scan in this process, a chunk to a transaction; returns how many records there are."""
    search, begun, after, done = Scan(record_type, rules_of(record_type)), timezone.now(), 0, 0
    while pks := search.chunk(after):
        with transaction.atomic():
            search.go_through(pks)
        after, done = pks[-1], done + len(pks)
        tell(done)
    search.forget(begun)
    return done
