"""A list on paper: every column on the sheet and in its place, heads on each page, and a word about missing rows."""

import pypdfium2
import pytest
from playwright.sync_api import expect

from jantar.engine.fields.models import CustomField
from jantar.engine.pages.lists import page as list_page
from jantar.engine.pages.lists import whole
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.browser import NARROW
from jantar.engine.testing.fake.records import books

pytestmark = [pytest.mark.capability("C108"), pytest.mark.django_db(transaction=True)]

#: What browsers leave around the print on A4 by themselves.
MARGIN = dict.fromkeys(("top", "right", "bottom", "left"), "1cm")


def printed(page):
    """The sheets that leave the printer."""
    document = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True, margin=MARGIN))
    return [document[number] for number in range(len(document))]


def words_on(sheet):
    """All letters; spaces are left out, as a print knows places and no spaces."""
    return "".join(sheet.get_textpage().get_text_range().split())


def place_of(sheet, words):
    """Left and right edge of the first place where the words stand, in points; fails where they are not whole."""
    text = sheet.get_textpage()
    letters = [(text.get_text_range(at, 1), at) for at in range(text.count_chars())]
    letters = [(letter, at) for letter, at in letters if letter.strip()]
    start = "".join(letter for letter, _at in letters).find(words.replace(" ", ""))
    assert start >= 0, f"{words} is not on the sheet"
    boxes = [text.get_charbox(at) for _letter, at in letters[start : start + len(words.replace(" ", ""))]]
    return min(box[0] for box in boxes), max(box[2] for box in boxes)


def test_names_stand_under_their_head_and_beside_the_next_column(librarian, open_page):
    page = open_page(librarian, "/books/?sort=title&columns=genre,price", color_scheme="dark")
    expect(page.locator(".page-title .count")).to_have_text("12")
    [sheet] = printed(page)
    assert sheet.get_width() < sheet.get_height()
    assert place_of(sheet, "Book 00")[0] == pytest.approx(place_of(sheet, "Title")[0], abs=1)
    assert place_of(sheet, "Book 00")[1] < place_of(sheet, "Novel")[0]
    assert place_of(sheet, "Novel")[0] == pytest.approx(place_of(sheet, "Genre")[0], abs=1)
    assert place_of(sheet, "EUR 11.00")[1] <= sheet.get_width()
    assert "Rowsprinted" not in words_on(sheet)


def test_what_is_open_on_a_phone_is_printed_as_a_table(librarian, open_page):
    [sheet] = printed(open_page(librarian, "/books/?sort=title&columns=genre", viewport=NARROW))
    assert place_of(sheet, "Novel")[0] == pytest.approx(place_of(sheet, "Genre")[0], abs=1)


def test_many_columns_fit_on_the_long_side_and_heads_come_on_each_sheet(librarian, open_page):
    names = [f"x_note_{number}" for number in range(8)]
    for name in names:
        CustomField.objects.create(record_type="books", key=name, label=f"Remark {name[-1]}", kind="text")
    for number in range(38):
        texts = {name: f"Rather long remark {name[-1]}" for name in names}
        write.create(books, {"title": f"Další kniha s dlouhým jménem {number:02}", **texts}, actor=actor_for(librarian))
    sheets = printed(open_page(librarian, f"/books/?sort=title&columns=genre,{','.join(names)},price"))
    assert len(sheets) > 1
    for sheet in sheets:
        assert sheet.get_width() > sheet.get_height()
        assert place_of(sheet, "Price")[1] <= sheet.get_width() - 20
        assert "TitleGenreRemark0" in words_on(sheet)
    assert place_of(sheets[0], "EUR 11.00")[1] <= sheets[0].get_width() - 20


def test_the_paper_says_how_many_rows_of_how_many(librarian, open_page, monkeypatch):
    monkeypatch.setattr(list_page, "ROWS", 5)
    page = open_page(librarian, "/books/?sort=title&columns=genre")
    expect(page.locator(".page-title .count")).to_have_text("12")
    assert "Rowsprinted:5of12" in words_on(printed(page)[0])


def test_the_keys_to_print_print_all_rows_or_say_that_some_are_missing(librarian, open_page, monkeypatch):
    monkeypatch.setattr(list_page, "ROWS", 5)
    page = open_page(librarian, "/books/?sort=title&columns=genre")
    expect(page.locator(".page-title .count")).to_have_text("12")
    page.evaluate("window.print = () => { window.printed = document.querySelectorAll('tbody tr').length }")
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.printed === 12")
    [sheet] = printed(page)
    assert "Book11" in words_on(sheet)
    assert "Rowsprinted" not in words_on(sheet)
    expect(page.locator("tbody tr")).to_have_count(5)

    monkeypatch.setattr(whole, "MOST_ROWS", 7)
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.printed === 5")
    expect(page.get_by_text("This list has more than 7 rows.")).to_be_visible()


def test_who_may_not_export_prints_what_is_shown(librarian, open_page, monkeypatch):
    monkeypatch.setattr(list_page, "ROWS", 5)
    reader = make_user("Reader")
    grant(reader, {"see": Scope.ALL})
    page = open_page(reader, "/books/?sort=title")
    expect(page.locator(".page-title .count")).to_have_text("12")
    page.evaluate("window.print = () => { window.printed = document.querySelectorAll('tbody tr').length }")
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.printed === 5")
    assert "Rowsprinted:5of12" in words_on(printed(page)[0])
