import pytest

from jantar.kit.numbers import LARGEST_ID, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("007", 7), (str(LARGEST_ID), LARGEST_ID)])
def test_plain_digits_are_a_number(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "²", "٣", "-1", "+1", " 1", "1.0", "1e3", "x", "\x00", str(LARGEST_ID + 1), "9" * 5000]
)
def test_anything_else_is_none(text):
    assert whole_number(text) is None


def test_what_is_above_the_limit_is_none():
    assert (whole_number("100", most=100), whole_number("101", most=100)) == (100, None)
