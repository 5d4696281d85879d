"""A salesperson's day, from signing in to the pipeline in Hungarian, in a real browser on a fresh installation."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from jantar.engine.testing.browser import WIDE, is_breach

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, jantar: str):
    context = chromium.new_context(base_url=jantar, viewport=WIDE, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on(
        "console", lambda message: problems.append(f"{page.url}: {message.text}") if is_breach(message.text) else None
    )
    yield page
    context.close()
    assert not problems, "\n".join(problems)


def sign_in(page: Page, email: str = "anna@demo.example") -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna")


def column(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def pick(page: Page, label: str, words: str, option: str) -> None:
    """Chooses in a combobox with remote search, once it has taken the place of the plain select."""
    page.get_by_role("combobox", name=re.compile(f"^{label}")).and_(page.locator("input")).click()
    page.keyboard.type(words)
    page.get_by_role("option", name=re.compile(option)).first.click()


def find(page: Page, words: str, name: str) -> None:
    """Opens a record from the palette."""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search").fill(words)
    page.get_by_role("option", name=re.compile(name)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name.split(",")[0])


def import_file(page: Page, record_type: str, path: Path) -> None:
    """Uploads a file, checks all its rows, imports it and waits for the result."""
    page.goto(f"/{record_type}/import/")
    page.set_input_files("input[type=file]", path)
    expect(page.get_by_role("heading", level=1)).to_have_text(path.name)
    page.get_by_role("button", name="Check all rows first").click()
    expect(page.get_by_role("heading", name="What the import would do")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name=re.compile(r"^Import \d+ rows?")).click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible(timeout=60_000)


SHARED = Path(os.environ.get("JANTAR_SHARED") or Path(__file__).resolve().parents[2] / "shared")
EXPORTS = SHARED / "specs" / "samples" / "crm-csv"


@pytest.mark.capability("N19", "C2")
def test_files_of_other_programs_come_in_and_an_import_is_taken_out_again(page, samples):
    """Companies, then people of them in Windows-1250 with semicolons and decimal commas."""
    sign_in(page)
    import_file(page, "companies", samples / "companies.csv")
    import_file(page, "people", samples / "people-windows-1250.csv")
    expect(page.get_by_role("main")).to_contain_text("30")
    find(page, "sarka rihova", "Šárka Říhová")
    expect(page.get_by_role("main")).to_contain_text("Kovárna Třinec a.s.")
    import_file(page, "people", samples / "people.xlsx")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile("undone|taken back", re.IGNORECASE)).first).to_be_visible()


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the sample exports of other programs are not beside this checkout")
@pytest.mark.parametrize(
    ("record_type", "name", "words", "found"),
    [
        ("companies", "salesforce-account-export.csv", "rhombus group", "The Rhombus Group"),
        ("people", "salesforce-import-sample_contacts.csv", "patrica lopez", "Patricia Lopez"),
        ("people", "hubspot-contacts-thirdparty.csv", "gaelle perin", "Gaëlle Perrin"),
    ],
)
def test_exports_of_known_programs_come_in_as_they_are(page, record_type, name, words, found):
    sign_in(page)
    import_file(page, record_type, EXPORTS / name)
    find(page, words, found)


@pytest.mark.capability("C15", "C20", whole=True)
def test_a_call_is_logged_and_the_next_task_planned_from_it(page):
    sign_in(page)
    find(page, "veronika kadlcova", "Veronika Kadlcová")
    page.get_by_role("tab", name="Log activity").click()
    page.get_by_role("textbox", name="Subject (required)").fill("Price of the new line")
    page.get_by_role("textbox", name="What was said").fill("Wants a quote for two lines <b>by Friday</b>")
    page.get_by_role("textbox", name="Duration").fill("0:25")
    page.get_by_role("combobox", name="Outcome").select_option(label="Interested")
    page.get_by_role("textbox", name="Title").fill("Send the quote")
    page.get_by_role("textbox", name="Due").fill("30 Nov 2026 10:00")
    page.get_by_role("button", name="Log activity").click()
    timeline = page.get_by_role("tabpanel", name="Timeline")
    expect(timeline.get_by_text("Price of the new line").first).to_be_visible()
    expect(timeline.get_by_text("Send the quote").first).to_be_visible()
    expect(timeline).to_contain_text("<b>by Friday</b>")
    page.goto("/tasks/?search=send+the+quote")
    page.get_by_role("link", name="Send the quote").click()
    expect(page.get_by_role("main")).to_contain_text("Price of the new line")


@pytest.mark.capability("C14", whole=True)
def test_a_misspelt_name_without_accents_finds_the_person_and_the_company(page):
    sign_in(page)
    find(page, "kowalsik", "Kowalski")
    company = page.get_by_role("main").get_by_role("link", name=re.compile(r"Sp\. |S\.A\.|s\.c\."))
    name = company.first.inner_text()
    company.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.capability("C32", "C35", "N16")
def test_a_deal_in_zloty_goes_over_the_board_by_mouse_and_by_keyboard(page):
    sign_in(page)
    for name in ("Linia pakująca A", "Linia pakująca B"):
        page.goto("/deals/new/")
        page.get_by_role("textbox", name="Name (required)").fill(name)
        pick(page, "Customer", "modra sojka", "Modra Sójka")
        page.get_by_role("textbox", name="Amount").fill("12,500.50")
        page.get_by_role("combobox", name="Currency of amount").select_option("PLN")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page.get_by_text("PLN 12,500.50").first).to_be_visible()
    page.set_viewport_size({"width": 1900, "height": 900})  # all columns in view
    page.goto("/deals/board/")
    card = column(page, "Contacted").get_by_role("listitem").filter(has_text="Linia pakująca A")
    target = column(page, "Won").get_by_role("list")
    page.wait_for_load_state("networkidle")
    card.scroll_into_view_if_needed()
    drag(page, card, target)
    expect(column(page, "Won").get_by_role("listitem").filter(has_text="Linia pakująca A")).to_be_visible()
    second = column(page, "Contacted").get_by_role("listitem").filter(has_text="Linia pakująca B")
    second.focus()
    page.keyboard.press("Space")
    for _stage in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(column(page, "Won").get_by_role("listitem").filter(has_text="Linia pakująca B")).to_be_visible()
    for name in ("Linia pakująca A", "Linia pakująca B"):
        find(page, name, name)
        expect(page.get_by_role("main")).to_contain_text("Won")
        expect(page.get_by_role("button", name="Reopen")).to_be_visible()


def drag(page: Page, card, target) -> None:
    """By the mouse, slowly enough for the board to follow: the card is let go when it hangs over the target."""
    text = card.get_by_role("link").inner_text()
    start, end = card.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 40, steps=5)
    page.mouse.move(end["x"] + 60, end["y"] + 30, steps=20)
    for step in range(40):
        if target.filter(has_text=text).count():
            break
        page.mouse.move(end["x"] + 60 + step % 2 * 4, end["y"] + 30 + step % 3 * 4)
        page.wait_for_timeout(100)
    page.mouse.up()


@pytest.mark.capability("C100")
def test_the_value_of_the_pipeline_is_shown_by_stage_and_month(page):
    sign_in(page)
    page.get_by_role("link", name="Pipeline value").first.click()
    table = page.get_by_role("table")
    expect(table.get_by_role("rowheader", name="Negotiation")).to_be_visible()
    expect(table.get_by_role("columnheader")).to_have_count(11)
    figure = table.get_by_role("row").nth(1).get_by_role("link").first
    value = figure.inner_text()
    figure.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deals")
    assert value.startswith("EUR")


@pytest.mark.capability("N20")
def test_the_interface_speaks_hungarian_in_words_dates_and_amounts(page):
    sign_in(page)
    page.goto("/deals/?sort=-amount")
    expect(page.get_by_role("columnheader", name="Amount")).to_be_visible()
    page.goto("/account/")
    page.get_by_role("main").locator("select[name=language]").select_option("hu")
    page.get_by_role("main").get_by_role("button", name="Save").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "hu")
    page.goto("/deals/?sort=-amount")
    expect(page.get_by_role("columnheader", name="Összeg")).to_be_visible()
    main = page.get_by_role("main").inner_text()
    assert re.search(r"\d{4}\. (jan|febr|márc|ápr|máj|jún|júl|aug|szept|okt|nov|dec)\. \d+\.", main)
    assert re.search(r"\d{1,3}(\xa0\d{3})+,\d\d\xa0(Kč|EUR|€)", main)
    for path in ("/", "/deals/board/", "/deals/pipeline/", "/companies/1/"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "hu")
    page.goto("/account/")
    page.get_by_role("main").locator("select[name=language]").select_option("en")
    page.get_by_role("main").locator("form button[type=submit]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
