"""A dialog whose address is opened in a tab of its own comes with its page, wherever in Jantar it is."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from playwright.sync_api import expect

from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from tests.doors import Doors

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def ada(db: None) -> Any:
    return make_user("Ada", admin=True)


def records_of(actor: Actor) -> dict[str, list[int]]:
    """A record of each of the types that people work with."""
    company = write.create(registry.get("companies"), {"name": "Bralo"}, actor=actor)
    values: dict[str, dict[str, Any]] = {
        "people": {"family_name": "Nová"},
        "activities": {"kind": "call", "subject": "Offer"},
        "tasks": {"title": "Send it"},
    }
    made = {name: [write.create(registry.get(name), given, actor=actor).pk] for name, given in values.items()}
    return {"companies": [company.pk], **made}


def test_every_address_of_a_dialog_leads_to_a_page_with_the_shell(ada: Any) -> None:
    actor = actor_for(ada)
    doors = Doors(records_of(actor), actor, r"^(?!api/|files/|operations/)")
    client = Client()
    client.force_login(ada)
    dialogs = {}
    for route, path in doors:
        answer = client.get(path, headers=BROWSER)
        if answer.status_code == 405:
            doors.shut.add(route)
        if answer.status_code != 302 or "#dialog=" not in answer["Location"]:
            assert answer.streaming or b"data-dialog-title" not in answer.content or b"<main" in answer.content, path
            continue
        page, _, dialog = answer["Location"].partition("#dialog=")
        assert unquote(dialog) == path
        dialogs[path] = page
        below = client.get(page, headers=BROWSER)
        assert (below.status_code, b'id="dialog-slot"' in below.content) == (200, True), f"{path} on {page}"
        assert b"data-dialog-title" in client.get(path, headers={"HX-Request": "true"}).content
    assert dialogs["/companies/columns/"] == dialogs["/companies/views/new/"] == "/companies/"
    assert dialogs["/settings/fields/companies/new/"] == "/settings/fields/companies/"
    assert len(dialogs) > 20
    assert Operation.objects.exists()


def test_the_page_below_is_the_one_the_link_stood_on(ada: Any) -> None:
    client = Client()
    client.force_login(ada)
    for origin, below in [
        ("http://testserver/companies/board/?q=a", "/companies/board/?q=a"),
        ("http://elsewhere.example/companies/board/", "/companies/?sort=name"),
        ("http://testserver/companies/columns/", "/companies/?sort=name"),
        ("http://testserver//elsewhere.example/", "/companies/?sort=name"),
    ]:
        answer = client.get("/companies/columns/?sort=name", headers={**BROWSER, "Referer": origin})
        assert answer["Location"] == f"{below}#dialog=/companies/columns/%3Fsort%3Dname"


@pytest.mark.django_db(transaction=True)
def test_a_dialog_opened_by_its_address_works_like_any_other(open_page: Callable[..., Any]) -> None:
    page = open_page(make_user("Ada", admin=True), "/companies/views/new/?sort=-name")
    expect(page.get_by_role("dialog").get_by_role("heading")).to_be_visible()
    page.get_by_role("dialog").get_by_label("Name").fill("Backwards")
    page.get_by_role("dialog").get_by_role("button", name="Save view").click()
    expect(page.get_by_role("button", name="Backwards")).to_be_visible()
    assert "#dialog" not in page.url
