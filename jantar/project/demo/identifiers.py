"""Identifiers that pass their checksums, drawn at random."""

from random import Random

import phonenumbers
from stdnum import iban
from stdnum.cz import dic
from stdnum.hu import anum
from stdnum.pl import nip, regon

from jantar.project.demo.countries import Country

_BANKS = {
    "CZ": ("0100", "0300", "0600", "0800", "2010", "5500"),
    "SK": ("0200", "0900", "1100", "7500"),
    "HU": ("10300002", "11600006", "11700009", "12001008"),
    "PL": ("10201026", "11401010", "10501012", "12401037"),
}


def registered_numbers(country: Country, random: Random, *, registered: bool) -> tuple[str, str, str]:
    """Return registration, tax and VAT number of a company of the country.

    Czechia: IČO, DIČ twice. Slovakia: IČO, DIČ, IČ DPH. Hungary: cégjegyzékszám, adószám, EU VAT
    number. Poland: KRS, or REGON for firms outside the register, then NIP twice.
    """
    match country.code:
        case "CZ":
            number = czech_ico(random)
            return number, f"CZ{number}", f"CZ{number}"
        case "SK":
            tax = slovak_dic(random)
            return czech_ico(random), tax, f"SK{tax}"
        case "HU":
            base, county = hungarian_base(random), random.randint(1, 20)
            register = f"{county:02}-{random.choice(('06', '09', '10'))}-{random.randint(1, 999_999):06}"
            return register, f"{base}-2-{county + 1 if county > 1 else random.choice((41, 42, 43)):02}", f"HU{base}"
        case _:
            number = polish_nip(random)
            entry = f"{random.randint(100_000, 999_999):010}" if registered else polish_regon(random)
            return entry, number, f"PL{number}"


def czech_ico(random: Random) -> str:
    """Eight digits with the check digit Czechia and Slovakia share."""
    base = f"{random.randint(1_000_000, 8_999_999)}"
    return base + str(dic.calc_check_digit_legal(base))


def slovak_dic(random: Random) -> str:
    """Ten digits divisible by eleven, beginning with 202."""
    number = random.randint(2_020_000_000, 2_029_999_988)
    return str(number + -number % 11)


def hungarian_base(random: Random) -> str:
    """The first eight digits of the adószám."""
    base = f"{random.randint(1_000_000, 2_999_999)}"
    return base + str(-anum.checksum(base) % 10)


def polish_nip(random: Random) -> str:
    while True:
        base = f"{random.randint(100, 998)}{random.randint(100_000, 999_999)}"
        check = nip.checksum(base + "0")
        if check < 10:
            return f"{base}{check}"


def polish_regon(random: Random) -> str:
    base = f"{random.randint(1, 97):02}{random.randint(100_000, 999_999)}"
    return base + str(regon.calc_check_digit(base))


def account(country: Country, random: Random) -> str:
    """An IBAN whose national part has valid check digits too."""
    bank = random.choice(_BANKS[country.code])
    match country.code:
        case "CZ" | "SK":
            national = f"{bank}{'0' * 6}{_weighted_account(random)}"
        case "HU":
            body = f"{random.randint(0, 10**15 - 1):015}"
            national = f"{bank}{body}{-_hungarian_sum(body) % 10}"
        case _:
            national = f"{bank}{random.randint(0, 10**16 - 1):016}"
    return country.code + iban.calc_check_digits(f"{country.code}00{national}") + national


def mobile(country: Country, random: Random) -> str:
    """A mobile number that exists as a number, written internationally."""
    while True:
        prefix = random.choice(country.mobile_prefixes)
        digits = random.randint(0, 10**country.mobile_digits - 1)
        number = phonenumbers.parse(f"+{country.calling_code}{prefix}{digits:0{country.mobile_digits}}")
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _weighted_account(random: Random) -> str:
    """Ten digits whose weighted sum is divisible by eleven, as Czech and Slovak banks number."""
    while True:
        digits = f"{random.randint(10**8, 10**9 - 1)}"
        total = sum(int(digit) * weight for digit, weight in zip(digits, (6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
        if -total % 11 < 10:
            return digits + str(-total % 11)


def _hungarian_sum(digits: str) -> int:
    return sum(int(digit) * (9, 7, 3, 1)[index % 4] for index, digit in enumerate(digits))
