"""vCard files as sheets: what programs write, what is broken, and what the rows say."""

import codecs
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jantar.engine.testing.fake.models import Book
from jantar.engine.transfer.sheets import Row, open_sheet
from jantar.engine.transfer.tests.runs import counts, imported, refused, taken_out

pytestmark = pytest.mark.capability("N19")


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def rows(content: str | bytes, encoding: str = "") -> Iterator[tuple[dict[str, str], Row]]:
    sheet = open_sheet(content.encode() if isinstance(content, str) else content, encoding=encoding)
    for row in sheet.rows():
        yield {name: cell for name, cell in zip(sheet.headers, row.cells, strict=True) if cell}, row


def first(content: str | bytes) -> dict[str, str]:
    return next(rows(content))[0]


def test_a_card_is_a_row_with_the_columns_of_address_books():
    content = card(
        "N:Nováková;Eva;Marie;Ing.;Ph.D.", "FN:Ing. Eva Nováková", "ORG:Lípa\\, s.r.o.;Nákup", "TITLE:Nákupčí",
        "EMAIL;TYPE=HOME:doma@example.cz", "EMAIL;TYPE=WORK,pref:eva@example.cz", "TEL;TYPE=CELL:+420 601 234 567",
        "TEL;TYPE=WORK,FAX:+420 222 333 444", "ADR;TYPE=HOME:;;Krátká 1;Brno;;602 00;Česko",
        "ADR;TYPE=WORK:;2. patro;Dlouhá 5;Praha;;110 00;CZ", "BDAY:19800322", "CATEGORIES:VIP,veletrh\\, jaro",
        "NOTE:první\\ndruhý", "URL:https\\://lipa.example",
    )  # fmt: skip
    assert first(content) == {
        "Name Prefix": "Ing.", "First Name": "Eva Marie", "Last Name": "Nováková", "Name Suffix": "Ph.D.",
        "Company": "Lípa, s.r.o.", "Department": "Nákup", "Job Title": "Nákupčí",
        "Email": "eva@example.cz ::: doma@example.cz", "Phone": "+420 601 234 567", "Fax": "+420 222 333 444",
        "Website": "https://lipa.example", "Street": "Dlouhá 5, 2. patro", "City": "Praha", "Postal Code": "110 00",
        "Country": "CZ", "Home Street": "Krátká 1", "Home City": "Brno", "Home Postal Code": "602 00",
        "Home Country/Region": "Česko", "Birthday": "1980-03-22", "Tags": "VIP, veletrh, jaro",
        "Note": "první\ndruhý",
    }  # fmt: skip


def test_only_columns_that_a_card_fills_are_offered():
    sheet = open_sheet(card("N:Ek;Jan").encode())
    assert (sheet.headers, sheet.row_count, sheet.delimiter) == (["First Name", "Last Name"], 1, "")


def test_version_4_writes_numbers_and_addresses_as_links():
    content = card(
        "FN:Jan Ek", 'TEL;VALUE=uri;TYPE="work,voice";PREF=2:tel:+420-601-111-222;ext=10',
        "TEL;VALUE=uri;PREF=1:tel:+420-601-333-444", "EMAIL:mailto:jan@example.cz", version="4.0",
    )  # fmt: skip
    assert first(content) == {
        "Full Name": "Jan Ek",
        "Phone": "+420-601-333-444 ::: +420-601-111-222 ext. 10",
        "Email": "jan@example.cz",
    }


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("N:Doe;John", "NOTE:one long", "  line\twith", "\t a tab"), {"Note": "one long line\twith a tab"}),
        (("N:Doe;John", "NOTE;ENCODING=QUOTED-PRINTABLE:P=C5=\r\n=99=C3=\r\n=ADli=C5=A1"), {"Note": "Příliš"}),
        (("N:Doe;John", "NOTE;CHARSET=windows-1250;QUOTED-PRINTABLE:P=F8=EDli=9A"), {"Note": "Příliš"}),
        (("N:Doe;John", "NOTE;CHARSET=no-such;ENCODING=QUOTED-PRINTABLE:P=C5=99"), {"Note": "Př"}),
        (("N:Doe;John", "NOTE;ENCODING=b:UMWZw61sacWh"), {"Note": "Příliš"}),
        (("N:Doe;John", "item1.NOTE;X-A=\"a;b:c\":Příliš"), {"Note": "Příliš"}),
        (("N:Doe;John", "note:small letters"), {"Note": "small letters"}),
    ],
    ids=["folded", "quoted", "charset", "unknown charset", "base64", "quoted parameter", "small"],
)  # fmt: skip
def test_values_are_unfolded_and_decoded(lines: tuple[str, ...], expected: dict[str, str]):
    assert first(card(*lines)) == {"First Name": "John", "Last Name": "Doe", **expected}


