"""Which words of the records a misspelt word may stand for."""

from collections.abc import Sequence

from django.db import connection

MAX_FIXES = 12
MIN_LENGTH = 3

# Likely words by shared trigrams; before them all words one slip away from any of the asked, which trigrams miss in
# short words.
LIKELY = """
SELECT NULL AS asked, word FROM (SELECT DISTINCT word FROM search_word WHERE word = ANY (%s::text[]) LIMIT %s) near
UNION ALL
SELECT asked, word FROM unnest(%s::text[]) asked, LATERAL (
    SELECT word FROM search_word WHERE word %% asked GROUP BY word ORDER BY similarity(word, asked) DESC LIMIT 60
) likely
"""
MOST_NEAR = 60


def corrections(words: Sequence[str]) -> dict[str, list[str]]:
    """The closest known words of each, without itself; one statement. Words with digits are never misspelt."""
    asked = [word for word in words if len(word) >= MIN_LENGTH and not any(char.isdigit() for char in word)]
    if not asked:
        return {}
    of_slip: dict[str, list[str]] = {}
    for word in asked:
        for slip in one_slip_away(word):
            of_slip.setdefault(slip, []).append(word)
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(LIKELY, [sorted(of_slip), MOST_NEAR * len(asked), asked])
        for near, known in cursor.fetchall():
            for word in [near] if near else of_slip[known]:
                if known != word and distance(word, known) <= allowed(word):
                    found.setdefault(word, set()).add(known)
    return {
        word: sorted(known, key=lambda one: (distance(word, one), one))[:MAX_FIXES] for word, known in found.items()
    }


def allowed(word: str) -> int:
    """How many slips a word of this length may have."""
    return 1 if len(word) < 6 else 2


def one_slip_away(word: str) -> set[str]:
    """Every spelling with two letters swapped, or one letter left out, added or mistaken."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    left_out = {a + b[1:] for a, b in cuts if b}
    mistaken = {a + letter + b[1:] for a, b in cuts if b for letter in letters}
    added = {a + letter + b for a, b in cuts for letter in letters}
    return (swapped | left_out | mistaken | added) - {word}


def distance(a: str, b: str) -> int:
    """The number of slips (a letter added, left out or mistaken, two neighbours swapped) between two words."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
