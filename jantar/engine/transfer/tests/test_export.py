"""Exports: the rows of the list in its order, safe for spreadsheets, to be read again by the import."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import BadQuery, NotAllowed
from jantar.engine.records.listing import Query
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.transfer.exporting import Export, export_chunks
from jantar.engine.transfer.sheets import open_sheet
from jantar.engine.transfer.tests.runs import counts, imported
from jantar.kit.money import Money

pytestmark = pytest.mark.django_db

books = registry.get("books")
ALL_KINDS = {
    "title": 'Babička; "druhé" vydání',
    "summary": "první řádek\ndruhý",
    "pages": 120,
    "weight": Decimal("0.450"),
    "discount": Decimal("12.50"),
    "price": Money(Decimal("1250.50"), "CZK"),
    "lent": True,
    "genre": "novel",
    "labels": ["a", "b"],
    "formats": ["paper", "audio"],
    "published_on": date(1855, 1, 3),
    "lent_at": datetime(2025, 7, 1, 7, 30, tzinfo=UTC),
    "reading_time": 150,
    "author_email": "b@n.example",
    "phone": "+420 601 111 111",
    "website": "https://n.example",
    "country": "CZ",
}


def exported(actor: Actor, **options) -> list[list[str]]:
    query = {name: options.pop(name) for name in ("filter", "search", "sort", "columns") if name in options}
    export = Export(Query(books, actor, **{"sort": "title", "columns": ("title",), **query}), **options)
    text = b"".join(export_chunks(export)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=export.delimiter))


def make(actor: Actor, *titles: str) -> None:
    for title in titles:
        write.create(books, {"title": title}, actor=actor)


def test_every_kind_is_written_in_the_words_of_the_reader(admin):
    shelf = write.create(registry.get("shelves"), {"name": "Klasika"}, actor=admin)
    write.create(books, {**ALL_KINDS, "shelf": shelf}, actor=admin)
    user = make_user("Jana", admin=True)
    user.language, user.time_zone = "cs", "Europe/Prague"
    actor = actor_for(user)
    head, row = exported(actor, columns=("title", "shelf", *ALL_KINDS))
    found = dict(zip(head, row, strict=True))
    assert found["Title"] == 'Babička; "druhé" vydání'
    assert found["Summary"] == "první řádek\ndruhý"
    assert (found["Weight"], found["Discount"], found["Pages"]) == ("0,450", "12,50", "120")
    assert (found["Price"], found["Genre"], found["Formats"]) == ("1250,50", "Novel", "Paper, Audio")
    assert (found["Published"], found["Lent at"]) == ("3. 1. 1855", "1. 7. 2025 09:30:00")
    assert (found["Shelf"], found["Phone"], found["Reading time"]) == ("Klasika", "+420 601 111 111", "150")


def test_the_label_of_a_field_is_no_formula_either(admin):
    CustomField.objects.create(record_type="books", key="x_sum", label="=1+1", kind="text")
    make(admin, "Babička")
    assert exported(actor_for(make_user("Jana", admin=True)), columns=("x_sum", "title"))[0] == ["'=1+1", "Title"]


def test_the_names_of_fields_make_a_file_that_is_imported_without_a_change(admin):
    CustomField.objects.create(record_type="books", key="x_isbn", label="ISBN", kind="text")
    CustomField.objects.create(record_type="books", key="x_day", label="Day", kind="date")
    CustomField.objects.create(record_type="books", key="x_size", label="Size", kind="number")
    CustomField.objects.create(
        record_type="books", key="x_kinds", label="Kinds", kind="multi_choice", choices=["a", "b"]
    )
    admin = actor_for(make_user("Boss", admin=True))
    shelf = write.create(registry.get("shelves"), {"name": "Klasika"}, actor=admin)
    custom = {"x_isbn": "=1+1", "x_day": date(2020, 2, 29), "x_size": Decimal("1.50"), "x_kinds": ["b", "a"]}
    write.create(books, {**ALL_KINDS, **custom, "shelf": shelf}, actor=admin)
    make(admin, "Máj", "-dash", "'quoted")
    columns = tuple(name for name, field in books.fields(admin).items() if not field.read_only)
    rows = exported(admin, columns=columns, for_people=False)
    assert rows[0][:4] == [*columns[:3], columns[3]]
    text = b"".join(export_chunks(Export(Query(books, admin, columns=columns), for_people=False)))
    assert counts(imported(text, "books", admin)) == {"unchanged": 4}


def test_cells_a_spreadsheet_would_calculate_are_guarded(admin):
    make(admin, "=1+1", "+1", "-1", "@sum", "fine")
    assert sorted(row[0] for row in exported(admin)[1:]) == ["'+1", "'-1", "'=1+1", "'@sum", "fine"]


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("+420 601 234 567", "+420 601 234 567"),
        ("+36 1 234 5678", "+36 1 234 5678"),
        ("+420601234567", "'+420601234567"),
        ("+1 1+1", "'+1 1+1"),
        ("+1 A1", "'+1 A1"),
        ("+1 2 ", "'+1 2 "),
        ("+1 2\n=1+1", "'+1 2\n=1+1"),
        ("=1+1", "'=1+1"),
        ("-1 2", "'-1 2"),
        ("601 234 567", "601 234 567"),
    ],
)
def test_phones_as_people_write_them_have_no_apostrophe_and_nothing_else_gets_past_the_guard(admin, stored, written):
    make(admin, "Kosmos")
    Book.objects.update(phone=stored)
    assert exported(admin, columns=("title", "phone"))[1:] == [["Kosmos", written]]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_search_that_finds_nothing_gives_a_file_with_headers_only(admin, file_format):
    make(admin, "Kosmos")
    query = Query(books, admin, search="nowhere", columns=("title",))
    content = b"".join(export_chunks(Export(query, file_format)))
    sheet = open_sheet(io.BytesIO(content))
    assert ([column.header for column in sheet.columns], list(sheet.rows())) == (["Title"], [])


def test_rows_come_in_the_order_of_the_list(admin):
    for number in range(10):
        write.create(books, {"title": f"B{number % 4}", "pages": None if number % 3 == 0 else number}, actor=admin)
    expected = [
        [str(pk), title]
        for pk, title in Book.objects.order_by("pages", "-pk").values_list("pk", "title")
    ]  # fmt: skip
    assert exported(admin, columns=("id", "title"), sort="pages,-created_at")[1:] == expected
    assert len(exported(admin, sort="-title")) == 11


def test_filter_and_rights_hold(admin):
    make(admin, "Foreign")
    user = make_user("Seller")
    grant(user, {Action.SEE: Scope.OWN, Action.CREATE: Scope.OWN, Action.EXPORT: Scope.ALL})
    seller = actor_for(user)
    make(seller, "Mine", "Other")
    assert exported(seller) == [["Title"], ["Mine"], ["Other"]]
    assert exported(seller, filter={"field": "title", "op": "is", "value": "mine"}) == [["Title"], ["Mine"]]
    reader = make_user("Reader")
    grant(reader, {Action.SEE: Scope.ALL})
    with pytest.raises(NotAllowed):
        exported(actor_for(reader))
    with pytest.raises(BadQuery):
        exported(admin, filter={"field": "nothing", "op": "is", "value": 1})
    with pytest.raises(BadQuery):
        exported(admin, format="pdf")


def test_names_of_records_the_actor_may_not_see_are_left_out(admin):
    user = make_user("Seller", scope=Scope.OWN)
    seller = actor_for(user)
    hidden = write.create(registry.get("shelves"), {"name": "Hidden"}, actor=admin)
    own = write.create(registry.get("shelves"), {"name": "Own"}, actor=seller)
    write.create(books, {"title": "A", "shelf": hidden, "owner": user}, actor=admin)
    write.create(books, {"title": "B", "shelf": own}, actor=seller)
    assert exported(seller, columns=("title", "shelf")) == [["Title", "Shelf"], ["A", ""], ["B", "Own"]]
    assert exported(admin, columns=("title", "shelf"))[1:] == [["A", "Hidden"], ["B", "Own"]]


def test_a_workbook_has_numbers_and_dates(admin):
    write.create(books, ALL_KINDS, actor=admin)
    columns = ("title", "pages", "price", "published_on", "lent", "labels")
    data = b"".join(export_chunks(Export(Query(books, admin, columns=columns), format="xlsx")))
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert head == ["Title", "Pages", "Price", "Price: currency", "Published", "Lent", "Labels"]
    assert row[:4] == [ALL_KINDS["title"], 120.0, 1250.5, "CZK"]
    assert row[5:] == [True, "a, b"]
    assert str(row[4]) == "1855-01-03"


def test_the_address_of_the_list_gives_the_file(client, admin):
    user = make_user("Eva", admin=True)
    client.force_login(user)
    make(admin, "A", "B")
    tree = json.dumps({"field": "title", "op": "is", "value": "B"})
    answer = client.get(
        "/books/export/", {"format": "csv", "filter": tree, "columns": "title,pages", "names": "fields"}
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="books.csv"'
    assert b"".join(answer.streaming_content).decode("utf-8-sig") == "title,pages\r\nB,\n"
    assert client.get("/books/export/", {"filter": "nonsense"}).status_code == 400
    assert client.get("/books/export/", {"sort": "nothing"}).status_code == 400


def test_it_works_while_statements_are_watched(admin, settings):
    settings.DEBUG = True
    make(admin, "100 % sure")
    assert exported(admin) == [["Title"], ["100 % sure"]]
