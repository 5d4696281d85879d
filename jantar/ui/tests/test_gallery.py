"""The behaviours as a user meets them, by keyboard and mouse, on the pages of the gallery."""

import re

import pytest
from playwright.sync_api import Page, expect


def cards(page: Page, column: str) -> list[str]:
    return page.locator(f'[data-board-target=column][data-key="{column}"] .board-card-title').all_inner_texts()


def status(page: Page):
    return page.locator("[data-board-target=status]")


def test_a_card_is_moved_by_keyboard_alone(page, gallery, violations):
    page.goto(f"{gallery}board/")
    card = page.locator(".board-card", has_text="Obnova vozového parku")
    card.focus()
    page.keyboard.press("Space")
    expect(status(page)).to_contain_text("Obnova vozového parku picked up from New.")
    page.keyboard.press("ArrowRight")
    expect(status(page)).to_have_text("Obnova vozového parku over Qualified, place 2 of 3.")
    page.keyboard.press("ArrowUp")
    expect(status(page)).to_have_text("Obnova vozového parku over Qualified, place 1 of 3.")
    with page.expect_request("**/parts/move/") as sent:
        page.keyboard.press("Enter")
    assert sent.value.post_data == "card=2&column=qualified&before=4&version=1"
    expect(status(page)).to_have_text("Obnova vozového parku moved to Qualified.")
    assert cards(page, "qualified")[0] == "Obnova vozového parku"
    expect(card).to_be_focused()
    expect(card).to_have_attribute("data-version", "2")
    assert violations == []


