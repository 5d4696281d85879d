"""How well duplicates are found: on labelled pairs of the four languages, kind by kind, held as it is.

The numbers stand in docs/how-to/duplicates.md; whoever changes the weights sees here what becomes better or worse.
"""

import pytest
from django.utils import translation

from jantar.engine.duplicates.likeness import likeness, traits_of
from jantar.engine.duplicates.models import Pair, Rules
from jantar.engine.duplicates.scanning import scan_all
from jantar.engine.permissions.actor import system_actor
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.modules.contacts.tests.labelled_pairs import LabelledPair, labelled_pairs

pytestmark = pytest.mark.capability("C2")

#: Of so many pairs of each kind so many are put into the queue.
OF_THE_SAME = {
    ("people", "slip in the name"): (16, 16),
    ("people", "married, same mail and home"): (16, 16),
    ("people", "married, same mail only"): (0, 16),
    ("people", "names swapped"): (16, 16),
    ("people", "without accents"): (16, 16),
    ("people", "called by friends"): (3, 16),
    ("companies", "legal form written otherwise"): (12, 12),
    ("companies", "renamed"): (12, 12),
    ("companies", "slip in the name"): (12, 12),
    ("companies", "without accents"): (12, 12),
}
OF_DIFFERENT_ONES = {
    ("people", "namesakes elsewhere"): (0, 16),
    ("people", "colleagues at one desk"): (0, 16),
    ("people", "parent and child"): (0, 16),
    ("companies", "sister companies in one house"): (0, 12),
    ("companies", "same name in another town"): (0, 12),
}


def is_found(pair: LabelledPair) -> bool:
    record_type = registry.get(pair.type_name)
    one, other = (traits_of(record_type, values) for values in (pair.one, pair.other))
    return likeness(record_type, one, other).points >= Rules().proposed_from


def found_among(is_same: bool) -> dict[tuple[str, str], tuple[int, int]]:
    numbers: dict[tuple[str, str], tuple[int, int]] = {}
    for pair in (one for one in labelled_pairs() if one.is_same == is_same):
        found, number = numbers.get((pair.type_name, pair.kind), (0, 0))
        numbers[pair.type_name, pair.kind] = (found + is_found(pair), number + 1)
    return numbers


def test_what_is_the_same_is_found_by_kind():
    assert found_among(True) == OF_THE_SAME


def test_what_is_different_is_left_alone_by_kind():
    assert found_among(False) == OF_DIFFERENT_ONES


def test_precision_and_recall_are_those_of_the_documentation():
    numbers = {}
    for type_name in ("people", "companies"):
        pairs = [pair for pair in labelled_pairs() if pair.type_name == type_name]
        found = [pair for pair in pairs if is_found(pair)]
        right = sum(pair.is_same for pair in found)
        numbers[type_name] = (right / len(found), right / sum(pair.is_same for pair in pairs))
    assert {name: (f"{p:.2f}", f"{r:.2f}") for name, (p, r) in numbers.items()} == {
        "people": ("1.00", "0.70"), "companies": ("1.00", "1.00"),
    }  # fmt: skip


def test_the_languages_fare_alike():
    found = {
        language: sum(is_found(pair) for pair in labelled_pairs() if pair.language == language and pair.is_same)
        for language in ("cs", "sk", "hu", "pl")
    }
    assert found == {"cs": 29, "sk": 30, "hu": 28, "pl": 28}  # of 36 each


@pytest.mark.django_db
@pytest.mark.parametrize("type_name", ["people", "companies"])
def test_the_scan_finds_what_is_alike(type_name):
    """The search index gives the candidates: it must lose none of them. A kind after the other, as they share names."""
    record_type, actor = registry.get(type_name), system_actor()
    pairs = [pair for pair in labelled_pairs() if pair.type_name == type_name]
    with translation.override("en"):
        for kind in dict.fromkeys(pair.kind for pair in pairs):
            some = [pair for pair in pairs if pair.kind == kind]
            records = write.store_new(
                record_type, [values for pair in some for values in (pair.one, pair.other)], actor=actor
            )
            pks = [record.pk for record in records]
            scan_all(record_type, lambda done: None)
            expected = {(pks[2 * n], pks[2 * n + 1]) for n, pair in enumerate(some) if is_found(pair)}
            assert set(Pair.objects.values_list("first_id", "second_id")) == expected, kind
            record_type.model._base_manager.filter(pk__in=pks).delete()
            Pair.objects.all().delete()
