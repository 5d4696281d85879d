"""Numbers 3 and 10 of the engine: duplicates become one and two again, and what is worth mending is mended."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jantar.engine.quality import counting
from jantar.engine.testing.browser import OpenPage
from jantar.modules.communications.models import Task
from jantar.modules.contacts.models import Company, Party, Person
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs
from tests.journeys.conftest import Say, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["hu", "cs"])]


@pytest.fixture
def twice(boss: User) -> tuple[Any, Any]:
    full = {"name": "Żubr sp. z o.o.", "city": "Łódź", "email": "info@zubr.example", "owner": boss}
    one = made(boss, "companies", **full)
    two = made(boss, "companies", name="Zubr", city="Lodz", phone="+48 601 234 567", owner=boss)
    made(boss, "people", family_name="Nowak", company=two, owner=boss)
    return one, two


@pytest.mark.capability("C2", "N7")
def test_duplicates_are_looked_for_merged_and_taken_apart_again(
    open_page: OpenPage, boss: User, twice: tuple[Any, Any], say: Say
) -> None:
    one, two = twice
    page = open_page(boss, "/companies/duplicates/")
    page.get_by_role("button", name=say("Look for duplicates")).click()
    expect(page.get_by_role("button", name=say("Stop looking"))).to_be_visible()
    run_waiting_jobs()
    expect(page.locator(".pair")).to_have_count(1)
    page.locator(".pair").get_by_role("link", name=say("Merge", context="act")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Merge %(n)s record", "Merge %(n)s records", n=2))
    page.locator(f"input[name=survivor][value='{one.pk}']").check()
    expect(page.locator(f"input[name=take-name][value='{one.pk}']")).to_be_checked()
    page.locator(f"input[name=take-name][value='{two.pk}']").check()
    page.locator("#merge-form").get_by_role("button", name=say("Merge", context="act")).click()
    expect(page.locator("#record-title")).to_have_text("Zubr")
    survivor = Company.objects.get(pk=one.pk)
    assert (survivor.email, survivor.phone, survivor.city) == ("info@zubr.example", "+48 601 234 567", "Łódź")
    assert Person.objects.get().company_id == one.pk
    page.locator("#toasts").get_by_role("button", name=say("Undo")).click()
    expect(page.locator("#record-title")).to_have_text("Żubr sp. z o.o.")
    assert Person.objects.get().company_id == two.pk
    assert Party.objects.get(pk=two.pk).deleted_at is None


@pytest.mark.capability("C128")
def test_the_first_page_leads_to_what_is_missing_and_to_what_is_to_be_done(
    open_page: OpenPage, boss: User, twice: tuple[Any, Any], say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SLOW", 0)  # as in a large company: counts are kept until asked for again
    made(boss, "tasks", title="Zavolat Żubrovi", due_at=timezone.now() - timedelta(days=1), owner=boss)
    page = open_page(boss, "/")
    tasks = page.locator("#my-tasks")
    row = tasks.get_by_role("listitem").filter(has_text="Zavolat Żubrovi")
    row.get_by_role("button", name=say("Complete")).click()
    expect(row).to_have_count(0)
    assert Task.objects.get().done_at is not None

    page.get_by_role("navigation").get_by_role("link", name=say("Data quality")).click()
    line = page.locator("#quality-companies").get_by_role("listitem").filter(has=page.locator("a[href*=phone]"))
    expect(line.locator(".num")).to_have_text("1")
    line.get_by_role("link").click()
    expect(page.locator("tbody .cell-title a")).to_have_text(["Żubr sp. z o.o."])
    page.locator("tbody .cell-title a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Żubr sp. z o.o.")
    page.keyboard.press("e")
    page.locator("main form input[name=phone]").fill("+48 601 111 222")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/companies/\d+/$"))
    page.goto("/quality/")
    page.locator("#quality-companies").get_by_role("button", name=say("Count again")).click()
    expect(line).to_have_count(0)
    assert Company.objects.exclude(phone="").count() == 2