def test_escape_puts_the_card_back_without_asking_the_server(page, gallery):
    page.goto(f"{gallery}board/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "move" in request.url else None)
    before = cards(page, "new")
    page.locator(".board-card", has_text="Packing line").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    expect(status(page)).to_have_text("Move cancelled. Packing line, second hall is back in New.")
    assert cards(page, "new") == before
    assert asked == []


def test_a_refused_move_goes_back_with_the_servers_words(page, gallery):
    page.goto(f"{gallery}board/")
    before = cards(page, "won")
    page.locator(".board-card", has_text="Tavicí pec č. 3").focus()
    for key in ("Space", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("The books are closed: deals can't be moved there.")
    assert cards(page, "won") == before
    assert cards(page, "closed") == []
    expect(status(page)).to_contain_text("could not be moved and is back in Won")


def test_a_card_is_dragged_to_another_column(page, gallery, violations):
    page.goto(f"{gallery}board/")
    card = page.locator(".board-card", has_text="Service contract 2027")
    target = page.locator('[data-key="qualified"] .board-card').first
    page.wait_for_load_state("networkidle")
    box, there = card.bounding_box(), target.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 20, steps=4)
    over = page.locator('[data-key="qualified"].is-target .board-card', has_text="Service contract")
    for step in range(40):  # a busy machine swallows some of the moves
        page.mouse.move(there["x"] + 40 + step, there["y"] + 10 + step % 5)
        if over.count():
            break
        page.wait_for_timeout(50)
    with page.expect_response("**/parts/move/"):
        page.mouse.up()
    assert "Service contract 2027" in cards(page, "qualified")
    assert violations == []


def test_the_palette_finds_records_and_runs_by_keyboard(page, gallery, violations):
    page.goto(gallery)
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    box.press_sequentially("szől", delay=10)
    page.keyboard.press("Backspace")
    hit = page.locator("#palette").get_by_role("option", name="Szőke Gergő")
    expect(hit).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == hit.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")
    page.goto(gallery)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Recent").get_by_role("option")).to_contain_text(["Żaneta Łukasiewicz"])
    assert violations == []


def test_the_palette_offers_commands_by_unaccented_words_and_escape_closes_it(page, gallery):
    page.goto(gallery)
    page.locator("[data-palette-open]").first.click()
    page.keyboard.type("deal")
    expect(page.locator(".palette-item[aria-selected=true]")).to_contain_text("Deals")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search")).to_have_value("")


def test_a_menu_command_runs_from_the_palette(page, gallery):
    page.goto(gallery)
    page.keyboard.press("Control+k")
    page.keyboard.type("dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_value_is_edited_in_place_and_saved_with_enter(page, gallery, violations):
    page.goto(f"{gallery}record/")
    city = page.locator('.editable[data-inline-edit-url-value*="city"]')
    city.focus()
    page.keyboard.press("F2")
    box = city.locator("input[name=value]")
    expect(box).to_be_focused()
    page.keyboard.type("Łódź")
    page.keyboard.press("Enter")
    expect(city).to_have_text("Łódź")
    expect(city).to_be_focused()
    assert violations == []


def test_escape_leaves_the_value_as_it_was(page, gallery):
    page.goto(f"{gallery}record/")
    city = page.locator('.editable[data-inline-edit-url-value*="city"]')
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    city.dblclick()
    expect(city.locator("input[name=value]")).to_be_focused()
    page.keyboard.type("Kraków")
    page.keyboard.press("Escape")
    expect(city).to_have_text("Gdańsk")
    expect(city).to_be_focused()
    assert "POST" not in asked


def test_leaving_the_field_saves_and_an_error_stays_beside_it(page, gallery):
    page.goto(f"{gallery}record/")
    city = page.locator('.editable[data-inline-edit-url-value*="city"]')
    city.dblclick()
    expect(city.locator("input[name=value]")).to_be_focused()
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    expect(city.locator(".field-errors")).to_have_text("Fill in a value.")
    expect(city.locator("input[name=value]")).to_be_focused()
    page.keyboard.type("Ústí nad Labem")
    page.keyboard.press("Enter")
    expect(city).to_have_text("Ústí nad Labem")


def test_what_was_typed_comes_back_after_the_page_was_lost(page, gallery, violations):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Dvořáková Žofie")
    page.get_by_label("Note").fill("Volat až po\n15. prosinci")
    page.get_by_label("Agrees to newsletters").check()
    page.get_by_label("Language").select_option("hu")
    page.wait_for_timeout(400)
    page.goto(f"{gallery}list/")
    page.goto(f"{gallery}form/")
    expect(page.locator("[data-draft-target=notice]")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Dvořáková Žofie")
    expect(page.get_by_label("Note")).to_have_value("Volat až po\n15. prosinci")
    expect(page.get_by_label("Agrees to newsletters")).to_be_checked()
    expect(page.get_by_label("Language")).to_have_value("hu")
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Name")).to_have_value("")
    page.reload()
    expect(page.locator("[data-draft-target=notice]")).to_be_hidden()
    assert violations == []


def test_a_refused_form_keeps_its_draft_and_a_saved_one_forgets_it(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Note").fill("bez jména")
    page.get_by_role("button", name="Save person").click()
    expect(page.locator(".field-errors")).to_have_text("This field is required.")
    expect(page.get_by_label("Note")).to_have_value("bez jména")
    page.get_by_label("Name").fill("Kovács Ágnes")
    page.get_by_role("button", name="Save person").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    page.goto(f"{gallery}form/")
    expect(page.locator("[data-draft-target=notice]")).to_be_hidden()
    expect(page.get_by_label("Note")).to_have_value("")


def test_a_draft_survives_the_detour_over_the_sign_in_page(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Ľubica Šťastná")
    page.evaluate("document.querySelector('#person-form').removeAttribute('hx-post')")
    page.wait_for_timeout(400)
    # The server answers the whole-page POST with the sign-in page, as at the end of a session.
    page.route(
        "**/ui/form/", lambda route: route.fulfill(status=302, headers={"Location": f"{gallery}sign-in/"}), times=1
    )
    page.evaluate("document.querySelector('#person-form').submit()")
    page.wait_for_url("**/sign-in/")
    page.goto(f"{gallery}list/")
    page.goto(f"{gallery}form/")
    expect(page.get_by_label("Name")).to_have_value("Ľubica Šťastná")


def test_a_conflict_is_shown_and_the_form_keeps_what_was_typed(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Conflict")
    page.get_by_role("button", name="Save person").click()
    expect(page.get_by_role("dialog", name="Somebody else changed this meanwhile")).to_be_visible()
    expect(page.locator("#person-form input[name=name]")).to_have_value("Conflict")
    with page.expect_request(lambda request: request.method == "POST") as again:
        page.get_by_role("button", name="Save mine on top").click()
    assert "version=2" in again.value.post_data


def test_a_double_press_sends_a_form_once(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Jednou")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Save person").dblclick()
    expect(page.locator(".toast")).to_contain_text("Saved")
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [("403", "open for too long"), ("404", "no longer here"), ("413", "too large"), ("500", "did not work")],
)
def test_a_refusal_is_told_in_a_toast(page, gallery, answer, words):
    page.goto(gallery)
    page.get_by_role("button", name=answer, exact=True).click()
    expect(page.locator(".toast .toast-text")).to_contain_text(words)


def test_a_session_end_asks_to_sign_in_and_keeps_the_page(page, gallery):
    page.goto(gallery)
    page.get_by_role("button", name="401", exact=True).click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="I have signed in").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("Signed in again")


def test_rows_are_selected_by_range_and_walked_by_keyboard(page, gallery):
    page.goto(f"{gallery}list/")
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("4 selected")
    expect(page.locator("[data-selection-target=allOffer]")).to_be_hidden()
    page.get_by_label("Select all on this page").click()
    expect(bar).to_contain_text("40 selected")
    page.get_by_role("button", name="Select all 1,240").click()
    expect(bar).to_contain_text("1,240 selected")
    page.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tbody tr").nth(1)).to_have_class(re.compile("is-selected"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")


def test_shortcuts_go_places_but_never_while_typing(page, gallery):
    page.goto(gallery)
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/board/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search", exact=True).first).to_be_focused()
    page.keyboard.type("gp?")
    assert page.url.endswith("/board/")
    expect(page.locator("[data-list-search]")).to_have_value("gp?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Go to Deals")


def test_a_menu_is_worked_by_keyboard(page, gallery):
    page.goto(gallery)
    button = page.get_by_role("button", name="Actions")
    button.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Edit")).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_a_dialog_from_the_server_opens_sends_and_closes(page, gallery, violations):
    page.goto(gallery)
    page.get_by_role("link", name="Dialog from the server").click()
    dialog = page.get_by_role("dialog", name="Log a call")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Name").fill("Anna")
    dialog.get_by_role("button", name="Log call").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("Call logged")
    assert violations == []


def test_a_reference_is_found_on_the_server(page, gallery, violations):
    page.goto(gallery)
    box = page.locator("#person-ts-control")
    box.click()
    box.press_sequentially("dvo", delay=20)
    page.get_by_role("option", name="Jiří Dvořák").click()
    expect(page.locator("select#person")).to_have_value("2")
    assert violations == []


def test_tabs_are_remembered(page, gallery):
    page.goto(gallery)
    page.get_by_role("tab", name="Deals").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="People")).to_be_visible()
    page.reload()
    expect(page.get_by_role("tab", name="People")).to_have_attribute("aria-selected", "true")


def test_the_navigation_is_a_drawer_on_a_phone(page, gallery):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(gallery)
    nav = page.get_by_role("navigation", name="Main navigation")
    expect(nav).to_be_hidden()
    page.get_by_role("button", name="Open navigation").click()
    expect(nav.get_by_role("link", name="Gallery")).to_be_focused()
    page.keyboard.press("Escape")
    expect(nav).to_be_hidden()
    expect(page.get_by_role("button", name="Open navigation")).to_be_focused()
