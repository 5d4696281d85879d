"""A strip of tabs shows the current one, and at which end there are more."""

import pytest
from playwright.sync_api import expect

from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW

pytestmark = [pytest.mark.capability("C108"), pytest.mark.django_db(transaction=True)]


def test_the_current_tab_is_in_view_and_an_arrow_leads_on(open_page):
    page = open_page(make_user("Ada", admin=True), "/settings/duplicates/", viewport=NARROW)
    strip = page.get_by_role("navigation", name="Settings", exact=True)
    expect(strip.get_by_role("link", name="Duplicates")).to_be_in_viewport(ratio=1)
    expect(strip.get_by_role("link", name="Users")).not_to_be_in_viewport()
    expect(strip).to_have_attribute("data-more", "start end")
    for _press in range(6):
        if strip.get_attribute("data-more") != "end":
            strip.click(position={"x": 8, "y": 16})
    expect(strip.get_by_role("link", name="Users")).to_be_in_viewport(ratio=1)
    expect(strip).to_have_attribute("data-more", "end")
    page.set_viewport_size({"width": 4000, "height": 800})
    expect(strip).to_have_attribute("data-more", "")
