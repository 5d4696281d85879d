"""Money as amount and currency, and reading amounts the way people write them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from jantar.kit.errors import InputError, gettext_noop

# ISO 4217, codes in use (no funds, metals or test codes).
CURRENCIES: Final = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG".split()
)

_NO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())

_SIGNS: Final = {
    "kč": "CZK", "kc": "CZK", "zł": "PLN", "zl": "PLN", "ft": "HUF", "€": "EUR", "$": "USD",
    "us$": "USD", "£": "GBP", "fr.": "CHF", "sfr.": "CHF", "¥": "JPY",
}  # fmt: skip

_POINT_LANGUAGES = frozenset({"en", "he", "hi", "ja", "ko", "th", "zh"})
_MAX_LENGTH = 60
_MAX_EXPONENT = 20


class CurrencyMismatchError(ValueError):
    """Two amounts in different currencies were added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency.

    `amount` is kept as given (a unit price may have four decimals); `rounded()` brings it to
    the decimals of the currency. Raises InputError for an unknown currency or a number that is
    not finite, TypeError for a float.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise InputError(gettext_noop("An amount must be a number."))
        check_currency(self.currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        return cls(Decimal(0), currency)

    def rounded(self) -> "Money":
        """Return the amount with the decimals of its currency, halves away from zero."""
        exponent = Decimal(1).scaleb(-decimals(self.currency))
        return Money(self.amount.quantize(exponent, ROUND_HALF_UP), self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> "Money":
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} do not mix")
        return other.amount


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of `amounts`, all in `currency`; raises CurrencyMismatchError otherwise."""
    return sum(amounts, start=Money.zero(currency))


def decimals(currency: str) -> int:
    """Return how many decimals amounts in `currency` are stored and rounded to.

    Forint keeps two, as ISO 4217 has it: prices and bank lines use them, cash does not.
    """
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def check_currency(code: str) -> str:
    """Return `code` when it is an ISO 4217 currency in use, else raise InputError."""
    if code not in CURRENCIES:
        raise InputError(gettext_noop("%(code)s is not a currency. Use a code such as EUR."), code=code[:20])
    return code


def uses_decimal_comma(language: str) -> bool:
    """Tell whether people who read `language` ("cs", "en-GB") write 1,5 for one and a half."""
    return language.partition("-")[0].partition("_")[0].lower() not in _POINT_LANGUAGES


def parse_money(text: str, *, currency: str, decimal_comma: bool) -> Money:
    """Read an amount with or without its currency ("1 200,50 Kč", "EUR 12"); else `currency`.

    Raises InputError as parse_decimal does.
    """
    _, sign, _ = _taken_apart(text)
    return Money(parse_decimal(text, decimal_comma=decimal_comma), sign or currency)


def parse_decimal(text: str, *, decimal_comma: bool) -> Decimal:
    """Read a number as people write it: "1 234,50", "1'234.5", "-12", "(12,00)", "10.000,- Kč".

    `decimal_comma` decides only what can be read both ways: "1,234" is a bit more than one with
    it and a thousand without. Raises InputError when the text is no number.
    """
    negative, _, digits = _taken_apart(text)
    if not _NUMBER.fullmatch(digits):
        if _SCIENTIFIC.fullmatch(digits):
            return _scientific(digits, negative, text)
        raise _not_a_number(text)
    whole, fraction = _split(digits, "," if decimal_comma else ".")
    if not _WHOLE.fullmatch(whole) or not _FRACTION.fullmatch(fraction):
        raise _not_a_number(text)
    digits = re.sub(_GROUP_SIGNS, "", whole) or "0"
    number = Decimal(f"{digits}.{fraction}" if fraction else digits)
    return number.copy_negate() if negative and number else number


_GROUP_SIGNS = r"[ '.,]"
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "’": "'"})
_MINUSES = str.maketrans({"−": "-", "–": "-", "—": "-"})
_NUMBER = re.compile(r"[0-9 '.,]*[0-9][0-9 '.,]*")
_WHOLE = re.compile(r"[0-9]*|[0-9]{1,3}(?:([ '.,])[0-9]{3})(?:\1[0-9]{3})*")
_FRACTION = re.compile(r"[0-9]*")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}")
_CURRENCY = r"(?P<{name}>[a-zA-Zčł]{{2,3}}\.?|[a-zA-Z]{{0,2}}[$€£¥]|Fr\.)?"
_AMOUNT = re.compile(
    r"(?P<open>\()?\s*(?P<minus>[-+])?\s*"
    + _CURRENCY.format(name="before")
    + r"\s*(?P<inner>[-+])?\s*(?P<digits>[0-9.,'][0-9 .,']*(?:[eE][+-]?[0-9]+)?)"
    + r"(?P<dash>-{1,2}|=)?\s*"
    + _CURRENCY.format(name="after")
    + r"\s*(?P<close>\))?"
)


def _taken_apart(text: str) -> tuple[bool, str, str]:
    """Return whether the amount is negative, its currency code or "", and its digits."""
    plain = text.translate(_SPACES).translate(_MINUSES).strip()
    match = _AMOUNT.fullmatch(plain)
    if len(plain) > _MAX_LENGTH or not match or bool(match["open"]) != bool(match["close"]):
        raise _not_a_number(text)
    signs = [sign for sign in (match["before"], match["after"]) if sign]
    codes = {_SIGNS.get(sign.lower(), sign.upper().rstrip(".")) for sign in signs}
    if len(codes) > 1 or not codes <= CURRENCIES or (match["minus"] and match["inner"]):
        raise _not_a_number(text)
    digits = match["digits"].strip()
    trailing_minus = match["dash"] == "-" and not match["minus"] and not digits.endswith((",", "."))
    minus = "-" in (match["minus"], match["inner"]) or bool(match["open"])
    return minus or trailing_minus, next(iter(codes), ""), digits


def _split(digits: str, decimal_sign: str) -> tuple[str, str]:
    """Cut into whole part (with its group signs) and decimals."""
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return digits, ""
    sign, whole, fraction = digits[last], digits[:last], digits[last + 1 :]
    other = "." if sign == "," else ","
    groups = sign in whole or (other not in whole and sign != decimal_sign and _looks_like_a_group(whole, fraction))
    if groups:
        return digits, ""
    return whole, fraction


def _looks_like_a_group(whole: str, fraction: str) -> bool:
    return len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")


def _scientific(digits: str, negative: bool, text: str) -> Decimal:
    number = Decimal(digits.replace(",", "."))
    if not -_MAX_EXPONENT <= number.adjusted() <= _MAX_EXPONENT:
        raise _not_a_number(text)
    return -number if negative else number


def _not_a_number(text: str) -> InputError:
    return InputError(gettext_noop("“%(text)s” is not a number."), text=text[:_MAX_LENGTH])
