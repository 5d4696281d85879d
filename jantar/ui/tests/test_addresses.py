"""Remembered addresses are those that Django works out."""

import pytest
from django.urls import NoReverseMatch, reverse

from jantar.ui.addresses import address


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("pages:list", ("people",)),
        ("pages:detail", ("people", 17)),
        ("pages:detail", ("people", 18)),
        ("pages:field", ("companies", 1234567890123, "city")),
        ("pages:upload", ()),
    ],
)
def test_an_address_is_what_reverse_answers(name, args):
    assert address(name, *args) == reverse(name, args=args) == address(name, *args)


def test_an_unknown_pattern_is_refused():
    with pytest.raises(NoReverseMatch):
        address("pages:nowhere", 1)
