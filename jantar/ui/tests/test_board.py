"""Moving cards on a board, by keyboard and mouse."""

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
