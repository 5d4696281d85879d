from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jantar.kit.errors import InputError
from jantar.kit.money import (
    CurrencyMismatchError,
    Money,
    decimals,
    parse_decimal,
    parse_money,
    total,
    uses_decimal_comma,
)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_money_adds_subtracts_multiplies_and_compares() -> None:
    assert eur("1.10") + eur("2.20") == eur("3.30")
    assert eur("1") - eur("2.20") == eur("-1.20")
    assert eur("1.10") * 3 == 3 * eur("1.10") == eur("3.30")
    assert -eur("1") == eur("-1")
    assert eur("1") < eur("2") <= eur("2")
    assert eur("3") > eur("2") >= eur("2")
    assert total([eur("1"), eur("2")], "EUR") == eur("3")
    assert total([], "PLN") == Money.zero("PLN")
    assert not Money.zero("PLN")
    assert str(eur("1.10")) == "1.10 EUR"


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatchError, match="EUR and PLN"):
        eur("1") + Money(Decimal(1), "PLN")
    with pytest.raises(CurrencyMismatchError):
        _ = eur("1") < Money(Decimal(1), "PLN")


@pytest.mark.parametrize("code", ["", "eur", "XXX", "EURO", "DEM"])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(InputError, match="is not a currency"):
        Money(Decimal(1), code)


def test_an_amount_is_a_finite_decimal() -> None:
    with pytest.raises(InputError, match="must be a number"):
        Money(Decimal("NaN"), "EUR")
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "CZK", "-1.01"),
        ("1234.5", "HUF", "1234.50"),
        ("1.5", "JPY", "2"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_rounding_follows_the_currency(amount: str, currency: str, expected: str) -> None:
    rounded = Money(Decimal(amount), currency).rounded()
    assert str(rounded.amount) == expected
    assert -rounded.amount.as_tuple().exponent == decimals(currency)  # type: ignore[operator]


BOTH_WAYS = {
    "0": "0",
    "12": "12",
    "-12": "-12",
    "−12": "-12",
    "+12": "12",
    "(12,50)": "-12.50",
    "12-": "-12",
    "1 234": "1234",
    "1\u00a0234\u202f567": "1234567",
    "1'234'567": "1234567",
    "1.234.567": "1234567",
    "1,234,567": "1234567",
    "1.234,56": "1234.56",
    "1,234.56": "1234.56",
    "1 234,5": "1234.5",
    "12,5": "12.5",
    "12.50": "12.50",
    "1234,567": "1234.567",
    "0,125": "0.125",
    ",5": "0.5",
    "1 200 Kč": "1200",
    "1200Kč": "1200",
    "10.000,- Kč": "10000",
    "250,-": "250",
    "-250,--": "-250",
    "1200 zł": "1200",
    "99,90 PLN": "99.90",
    "PLN 99,90": "99.90",
    "5 000 Ft": "5000",
    "€ 12,30": "12.30",
    "12.30€": "12.30",
    "$125000": "125000",
    "-$5": "-5",
    "$-5": "-5",
    "Fr. 12.50": "12.50",
    "1.5E+06": "1.5E+06",
    " 7 ": "7",
}


@pytest.mark.parametrize("decimal_comma", [True, False])
@pytest.mark.parametrize(("text", "expected"), BOTH_WAYS.items())
def test_what_can_be_read_one_way_only(text: str, expected: str, decimal_comma: bool) -> None:
    number = parse_decimal(text, decimal_comma=decimal_comma)
    assert number == Decimal(expected)
    assert str(number) == str(Decimal(expected))


@pytest.mark.parametrize(
    ("text", "with_comma", "with_point"),
    [("1,234", "1.234", "1234"), ("1.234", "1234", "1.234"), ("999.000", "999000", "999.000")],
)
def test_the_hint_decides_what_can_be_read_both_ways(text: str, with_comma: str, with_point: str) -> None:
    assert str(parse_decimal(text, decimal_comma=True)) == with_comma
    assert str(parse_decimal(text, decimal_comma=False)) == with_point


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", ",", ".", "abc", "12a", "1 2", "12 34", "1,23,4", "1.2.3", "1..2", "--5",
        "1.234,567,8", "1 234.567 890", "NaN", "Infinity", "1e999", "1e-999", "٣", "12 DEM",
        "€ 5 Kč", "(5", "5)", "+-5", "0x1F", "1_000", "5 %", "'5", "5'", "9" * 61, "=1+1",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_decimal(text, decimal_comma=True)
    assert refused.value.message == "“%(text)s” is not a number."
    assert refused.value.params == {"text": text[:60]}


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12),
    st.booleans(),
    st.sampled_from(["", " ", "\u00a0", "'"]),
    st.sampled_from(["{}", "{} Kč", "EUR {}", "{}zł"]),
)
def test_a_written_number_is_read_back(number: Decimal, decimal_comma: bool, group: str, frame: str) -> None:
    written = f"{number:,.2f}".replace(",", "g").replace(".", "," if decimal_comma else ".")
    text = frame.format(written.replace("g", group))
    assert parse_decimal(text, decimal_comma=decimal_comma) == number


def test_more_digits_than_any_amount_has_are_read_exactly() -> None:
    assert parse_decimal("9" * 40, decimal_comma=False) == Decimal("9" * 40)
    assert parse_decimal(f"-{'9' * 30}.{'1' * 20}", decimal_comma=False) == Decimal(f"-{'9' * 30}.{'1' * 20}")


@given(st.text(alphabet="0123456789 .,'-+()eE€$Kčzł\u00a0", max_size=20), st.booleans())
def test_any_text_gives_a_number_or_an_input_error(text: str, decimal_comma: bool) -> None:
    try:
        number = parse_decimal(text, decimal_comma=decimal_comma)
    except InputError:
        return
    assert number.is_finite()
    assert any(char.isdigit() for char in text)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1 200,50 Kč", "1200.50", "CZK"),
        ("12 zł", "12", "PLN"),
        ("5000 ft", "5000", "HUF"),
        ("EUR 12", "12", "EUR"),
        ("12 gbp", "12", "GBP"),
        ("12", "12", "CHF"),
    ],
)
def test_an_amount_may_name_its_currency(text: str, amount: str, currency: str) -> None:
    money = parse_money(text, currency="CHF", decimal_comma=True)
    assert money == Money(Decimal(amount), currency)


def test_decimal_sign_of_a_language() -> None:
    assert [uses_decimal_comma(code) for code in ("cs", "hu", "pl", "sk", "de-AT")] == [True] * 5
    assert not uses_decimal_comma("en")
    assert not uses_decimal_comma("en-GB")