@pytest.mark.parametrize(
    "photo",
    ["PHOTO;BASE64:\r\n  /9j/4AAQ\r\n  !!!broken", "PHOTO;ENCODING=b:/9j/4AAQ\r\nSkZJRgABAQE\r\n\r\nnot=folded==",
     "PHOTO;VALUE=uri:http://photos.example/1.jpg", "PHOTO;ENCODING=b:"],
)  # fmt: skip
def test_a_broken_photo_hurts_nothing(photo: str):
    content = card("N:Doe;John", photo, "EMAIL:john@example.com") + card("N:Roe;Jane")
    sheet = open_sheet(content.encode())
    assert [(row.cells, row.notices) for row in sheet.rows()] == [
        (["John", "Doe", "john@example.com"], ()),
        (["Jane", "Roe", ""], ()),
    ]
    assert [str(one) for one in sheet.notices] == ["Cards go in without their photos and other attachments: 1 (1)."]


def test_a_card_that_cannot_be_read_says_why_and_the_others_go_on():
    content = (
        card("N:Good;One") + card("N:Bad;Line", "this is no property", "EMAIL:bad@example.com") + card("KIND:group")
        + card("REV:2020") + card("N:Cut;Off").replace("END:VCARD\r\n", "") + card("N:Good;Two")
        + card("N:Cut;Last").replace("END:VCARD\r\n", "")
    )  # fmt: skip
    found = [(cells.get("First Name", ""), [str(one) for one in row.notices]) for cells, row in rows(content)]
    assert found == [
        ("One", []),
        ("Line", ["Line 8 of the file cannot be read: “this is no property”."]),
        ("", ["This card is a list of contacts, not a contact."]),
        ("", ["This card holds nothing that can be imported."]),
        ("Off", ["This card has no end; the file may be cut off."]),
        ("Two", []),
        ("Last", ["This card has no end; the file may be cut off."]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859-2"])
def test_cards_in_any_encoding_are_read(encoding: str):
    content = card("N:Dvořák;Šimon", "NOTE:Žluťoučký kůň úpěl ďábelské ódy") * 3
    assert [cells["Last Name"] for cells, _row in rows(content.encode(encoding))] == ["Dvořák"] * 3


def test_cards_of_one_file_may_differ_in_encoding_and_what_fits_none_is_refused():
    content = card("N:Dvořák;Jan").encode() + card("N:Dvořák;Petr").encode("cp1250")
    assert [cells["Last Name"] for cells, _row in rows(content, "cp1250")] == ["Dvořák", "Dvořák"]
    assert [bool(row.notices) for _cells, row in rows(content, "utf-8")] == [False, True]


def test_the_card_of_a_company_has_no_person():
    assert first(card("N:;;;;", "FN:Lípa s.r.o.", "ORG:Lípa s.r.o.;")) == {"Company": "Lípa s.r.o."}
    assert first(card("KIND:org", "FN:Lípa s.r.o.", version="4.0")) == {"Company": "Lípa s.r.o."}


def test_a_card_within_a_card_is_not_taken_for_another():
    content = card("N:Doe;John", "AGENT:", "BEGIN:VCARD", "N:Helper;Ann", "END:VCARD", "TITLE:Boss", version="2.1")
    assert [cells for cells, _row in rows(content)] == [{"First Name": "John", "Last Name": "Doe", "Job Title": "Boss"}]


def test_a_line_without_end_does_not_take_the_memory():
    found = list(rows(card("N:Doe;John", "NOTE:" + "x" * 5_000_000) + card("N:Roe;Jane")))
    assert [[str(one)[:30] for one in row.notices] for _cells, row in found] == [["Line 4 of the file is too long"], []]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([
    b"BEGIN:VCARD", b"END:VCARD", b"N:a;b", b"NOTE;QUOTED-PRINTABLE:=C3=", b" folded", b"PHOTO;B:xx", b"", b":", b";;:",
    b'X;A="b:c', b"AGENT:", b"EMAIL:a@b.example", b"\xff\xfe", b"BDAY:--0203", codecs.BOM_UTF8, b"ADR:;;;;;;;;;;",
]), max_size=20), st.sampled_from([b"\n", b"\r\n", b"\r"]))  # fmt: skip
def test_no_order_of_lines_breaks_the_reader(lines: list[bytes], end: bytes):
    content = end.join([b"BEGIN:VCARD", *lines])
    sheet = open_sheet(content)
    found = list(sheet.rows())
    assert len(found) == sheet.row_count
    assert all(len(row.cells) == len(sheet.headers) for row in found)


@pytest.mark.django_db
def test_cards_are_imported_like_rows_and_taken_back(admin):
    content = (card("N:;Babička", "NOTE:classic") + card("N:;Máj", "broken line") + card("N:;Kytice")).encode()
    mapping = {"First Name": "title"}
    run = imported(content, "books", admin, "books.vcf", mapping=mapping)
    assert (counts(run), sorted(Book.objects.values_list("title", flat=True))) == (
        {"created": 2, "errors": 1}, ["Babička", "Kytice"],
    )  # fmt: skip
    assert refused(run) == [(2, "Line 9 of the file cannot be read: “broken line”.")]
    assert counts(imported(content, "books", admin, "books.vcf", mapping=mapping)) == {"unchanged": 2, "errors": 1}
    assert taken_out(run, admin).undone == 2
