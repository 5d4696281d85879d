"""Addresses stand in the order of their country, and come back out of what was written."""

import time

import pytest

from jantar.kit.address import Address, parse_address

NAMES = {
    "CZ": "Česko", "SK": "Slovensko", "HU": "Magyarország", "PL": "Polska", "DE": "Deutschland", "HR": "Hrvatska",
    "GB": "United Kingdom", "US": "United States", "AU": "Australia", "IT": "Italia",
}  # fmt: skip
CODES = {name: code for code, name in NAMES.items()} | {code: code for code in NAMES}
ON_LETTERS = [
    (Address("Stavbařů 12", "Brno", "602 00", country="CZ"), ["Stavbařů 12", "602 00 Brno", "Česko"]),
    (Address("Hlavná 5", "Košice", "040 01", country="SK"), ["Hlavná 5", "040 01 Košice", "Slovensko"]),
    (Address("Kossuth tér 1", "Győr", "9021", country="HU"), ["Győr", "Kossuth tér 1", "9021", "Magyarország"]),
    (Address("ul. Żółta 5/7", "Łódź", "90-001", country="PL"), ["ul. Żółta 5/7", "90-001 Łódź", "Polska"]),
    (Address("Hauptstr. 3", "Berlin", "10115", country="DE"), ["Hauptstr. 3", "10115 Berlin", "Deutschland"]),
    (Address("10 Downing Street", "London", "SW1A 2AA", country="GB"),
     ["10 Downing Street", "London", "SW1A 2AA", "United Kingdom"]),
    (Address("1 Main St", "Springfield", "62704", "IL", "US"), ["1 Main St", "Springfield, IL 62704", "United States"]),
    (Address("1 Kent St", "Sydney", "2000", "NSW", "AU"), ["1 Kent St", "Sydney NSW 2000", "Australia"]),
    (Address("Via Roma 1", "Milano", "20121", "MI", "IT"), ["Via Roma 1", "20121 Milano MI", "Italia"]),
    (Address("Ilica 1", "Zagreb", "10000", country="HR"), ["Ilica 1", "HR-10000 Zagreb", "Hrvatska"]),
    (Address("Dlouhá 3", "Brno", "602 00"), ["Dlouhá 3", "602 00 Brno"]),
    (Address("Kossuth tér 1, 2. em. 3", "Érd", "2030", "Pest", "HU"),
     ["Érd", "Kossuth tér 1, 2. em. 3", "2030", "Pest", "Magyarország"]),
    (Address("ul. Żółta 5", "Łódź", "90-001", "łódzkie", "PL"), ["ul. Żółta 5", "90-001 Łódź", "łódzkie", "Polska"]),
    (Address(city="Springfield", postal_code="62704", country="US"), ["Springfield 62704", "United States"]),
    (Address("Dlouhá 3", "Brno"), ["Dlouhá 3", "Brno"]),
    (Address(city="Pécs", country="HU"), ["Pécs", "Magyarország"]),
    (Address("Dlouhá 3"), ["Dlouhá 3"]),
    (Address(country="PL"), ["Polska"]),
    (Address(), []),
]  # fmt: skip


def parsed(text: str) -> Address:
    return parse_address(text, lambda piece: CODES.get(piece, ""))


@pytest.mark.parametrize(("address", "lines"), ON_LETTERS)
def test_lines_are_those_of_the_country_and_are_read_again(address: Address, lines: list[str]) -> None:
    assert address.lines(NAMES.get(address.country, "")) == lines
    if address.postal_code != "62704" or address.region:  # nobody can tell what is missing there
        assert parsed("\n".join(lines)) == address
        assert parsed(", ".join(lines)) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1055 Budapest, Kossuth Lajos tér 1-3.", Address("Kossuth Lajos tér 1-3.", "Budapest", "1055")),
        ("1055 Budapest, Kossuth tér 1., 2. em., HU", Address("Kossuth tér 1., 2. em.", "Budapest", "1055", "", "HU")),
        ("Stavbařů 12\r\nCZ-602 00 Brno\r\n", Address("Stavbařů 12", "Brno", "602 00")),
        ("  Hlavná   5 ; 040 01 Košice ; SK ", Address("Hlavná 5", "Košice", "040 01", "", "SK")),
        ("Brno", Address(city="Brno")),
        ("", Address()),
        (" , \n", Address()),
    ],
)
def test_what_people_write_is_taken_apart(text: str, address: Address) -> None:
    assert parsed(text) == address


@pytest.mark.parametrize("text", ["a" + " " * 200_000 + "b", "1 " * 100_000, "a," * 50_000, "A" * 200_000 + " 1234"])
@pytest.mark.parametrize("country", ["", ", HU", ", GB", ", AU"])
def test_long_texts_are_read_in_a_moment(text: str, country: str) -> None:
    start = time.process_time()
    assert parsed(text + country)
    assert time.process_time() - start < 5


def test_an_address_is_true_when_any_part_is_known() -> None:
    assert not Address()
    assert Address(country="CZ")
    assert Address(street="Dlouhá 3").parts == {
        "street": "Dlouhá 3", "city": "", "postal_code": "", "region": "", "country": "",
    }  # fmt: skip
