"""Logging a call with minutes and the next step, and a private note, in the browser."""

from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.browser import OpenPage
from jantar.modules.communications.models import Activity, Task
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> User:
    return make_user("Ada", make_team("North"), scope=Scope.TEAM)


@pytest.fixture
def jan(ada: User) -> Any:
    actor = actor_for(ada)
    firm = write.create(registry.get("companies"), {"name": "Żabka s.r.o."}, actor=actor)
    return write.create(
        registry.get("people"), {"given_name": "Jan", "family_name": "Novák", "company": firm}, actor=actor
    )


@pytest.mark.capability("C15")
@pytest.mark.capability("C20")
def test_a_call_is_logged_and_the_next_task_planned_from_it(open_page: OpenPage, ada: User, jan: Any) -> None:
    page = open_page(ada, f"/people/{jan.pk}/")
    composer = page.locator(".composer")
    expect(composer.get_by_label("Subject")).to_be_hidden()
    composer.get_by_role("tab", name="Log activity").press("Enter")
    composer.get_by_label("Subject").fill("Price of the pump")
    composer.get_by_label("What was said").fill("They want 20 pieces.")
    composer.get_by_label("Duration").fill("12")
    composer.get_by_label("Outcome").select_option("agreed")
    composer.get_by_label("Title").fill("Send the offer")
    composer.get_by_role("button", name="Log activity").click()
    stream = page.locator("#timeline-stream")
    expect(stream).to_contain_text("Call: Price of the pump")
    expect(stream).to_contain_text("They want 20 pieces.")
    expect(stream).to_contain_text("Task: Send the offer")
    expect(composer.get_by_label("Subject")).to_have_value("")
    assert Activity.objects.get().duration == 12
    assert Task.objects.get().title == "Send the offer"


@pytest.mark.capability("C18")
def test_a_private_note_is_written_and_changed(open_page: OpenPage, ada: User, jan: Any) -> None:
    page = open_page(ada, f"/people/{jan.pk}/")
    composer = page.locator(".composer")
    composer.get_by_role("tab", name="Note").click()
    composer.get_by_role("textbox", name="Note").fill("Likes fishing")
    composer.get_by_role("button", name="Save note").click()
    stream = page.locator("#timeline-stream")
    expect(stream).to_contain_text("Likes fishing")
    stream.get_by_role("link", name="Edit or share").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Note").fill("Likes chess")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(stream).to_contain_text("Likes chess")
    page.locator("#timeline-filter").select_option("task")
    expect(stream).to_contain_text("Nothing here yet")


def test_a_reload_of_the_timeline_leaves_the_control_somebody_uses(open_page: OpenPage, ada: User, jan: Any) -> None:
    """A new one in its place would lose what is chosen in that moment."""
    page = open_page(ada, f"/people/{jan.pk}/")
    chooser = page.locator("#timeline-filter")
    chooser.select_option("task")
    expect(page.locator("#timeline-stream")).to_contain_text("Nothing here yet")
    page.evaluate("window.chooser = document.querySelector('#timeline-filter')")
    with page.expect_response(lambda response: "/timeline/" in response.url):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('timeline:changed'))")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.chooser === document.querySelector('#timeline-filter')")
    expect(chooser).to_have_value("task")
