"""Pytest plugin: Debian's Chromium for Playwright, a server with the test database, and signing in.

A test that takes `open_page` is marked `browser`. It gets a second try, because a busy machine may starve a browser
for longer than anybody waits; the summary of the run names every test that needed one. Script errors and breaches of
the content security policy on its pages are failures.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from jantar.platform.accounts.models import User

#: The shell without windows draws and runs pages alike with half the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}

AXE = Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js"
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

OpenPage = Callable[..., "Page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=1))
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in the thread of the tests


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; `make test` installs it where it may.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # a busy machine is no failure

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: "Browser", live_server: Any) -> Iterator[OpenPage]:
    """open_page(user, path="/", **context options) signs the user in; errors on its pages fail the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_it(user: "User | None" = None, path: str = "/", **options: Any) -> "Page":
        chosen = {"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", **options}
        context = chromium.new_context(base_url=live_server.url, **chosen)
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on("console", lambda message: problems.append(message.text) if is_breach(message.text) else None)
        page.goto(path)
        return page

    yield open_it
    for context in contexts:
        let_finish(context)
        context.close()
    wait_for_quiet()
    assert not problems, "\n".join(problems)


def accessibility_faults(page: "Page", *more_rules: str) -> list[str]:
    """What axe finds on a page that has come to rest, one text for each element, with the rule and why.

    It waits for animations: what is half faded in has neither its place nor its contrast yet.
    """
    page.evaluate("Promise.allSettled(document.getAnimations().map(animation => animation.finished))")
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("rules => axe.run(document, {runOnly: rules})", [*AXE_RULES, *more_rules])
    return [
        f"{found['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def let_finish(context: "BrowserContext") -> None:
    """Requests still under way would hold tables that are emptied after the test."""
    from playwright.sync_api import Error

    for page in context.pages:
        with suppress(Error):
            page.wait_for_load_state("networkidle", timeout=3000)


def wait_for_quiet(patience: float = 30) -> None:
    """Waits until the live server answers nobody any more.

    The browser has hung up by now, but a thread of the server may still be at a request: it would hold tables that
    are emptied after the test, or ask for the database when no test allows it.
    """
    end = time.monotonic() + patience
    while any("process_request_thread" in thread.name for thread in threading.enumerate()) and time.monotonic() < end:
        time.sleep(0.01)


def is_breach(text: str) -> bool:
    return "Content Security Policy" in text


def session_cookie(user: "User", url: str) -> Any:
    """A signed-in session of the user, as a cookie for the browser."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}


def draft_with(page: "Page", text: str) -> None:
    """Waits until the browser keeps a draft with the text."""
    page.wait_for_function("text => Object.values(localStorage).some(kept => kept.includes(text))", arg=text)


def end_session(page: "Page") -> None:
    """Ends all sessions once the page has come to rest: what it asks by itself would else be the first to notice."""
    from django.contrib.sessions.models import Session

    page.wait_for_load_state("networkidle")
    Session.objects.all().delete()
