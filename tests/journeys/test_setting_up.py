"""Numbers 5, 12 and 13 of the engine: a field of one's own, a webhook, and a module that is switched off and on."""

import base64
import hmac
import json
from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions import modules
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.browser import OpenPage
from jantar.engine.testing.receiver import Receiver
from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs
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


@pytest.mark.capability("C125", "N10")
def test_a_webhook_is_added_told_and_told_again(open_page: OpenPage, boss: User, say: Say, settings: Any) -> None:
    settings.OUTGOING_NETWORKS = ["127.0.0.1/32"]
    page = open_page(boss, "/settings/webhooks/new/?type=companies")
    with Receiver() as shop:
        page.locator("#id_name").fill("Shop")
        page.locator("#id_url").fill(shop.url)
        page.get_by_role("button", name=say("Save webhook")).click()
        secret = page.get_by_label(say("Secret"), exact=True).input_value()
        page.get_by_role("link", name=say("Continue")).click()
        made(boss, "companies", name="Bizon")
        run_waiting_jobs()
        page.reload()
        page.get_by_role("main").locator("a[href*='/messages/']").first.click()
        expect(page.get_by_text("thank you")).to_be_visible()
        with page.expect_response(lambda answer: "/redeliver/" in answer.url):
            page.get_by_role("button", name=say("Send again")).click()
        run_waiting_jobs()
    first, second = shop.received
    assert [json.loads(one.body)["data"]["records"][0]["record"]["name"] for one in (first, second)] == ["Bizon"] * 2
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode() + first.body
    digest = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    assert f"v1,{digest}" in first.headers["webhook-signature"].split()


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
