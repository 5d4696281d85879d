"""What the page says of refusals, and its dialogs and navigation."""

import pytest
from playwright.sync_api import expect


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
