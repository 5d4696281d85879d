"""Formatted text in a browser: written with keys and buttons, pasted from elsewhere, kept as a draft, read again."""

import re

import pytest
from playwright.sync_api import expect

from jantar.engine.fields.services import create_custom_field
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import accessibility_faults
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.kit.rich_text import formatted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C130")]

PASTED = """<html><head><style>p{color:red}</style></head><body><!--StartFragment-->
<p class="MsoNormal" style="margin:0">
<b style="font-weight:normal">Dear <span style="font-weight:700">all</span></b></p>
<p onclick="alert(1)">see <a href="javascript:alert(1)">this</a> <img src="x" onerror="alert(1)">
<a href="https://jantar.example/">that</a></p><script>alert(1)</script><!--EndFragment--></body></html>"""
PASTE = """(target, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""

UNTIL_KEPT = """(text) => new Promise((done) => {
  const look = () => Object.values(localStorage).some((value) => value.includes(text)) ? done() : setTimeout(look, 20);
  look();
})"""


@pytest.fixture
def ada(transactional_db):
    ada = make_user("Ada", admin=True)
    create_custom_field(
        record_type="books", label="Story", kind="rich_text", help="What happens.", actor=actor_for(ada)
    )
    return ada


def make_book(ada, html=""):
    field = books.fields(actor_for(ada))["x_story"]
    return write.create(books, {"title": "Quo vadis", "x_story": field.load(html or None)}, actor=actor_for(ada))


def editor_at(page, address):
    page.goto(address)
    if address.endswith("/new/"):
        page.locator("summary").last.click()
    editor = page.get_by_role("textbox", name="Story", exact=True)
    expect(editor).to_have_attribute("contenteditable", "true")
    return editor


def html_of(pk):
    return (Book.objects.get(pk=pk).custom.get("x_story") or {}).get("html")


def test_text_is_formatted_with_keys_and_buttons_and_read_again(ada, open_page):
    page = open_page(ada)
    editor = editor_at(page, "/books/new/")
    page.get_by_label("Title").fill("Quo vadis")
    page.locator("label", has_text="Story").click()
    expect(editor).to_be_focused()
    page.keyboard.type("In ")
    page.keyboard.press("Control+b")
    page.keyboard.type("Rome")
    page.keyboard.press("Control+b")
    expect(page.get_by_role("button", name="Bold")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bulleted list").click()
    page.keyboard.type("Lygia")
    page.keyboard.press("Enter")
    page.keyboard.type("Vinicius")
    page.keyboard.press("Control+Enter")
    shown = page.locator("#fact-x_story .rich-text")
    expect(shown.locator("strong")).to_have_text("Rome")
    expect(shown.locator("li")).to_have_text(["Lygia", "Vinicius"])
    stored = Book.objects.get().custom["x_story"]
    assert stored["html"] == "<p>In <strong>Rome</strong></p><ul><li><p>Lygia</p></li><li><p>Vinicius</p></li></ul>"
    assert stored["text"] == "In Rome\n• Lygia\n• Vinicius"


def test_a_link_is_made_with_its_key_and_tab_leaves_the_editor(ada, open_page):
    book = make_book(ada, "<p>Rome</p>")
    page = open_page(ada)
    editor = editor_at(page, f"/books/{book.pk}/edit/")
    editor.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    address = page.get_by_role("textbox", name="Address of the link")
    expect(address).to_be_focused()
    expect(editor.locator(".rich-text-linked")).to_have_text("Rome")
    expect(page.get_by_role("dialog")).to_have_count(0)
    address.fill("javascript:alert(1)")
    address.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Enter an address of the web")).to_be_visible()
    address.fill("rome.example")
    address.press("Enter")
    expect(editor.locator("a")).to_have_attribute("href", "https://rome.example")
    expect(editor).to_be_focused()
    expect(editor.locator(".rich-text-linked")).to_have_count(0)
    page.keyboard.press("Alt+F10")
    expect(page.get_by_role("button", name="Heading", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Subheading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(editor).to_be_focused()
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    page.get_by_role("button", name="Save changes").click()
    link = page.locator("#fact-x_story a")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert html_of(book.pk) == '<p><a href="https://rome.example" rel="noopener noreferrer">Rome</a></p>'


def test_what_is_pasted_keeps_its_meaning_and_nothing_that_runs(ada, open_page):
    book = make_book(ada)
    page = open_page(ada)
    editor = editor_at(page, f"/books/{book.pk}/edit/")
    editor.focus()
    editor.evaluate(PASTE, PASTED)
    expect(editor.locator("strong")).to_have_text("all")
    assert "style" not in editor.inner_html()
    page.keyboard.press("Control+Enter")
    page.locator("#fact-x_story").wait_for()
    assert html_of(book.pk) == (
        "<p>Dear <strong>all</strong></p>"
        '<p>see this <a href="https://jantar.example/" rel="noopener noreferrer">that</a></p>'
    )


@pytest.mark.parametrize(
    "pasted",
    [
        "<h1>A</h1><h2>B</h2><h3>C</h3><h4>D</h4><h5>E</h5><h6>F</h6><p>G</p>",
        "<section>A</section><section>B</section><dl><dt>C</dt><dd>D</dd></dl><kbd>E</kbd>",
        "<table><tr><td>A1</td><td>B1</td></tr><tr><td>A2</td><td>B2</td></tr></table>",
        "<p>A</p><table><thead><tr><th><p class=x>B </p></th>\n<th><p><b>C</b></p></th></tr></thead></table><p>D</p>",
        "<table><tr><td>A</td><td><br></td><td>&nbsp;</td><td><b>D</b></td><td></td></tr></table>",
        "<table><tr><td> </td><td><div>B<br>b</div><p>C</p></td><td>D</td></tr></table>",
        "<table><tr><td>A</td><td><ul><li>B</li></ul></td><td>C</td></tr></table>",
        "<table><tr><td>A</td><td><table><tr><td>x</td><td>y</td></tr></table></td></tr></table>",
    ],
)
def test_the_editor_makes_of_what_is_pasted_what_the_server_makes_of_it(ada, open_page, pasted):
    page = open_page(ada)
    editor = editor_at(page, "/books/new/")
    editor.focus()
    editor.evaluate(PASTE, f"<html><body><!--StartFragment-->{pasted}<!--EndFragment--></body></html>")
    expect(editor).to_contain_text(re.compile(r"\w"))
    assert formatted(page.locator("textarea[name=x_story]").input_value()) == formatted(pasted)


def test_a_draft_comes_back_into_the_editor(ada, open_page):
    page = open_page(ada)
    editor = editor_at(page, "/books/new/")
    editor.focus()
    page.keyboard.press("Control+i")
    page.keyboard.type("Unsaved")
    expect(page.locator("form[data-typed]")).to_have_count(1)
    page.evaluate(UNTIL_KEPT, "Unsaved")
    page.reload()
    expect(page.locator("[data-rich-text-place] em")).to_have_text("Unsaved")


def test_it_is_edited_where_it_stands(ada, open_page):
    book = make_book(ada, "<p>Rome</p>")
    page = open_page(ada, f"/books/{book.pk}/")
    page.locator("#fact-x_story .rich-text").click()
    expect(page.locator("#fact-x_story.is-editing [data-rich-text-place] [role=textbox]")).to_be_focused()
    page.keyboard.type(" burns")
    page.keyboard.press("Enter")
    page.keyboard.type("down")
    page.get_by_role("button", name="Quotation").click()
    page.locator("h1").first.click()
    expect(page.locator("#fact-x_story .rich-text-shown blockquote")).to_have_text("down")
    assert html_of(book.pk) == "<p>Rome burns</p><blockquote><p>down</p></blockquote>"


def test_a_long_text_is_folded_until_it_is_asked_for(ada, open_page):
    book = make_book(ada, "".join(f"<p>Line {number}</p>" for number in range(60)))
    page = open_page(ada, f"/books/{book.pk}/")
    shown = page.locator("#fact-x_story")
    more = shown.get_by_role("button", name="Show more")
    expect(more).to_have_attribute("aria-expanded", "false")
    assert shown.bounding_box()["height"] < 400
    more.click()
    expect(shown.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")
    assert shown.bounding_box()["height"] > 900
    page.goto("/books/?view=all&columns=title,x_story")
    cell = page.locator("td.cell-rich_text")
    expect(cell).to_have_text(re.compile("^Line 0 Line 1 "))
    assert cell.bounding_box()["height"] < 60


def test_texts_to_choose_from_keep_their_lines_and_a_high_one_is_folded(ada, open_page):
    long = make_book(ada, "<ul>" + "".join(f"<li>Line {number}</li>" for number in range(60)) + "</ul>")
    short = make_book(ada, "<p>First</p><p>Second</p>")
    write.update(books, short.pk, {"summary": "One\nTwo"}, actor=actor_for(ada))
    write.update(books, long.pk, {"summary": "Three\nFour"}, actor=actor_for(ada))
    page = open_page(ada, f"/books/merge/?with={long.pk}&with={short.pk}")
    story = page.get_by_role("group", name="Story")
    assert story.get_by_text("First").inner_text() == "First\nSecond"
    assert page.get_by_text("Three").inner_text() == "Three\nFour"
    more = story.get_by_role("button", name="Show more")
    expect(more).to_have_count(1)
    assert story.bounding_box()["height"] < 320
    more.click()
    expect(story.get_by_role("button", name="Show less")).to_be_visible()
    assert story.bounding_box()["height"] > 900
    assert "• Line 59" in story.inner_text().split("\n")
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_editor_is_accessible_and_fits(ada, open_page, width):
    book = make_book(ada, "<h3>Rome</h3><p>Text</p>")
    page = open_page(ada, viewport={"width": width, "height": 844}, color_scheme="dark")
    editor = editor_at(page, f"/books/{book.pk}/edit/")
    assert editor.get_attribute("aria-describedby") == "f-x_story-help"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []
