"""Sales in a real browser."""

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.sales.services import create_pipeline


def test_the_pipeline_page_opens_without_script_errors(open_page):
    page = open_page(make_user("Anna", make_team("North"), scope=Scope.TEAM), "/deals/pipeline/")
    assert page.get_by_role("heading", name="Pipeline value", level=1).is_visible()


@pytest.fixture
def seller(transactional_db):
    create_pipeline("Renewals", [("Due", "open", 60), ("Signed", "won", 100)])
    return make_user("Anna", make_team("North"), scope=Scope.TEAM)


def stages(page):
    return [
        text.strip()
        for text in page.get_by_role("combobox", name="Stage").locator("option").all_inner_texts()
        if text.strip()
    ]


def test_the_stages_offered_follow_the_chosen_pipeline(open_page, seller):
    page = open_page(seller, "/deals/new/")
    assert (stages(page)[0], "Due" in stages(page)) == ("Contacted", False)
    page.get_by_role("combobox", name="Pipeline").select_option("Renewals")
    expect(page.get_by_role("combobox", name="Stage").locator("option", has_text="Contacted")).to_have_count(0)
    assert stages(page) == ["Due", "Signed"]
    page.get_by_role("combobox", name="Stage").select_option("Signed")
    page.get_by_role("combobox", name="Pipeline").select_option("New business")
    expect(page.get_by_role("combobox", name="Stage").locator("option", has_text="Contacted")).to_have_count(1)
    assert (stages(page)[0], page.get_by_role("combobox", name="Stage").input_value()) == ("Contacted", "")


def test_a_pipeline_changed_where_it_stands_asks_for_one_of_its_stages(open_page, seller):
    actor = actor_for(seller)
    customer = write.create(registry.get("companies"), {"name": "Żubr"}, actor=actor)
    deal = write.create(registry.get("deals"), {"name": "Machine", "customer": customer}, actor=actor)
    page = open_page(seller, f"/deals/{deal.pk}/")
    page.locator("#fact-pipeline").dblclick()
    page.get_by_role("combobox", name="Pipeline").select_option("Renewals")
    expect(page.get_by_role("combobox", name="Stage").locator("option", has_text="Contacted")).to_have_count(0)
    page.get_by_role("combobox", name="Stage").select_option("Signed")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-stage")).to_have_text("Signed")
    deal.refresh_from_db()
    assert (deal.pipeline.name, deal.stage.name, deal.status) == ("Renewals", "Signed", "won")
