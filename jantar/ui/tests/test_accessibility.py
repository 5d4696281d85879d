"""axe over every page of the gallery, light and dark, wide and narrow; nothing blocked, nothing cut off."""

import pytest

from jantar.engine.testing.browser import accessibility_faults

PAGES = ["", "list/", "board/", "record/", "form/", "sign-in/"]


def open_settled(page, address: str) -> None:
    """Opens a page and waits until the libraries that load when used have done their part."""
    page.goto(address)
    unsettled = "[data-controller=combobox]:not(.tomselected), [data-controller=chart]:empty"
    page.locator(unsettled).first.wait_for(state="detached")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing(page, gallery, violations, path, theme, width):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    open_settled(page, gallery + path)
    assert accessibility_faults(page, "best-practice") == []
    assert violations == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_open_overlays(page, gallery, violations, theme):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(gallery)
    page.get_by_role("button", name="Actions").click()
    assert accessibility_faults(page, "best-practice") == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Dialog from the server").click()
    page.get_by_role("dialog", name="Log a call").wait_for()
    assert accessibility_faults(page, "best-practice") == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("dvo")
    page.locator("#palette .palette-item", has_text="Jiří Dvořák").wait_for()
    assert accessibility_faults(page, "best-practice") == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="500", exact=True).click()
    page.locator(".toast").wait_for()
    assert accessibility_faults(page, "best-practice") == []
    assert violations == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_its_window(page, gallery, path):
    for width in (360, 640, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        if width == 360:
            open_settled(page, gallery + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def test_the_skip_link_comes_first_and_leads_to_the_content(page, gallery):
    page.goto(gallery)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("language", ["cs", "hu", "pl", "sk"])
def test_the_language_of_the_page_is_named_for_screen_readers(chromium, gallery, language):
    context = chromium.new_context(locale=language)
    page = context.new_page()
    page.goto(gallery)
    assert page.locator("html").get_attribute("lang") == language
    context.close()


def test_every_letter_of_the_five_languages_is_in_the_font(page, gallery):
    page.goto(gallery)
    letters = "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽáčďéěíňóřšťúůýžÄĹĽÔŔäĺľôŕŐŰÖÜőűöüĄĆĘŁŃŚŹŻąćęłńśźż„“”‚‘’«»–—…€°§"
    page.evaluate("letters => document.fonts.load('13px Inter', letters)", letters)
    missing = page.evaluate(
        """letters => [...letters].filter(letter => {
            const canvas = document.createElement("canvas").getContext("2d");
            const width = font => { canvas.font = font; return canvas.measureText(letter).width; };
            return width("40px Inter, monospace") === width("40px monospace")
                && width("40px Inter, serif") === width("40px serif");
        })""",
        letters,
    )
    assert missing == []
