"""The gallery on a server of its own, without a database, in Debian's Chromium."""

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import override_settings
from django.test.testcases import LiveServerThread

from jantar.engine.testing.browser import WIDE
from jantar.ui.navigation import NavArea, Navigation, NavItem, navigation

MIDDLEWARE = [
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jantar.ui.tests.middleware.AnnaMiddleware",
    "jantar.ui.csp.ContentSecurityPolicyMiddleware",
]


@pytest.fixture(scope="module")
def gallery():
    """The address of the gallery."""
    kept = vars(navigation).copy()
    vars(navigation).update(vars(gallery_navigation()))
    atomic = connections.settings["default"]["ATOMIC_REQUESTS"]
    connections.settings["default"]["ATOMIC_REQUESTS"] = False
    with override_settings(ROOT_URLCONF="jantar.ui.tests.urls", MIDDLEWARE=MIDDLEWARE, ALLOWED_HOSTS=["*"]):
        server = LiveServerThread("127.0.0.1", static_handler=StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield f"http://127.0.0.1:{server.port}/ui/"
        server.terminate()
    connections.settings["default"]["ATOMIC_REQUESTS"] = atomic
    vars(navigation).update(kept)


def gallery_navigation() -> Navigation:
    shown = Navigation()
    shown.add_area(NavArea("sales", "Sales"))
    shown.add(
        NavItem("gallery", "Gallery", "ui:gallery", icon="sparkles", order=1),
        NavItem("people", "People", "ui:gallery_list", icon="users", area="sales", shortcut="p"),
        NavItem("deals", "Deals", "ui:gallery_board", icon="briefcase", area="sales", shortcut="d"),
    )
    shown.add(NavItem("call", "Call", "ui:gallery_dialog", icon="phone", opens_dialog=True), place="add")
    shown.link(home="ui:gallery", palette="ui:gallery_palette", sign_in="ui:gallery_bare", session="ui:gallery_session")
    return shown


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport=WIDE, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def violations(page):
    """What the browser blocked by the security policy, and errors of scripts, while a test ran."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
