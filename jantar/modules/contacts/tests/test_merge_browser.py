"""Two entries for one company are found in the list, merged by keyboard and taken apart again."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.duplicates.scanning import scan_all
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults
from jantar.modules.contacts.models import Party

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C2"), pytest.mark.capability("N7")]
companies, people = registry.get("companies"), registry.get("people")
WORDS = {
    "en": {"merge": "Merge", "done": "2 records are one now.", "undo": "Undo", "back": "as before"},
    "hu": {"merge": "Összevonás", "done": "2 rekordból egy lett.", "undo": "Visszavonás", "back": "ismét"},
}


@pytest.fixture
def admin():
    return make_user("Admin", admin=True)


@pytest.fixture
def pair(admin):
    actor = actor_for(admin)
    full = {"name": "Żubr sp. z o.o.", "city": "Łódź", "email": "info@zubr.example", "tags": ["north"]}
    one = write.create(companies, full, actor=actor)
    two = write.create(
        companies, {"name": "Zubr", "city": "Lodz", "phone": "+48 601 234 567", "industry": "Steel"}, actor=actor
    )  # fmt: skip
    write.create(people, {"family_name": "Nowak", "company": two}, actor=actor)
    return one, two


@pytest.mark.parametrize("language", ["en", "hu"])
def test_two_companies_are_merged_from_the_list_and_taken_apart(open_page, admin, pair, language):
    one, two = pair
    words: dict[str, Any] = WORDS[language]
    admin.language = language
    admin.save()
    page = open_page(admin, "/companies/")
    boxes = page.locator("input[name=selected]")
    boxes.nth(0).check()
    merge = page.locator(".bulk-bar").get_by_role("button", name=words["merge"])
    expect(merge).to_be_hidden()
    boxes.nth(1).check()
    merge.click()
    page.wait_for_url(re.compile("/companies/merge/"))
    assert accessibility_faults(page) == []
    page.locator(f"input[name=survivor][value='{one.pk}']").check()
    page.wait_for_load_state("networkidle")
    name = page.locator(f"input[name=take-name][value='{one.pk}']")
    expect(name).to_be_checked()
    name.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"input[name=take-name][value='{two.pk}']")).to_be_checked()
    page.locator("#merge-form").get_by_role("button", name=words["merge"]).click()
    page.wait_for_url(re.compile(f"/companies/{one.pk}/"))
    expect(page.locator("#toasts")).to_contain_text(words["done"])
    expect(page.locator("#record-title")).to_have_text("Zubr")
    merged = Party.objects.get(pk=one.pk)
    assert (merged.city, merged.industry, merged.phone, merged.people.count()) == (
        "Łódź", "Steel", "+48 601 234 567", 1,
    )  # fmt: skip
    page.locator("#toasts").get_by_role("button", name=words["undo"]).click()
    expect(page.locator("#record-title")).to_have_text("Żubr sp. z o.o.")
    assert Party.objects.get(pk=two.pk).deleted_at is None


def test_the_page_fits_on_a_phone_in_the_dark(open_page, admin, pair):
    one, two = pair
    address = f"/companies/merge/?with={one.pk}&with={two.pk}"
    page = open_page(admin, address, viewport=NARROW, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert accessibility_faults(page) == []


@pytest.mark.parametrize(("language", "hint"), [("en", "This may be there already:"), ("hu", "Ez talán már megvan:")])
def test_what_may_be_there_already_is_told_while_it_is_typed_and_saving_goes_on(open_page, admin, pair, language, hint):
    write.delete(companies, [pair[1].pk], actor=actor_for(admin))
    admin.language = language
    admin.save()
    page = open_page(admin, "/companies/new/")
    page.locator("input[name=name]").press_sequentially("Zubr", delay=20)
    likely = page.locator(".likely")
    expect(likely).to_contain_text(hint)
    expect(likely.get_by_role("link")).to_have_text("Żubr sp. z o.o.")
    assert accessibility_faults(page) == []
    page.locator("input[name=name]").fill("Bizon")
    expect(likely).to_have_count(0)
    page.locator("#record-form button[type=submit]").click()
    expect(page.locator("#record-title")).to_have_text("Bizon")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Find duplicates", "Not the same")), ("hu", ("Ismétlődések keresése", "Nem ugyanaz"))],
)
def test_pairs_are_worked_through_from_the_list(open_page, admin, pair, language, words):
    scan_all(companies, tell=lambda done: None)
    admin.language = language
    admin.save()
    page = open_page(admin, "/companies/")
    page.locator(".page-actions .menu-button, .page-actions [popovertarget]").first.click()
    page.get_by_role("menuitem", name=words[0]).click()
    page.wait_for_url(re.compile("/companies/duplicates/"))
    expect(page.locator(".pair")).to_have_count(1)
    assert accessibility_faults(page) == []
    page.get_by_role("button", name=words[1]).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pair")).to_have_count(0)
    page.goto("/companies/duplicates/?state=different")
    page.locator(".pair .btn-primary").click()
    page.wait_for_url(re.compile("/companies/merge/"))


def test_the_pairs_fit_on_a_phone_in_the_dark(open_page, admin, pair):
    scan_all(companies, tell=lambda done: None)
    page = open_page(admin, "/companies/duplicates/", viewport=NARROW, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("options", [{}, {"viewport": NARROW, "color_scheme": "dark"}])
def test_one_of_a_group_is_told_apart_on_the_page(open_page, transactional_db, options):
    boss = make_user("Boss", admin=True)
    actor = actor_for(boss)
    three = [
        write.create(registry.get("companies"), {"name": f"Żubr {name}", "registration_number": "777"}, actor=actor)
        for name in ("A", "B", "C")
    ]
    scan_all(registry.get("companies"), lambda done: None)
    page = open_page(boss, "/companies/duplicates/", **options)
    group = page.locator(".pair")
    expect(group.locator(".pair-side")).to_have_count(3)
    assert accessibility_faults(page) == []
    group.locator(".pair-side").filter(has_text="Żubr C").get_by_role("button", name="Not one of them").click()
    expect(page.get_by_text("Remembered: not the same.")).to_be_visible()
    expect(group.locator(".pair-side")).to_have_count(2)
    group.get_by_role("link", name="Merge").click()
    expect(page.get_by_role("heading", name="Merge 2 records")).to_be_visible()
    assert [f"with={one.pk}" in page.url for one in three] == [True, True, False]
