"""Hostile and clumsy input in a real browser: markup stays text everywhere, nothing typed is lost."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.services import create_custom_field
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import OpenPage, end_session
from jantar.engine.timeline.services import add_comment, add_note
from jantar.kit.money import Money
from jantar.modules.communications.models import Activity
from jantar.modules.contacts.models import Party
from jantar.modules.sales.models import Deal, Pipeline
from jantar.modules.sales.services import create_pipeline
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)
#: An element no page of ours has; wherever it is made, text became markup.
ATTACK = "'\"></textarea></script><x-attack onclick=alert(1)>&lt;b>Kosmos"
TEXTUAL = ("text", "long_text")


@pytest.fixture
def root() -> User:
    user = make_user("Root", admin=True)
    user.full_name = ATTACK[:150]
    user.set_password("correct horse battery")
    user.save()
    return user


def hostile(type_name: str, user: User, **values: Any) -> Any:
    """A record with the attack in every text field."""
    record_type, actor = registry.get(type_name), actor_for(user)
    texts = {
        name: ATTACK[: field.max_length]
        for name, field in record_type.fields(actor).items()
        if field.kind in TEXTUAL and not field.read_only
    }
    if "tags" in record_type.own_fields:
        texts["tags"] = [ATTACK[:60]]
    return write.create(record_type, {**texts, **values}, actor=actor)


@pytest.fixture
def company(root: User) -> Any:
    """A company, a person, a deal, an activity and a task that attack wherever they are shown."""
    make_team(ATTACK[:100])
    for type_name in ("companies", "deals"):
        create_custom_field(
            record_type=type_name, label=f"{ATTACK[:60]} field", kind="choice", choices=[ATTACK, "b"], help=ATTACK,
            actor=actor_for(root),
        )  # fmt: skip
    Deal.objects.all().delete()
    Pipeline.objects.all().delete()
    create_pipeline(ATTACK, [(ATTACK, "open", 10), ("Won", "won", 100), ("Lost", "lost", 0)])
    points = [{"kind": "email", "value": "a@jantar.example", "label": ATTACK[:50]}]
    company = hostile("companies", root, contact_points=points)
    person = hostile("people", root, company=company)
    hostile("deals", root, customer=company, amount=Money(Decimal(1000), "EUR"), expected_close=actor_for(root).today)
    hostile("activities", root, links=[{"record": RecordKey("companies", company.pk)}], kind="call")
    hostile("tasks", root)
    actor = actor_for(root)
    add_note(company, text=ATTACK, actor=actor)
    add_comment(company, text=ATTACK, actor=actor)
    write.update(registry.get("companies"), company.pk, {"industry": f"{ATTACK[:90]} changed"}, actor=actor)
    write.update(registry.get("people"), person.pk, {"job_title": "Changed"}, actor=actor)
    return company


def assert_no_markup(page: Page, *, shows: bool = True) -> None:
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert page.locator("x-attack").count() == 0, page.url
    if shows:
        assert "<x-attack" in page.locator("body").inner_text(), page.url


def test_markup_in_every_text_is_only_text(open_page: OpenPage, root: User, company: Any, tmp_path: Path) -> None:
    page = open_page(root, "/")
    assert_no_markup(page)
    for type_name in ("companies", "people", "deals", "activities", "tasks"):
        record_type = registry.get(type_name)
        pk = record_type.model.objects.values_list("pk", flat=True).first()
        columns = ",".join(record_type.fields(actor_for(root)))
        for address in (
            f"?columns={columns}", f"?search={ATTACK[:20]}", f"{pk}/", f"{pk}/edit/", f"{pk}/history/", "new/", "bin/",
            f"?filter=%7B%22field%22:%22{record_type.title}%22,%22op%22:%22contains%22,%22value%22:%22%3Cx-attack%3E%22%7D",
        ):  # fmt: skip
            page.goto(f"/{type_name}/{address}")
            assert_no_markup(page, shows=address in (f"{pk}/", f"?columns={columns}"))
    for address in ("/deals/board/", "/deals/pipeline/", f"/search/?q={ATTACK[:60]}", "/settings/users/",
                    "/settings/teams/", "/settings/fields/companies/", "/account/profile/"):  # fmt: skip
        page.goto(address)
        assert_no_markup(page, shows="account" not in address)


def test_markup_is_only_text_in_palette_pickers_toasts_and_dialogs(
    open_page: OpenPage, root: User, company: Any
) -> None:
    page = open_page(root, "/companies/")
    page.keyboard.press("Control+k")
    page.keyboard.type("kosmos")
    expect(page.locator("#palette, [role=listbox]").get_by_role("option").first).to_contain_text("<x-attack")
    assert_no_markup(page)
    page.goto("/people/new/")
    field = page.locator(".field", has=page.locator("[name=company]")).locator("input:not([type=hidden])").last
    field.fill("kosmos")
    page.locator(".ts-dropdown .option").first.click()
    assert_no_markup(page)
    page.goto(f"/companies/{company.pk}/")
    page.get_by_role("tab", name="What changed").click()
    expect(page.get_by_role("tabpanel", name="What changed")).to_contain_text("<x-attack")
    assert_no_markup(page)
    page.goto("/companies/")
    page.locator("tbody input[type=checkbox]").first.check()
    page.get_by_role("button", name=re.compile("^(Edit|Change)")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_no_markup(page)


def test_markup_in_a_file_is_only_text_in_its_preview(
    open_page: OpenPage, root: User, tmp_path: Path, settings: Any
) -> None:
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    file = tmp_path / "<x-attack>.csv"
    file.write_text(f"Name;<x-attack>head;City\n<x-attack>Kosmos;<x-attack>cell;Brno\n{'x' * 201};<x-attack>;Brno\n")
    page = open_page(root, "/companies/import/")
    page.set_input_files("input[type=file]", file)
    expect(page.get_by_role("heading", level=1)).to_contain_text("<x-attack>.csv")
    assert_no_markup(page)
    expect(page.get_by_role("main")).to_contain_text("At most 200 characters fit here; this has 201.")
    page.goto("/import/")
    assert_no_markup(page)


def sign_in_again(page: Page, user: User) -> None:
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("E-mail").fill(user.email)
    dialog.get_by_label("Password").fill("correct horse battery")
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_be_hidden()


def test_what_was_typed_into_a_form_survives_the_end_of_the_session(open_page: OpenPage, root: User) -> None:
    page = open_page(root, "/people/new/")
    page.fill("[name=given_name]", "Šárka")
    page.fill("[name=family_name]", "Říhová")
    end_session(page)
    page.get_by_role("button", name="Save", exact=True).click()
    sign_in_again(page, root)
    expect(page.locator("[name=family_name]")).to_have_value("Říhová")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/people/\d+/$"))
    assert [str(person) for person in Party.objects.all()] == ["Šárka Říhová"]


def test_what_was_typed_survives_a_sign_in_on_the_page_for_it(open_page: OpenPage, root: User) -> None:
    """The page was loaded anew after the session had ended: the sign-in leads back, the draft is there."""
    page = open_page(root, "/people/new/")
    page.fill("[name=family_name]", "Říhová")
    page.wait_for_timeout(500)
    end_session(page)
    page.reload()
    page.get_by_label("E-mail").fill(root.email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/people/new/$"))
    expect(page.locator("[name=family_name]")).to_have_value("Říhová")


def test_a_call_being_logged_survives_the_end_of_the_session(open_page: OpenPage, root: User) -> None:
    person = write.create(registry.get("people"), {"family_name": "Malá"}, actor=actor_for(root))
    page = open_page(root, f"/people/{person.pk}/")
    composer = page.locator(".composer")
    composer.get_by_role("tab", name="Log activity").click()
    composer.get_by_label("Subject").fill("Price of the pump")
    composer.get_by_label("What was said").fill("They want 20 pieces.")
    end_session(page)
    composer.get_by_role("button", name="Log activity").click()
    sign_in_again(page, root)
    expect(composer.get_by_label("What was said")).to_have_value("They want 20 pieces.")
    composer.get_by_role("button", name="Log activity").click()
    expect(page.locator("#timeline-stream")).to_contain_text("They want 20 pieces.")
    assert Activity.objects.count() == 1


def test_a_value_edited_in_its_place_survives_the_end_of_the_session(open_page: OpenPage, root: User) -> None:
    person = write.create(registry.get("people"), {"family_name": "Malá"}, actor=actor_for(root))
    page = open_page(root, f"/people/{person.pk}/")
    page.locator("#record-facts summary").first.click()
    fact = page.locator("#fact-job_title")
    fact.dblclick()
    fact.locator("[name=job_title]").fill("Buyer")
    end_session(page)
    fact.locator("[name=job_title]").press("Enter")
    sign_in_again(page, root)
    expect(fact.locator("[name=job_title]")).to_have_value("Buyer")
    fact.locator("[name=job_title]").press("Enter")
    expect(fact).to_have_text("Buyer")


def test_a_note_of_five_megabytes_stays_in_its_form_with_the_reason(open_page: OpenPage, root: User) -> None:
    person = write.create(registry.get("people"), {"family_name": "Malá"}, actor=actor_for(root))
    page = open_page(root, f"/people/{person.pk}/")
    composer = page.locator(".composer")
    composer.get_by_role("tab", name="Note").click()
    note = composer.get_by_role("textbox", name="Note")
    for size, reason in ((5_000_000, "At most 20000 characters fit here"), (13_000_000, "“Note” is too long")):
        note.evaluate("(area, size) => { area.value = 'x'.repeat(size); area.dispatchEvent(new Event('input')) }", size)
        composer.get_by_role("button", name="Save note").click()
        expect(page.get_by_text(reason).first).to_be_visible(timeout=60_000)
        assert note.evaluate("area => area.value.length") == size
