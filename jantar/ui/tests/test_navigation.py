import pytest
from django.test import RequestFactory, override_settings

from jantar.ui.context import Shell
from jantar.ui.navigation import NavArea, Navigation, NavItem

pytestmark = pytest.mark.urls("jantar.ui.tests.urls")


@pytest.fixture
def navigation():
    shown = Navigation()
    shown.add_area(NavArea("service", "Service", order=20))
    shown.add_area(NavArea("sales", "Sales", order=10))
    shown.add(
        NavItem("deals", "Deals", "ui:gallery_board", area="sales", order=20),
        NavItem("people", "People", "ui:gallery_list", area="sales", order=10),
        NavItem("today", "Today", "/", order=1),
        NavItem("secret", "Secret", "/secret/", area="service", visible=lambda request: False),
    )
    return shown


def request(path: str = "/"):
    return RequestFactory().get(path)


def test_areas_and_items_come_in_order_and_empty_areas_are_left_out(navigation):
    areas = navigation.in_areas(navigation.shown(request(), "main"))
    assert [(area.area.key, [shown.item.key for shown in area.items]) for area in areas] == [
        ("", ["today"]),
        ("sales", ["people", "deals"]),
    ]


def test_the_item_of_the_page_is_marked_and_no_other(navigation):
    def current(path: str) -> list[str]:
        return [shown.item.key for shown in navigation.shown(request(path), "main") if shown.is_current]

    assert current("/ui/list/") == ["people"]
    assert current("/ui/list/17/") == ["people"]
    assert current("/") == ["today"]
    assert current("/elsewhere/") == []


def test_what_stands_at_the_foot_comes_last_and_is_marked_on_all_its_pages(navigation):
    navigation.add_area(NavArea("settings", order=0, at_foot=True))
    navigation.add(NavItem("settings", "Settings", "/settings/users/", area="settings", under="/settings/"))
    areas = navigation.in_areas(navigation.shown(request("/settings/roles/"), "main"))
    assert [area.area.key for area in areas] == ["", "sales", "settings"]
    assert [shown.item.key for area in areas for shown in area.items if shown.is_current] == ["settings"]


def test_an_item_registered_again_replaces_the_first(navigation):
    navigation.add(NavItem("deals", "Opportunities", "ui:gallery_board", area="sales", order=20))
    assert navigation.in_areas(navigation.shown(request(), "main"))[1].items[1].item.label == "Opportunities"


def test_a_link_that_nobody_offers_is_empty(navigation):
    navigation.link(session="ui:gallery_session", sign_out="accounts:nowhere")
    assert navigation.address("session") == "/ui/parts/session/"
    assert navigation.address("sign_out") == ""
    assert navigation.address("palette") == ""


@pytest.mark.parametrize(
    ("user_theme", "cookie", "shown"),
    [
        ("dark", "light", "dark"),
        ("", "light", "light"),
        ("", "", "auto"),
        ("", "<script>", "auto"),
        ("auto", "", "auto"),
    ],
)
def test_the_theme_is_the_users_then_the_cookies_then_the_systems(user_theme, cookie, shown, navigation):
    asked = request()
    asked.user = type("User", (), {"theme": user_theme})()
    asked.COOKIES["theme"] = cookie
    assert Shell(asked, navigation).theme == shown


@override_settings(LANGUAGES=[("cs", "Czech"), ("hu", "Hungarian"), ("en", "English")])
def test_languages_are_named_in_their_own_words(navigation):
    assert Shell(request(), navigation).languages == [("cs", "Čeština"), ("hu", "Magyar"), ("en", "English")]
