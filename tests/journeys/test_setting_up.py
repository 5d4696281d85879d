"""Numbers 5, 12 and 13 of the engine: a field of one's own, a webhook, and a module that is switched off and on."""

import pytest
from playwright.sync_api import expect

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions import modules
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.browser import OpenPage
from jantar.engine.webhooks.models import Delivery, Webhook
from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User
from tests.journeys.conftest import Say, made, starting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["en", "hu"])]


@pytest.mark.capability("C130")
def test_a_field_is_added_filled_in_and_found_in_the_list(open_page: OpenPage, boss: User, say: Say) -> None:
    firm = made(boss, "companies", name="Bizon")
    page = open_page(boss, "/settings/fields/companies/")
    page.get_by_role("link", name=say("Add field")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(starting(say("Label"))).fill("Barva")
    dialog.get_by_label(starting(say("Kind"))).select_option("text")
    dialog.get_by_role("button", name=say("Save field")).click()
    expect(page.get_by_role("cell", name="Barva", exact=True)).to_be_visible()
    key = CustomField.objects.get().key
    page.goto(f"/companies/{firm.pk}/edit/")
    page.get_by_label("Barva").fill("žlutá")
    page.locator("main form button[type=submit].btn-primary").first.click()
    page.wait_for_url(f"**/companies/{firm.pk}/")
    expect(page.get_by_role("main")).to_contain_text("žlutá")
    assert Company.objects.get().custom[key] == "žlutá"
    page.goto(f"/companies/?columns=name,{key}")
    expect(page.get_by_role("columnheader", name="Barva")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("žlutá")


@pytest.mark.capability("C125")
def test_a_webhook_is_added_and_its_message_stands_in_the_log(open_page: OpenPage, boss: User, say: Say) -> None:
    page = open_page(boss, "/settings/webhooks/new/?type=companies")
    page.locator("#id_name").fill("Shop")
    page.locator("#id_url").fill("https://jantar.example/told")
    page.get_by_role("button", name=say("Save webhook")).click()
    page.get_by_role("link", name=say("Continue")).click()
    firm = made(boss, "companies", name="Bizon")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("https://jantar.example/told")
    hook = Webhook.objects.get()
    assert [(one.webhook_id, one.ids) for one in Delivery.objects.all()] == [(hook.pk, [firm.pk])]


@pytest.mark.capability("C129")
def test_a_module_is_switched_off_and_on_without_losing_anything(open_page: OpenPage, boss: User, say: Say) -> None:
    firm = made(boss, "companies", name="Bizon")
    deal = made(boss, "deals", name="Rings", customer=firm)
    sales = say("Sales")
    page = open_page(boss, "/settings/modules/")
    expect(page.locator("nav a[href='/deals/']")).to_have_count(1)
    page.get_by_role("button", name=say("Switch off %(module)s", module=sales)).click()
    expect(page.locator("nav a[href='/deals/']")).to_have_count(0)
    assert modules.switched_off() == {"sales"}
    page.get_by_role("button", name=say("Switch on %(module)s", module=sales)).click()
    expect(page.locator("nav a[href='/deals/']")).to_have_count(1)
    page.goto(f"/deals/{deal.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rings")
    write.update(registry.get("deals"), deal.pk, {"name": "Two rings"}, actor=actor_for(boss))
