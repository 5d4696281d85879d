"""The settings of administrators: users, teams, roles, the company, fields."""

import re

import pytest
from django.test import Client

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Grant, Role, Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.kit.money import Money
from jantar.platform.accounts.models import Membership, Team, User
from jantar.platform.jobs.models import JobRun
from jantar.platform.settings.models import ExchangeRate, Workspace

pytestmark = pytest.mark.django_db
PAGES = (
    "users",
    "users/new",
    "teams",
    "teams/new",
    "roles",
    "roles/new",
    "company",
    "fields/books",
    "fields/books/new",
    "duplicates/books",
)
NEW_USER = {
    "full_name": "Anna Nagy", "email": "Anna@Example.com", "language": "hu", "time_zone": "Europe/Budapest",
    "password": "paprika-2026-x",
}  # fmt: skip


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def client(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_settings_are_for_administrators(page: str) -> None:
    client = Client()
    client.force_login(make_user("Ada", scope=Scope.ALL))
    assert client.get(f"/settings/{page}/").status_code == 403
    assert client.post(f"/settings/{page}/", {}).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_administrators_see_them(client: Client, page: str) -> None:
    assert client.get(f"/settings/{page}/").status_code == 200


@pytest.mark.capability("C111")
def test_a_new_user_can_sign_in_and_has_teams_and_roles(client: Client) -> None:
    north, south = make_team("North"), make_team("South")
    role = Role.objects.get(key="seller")
    typed = {**NEW_USER, "main_team": north.pk, "teams": [south.pk], "roles": [role.pk]}
    assert client.post("/settings/users/new/", typed).status_code == 302
    anna = User.objects.get(email="anna@example.com")
    assert anna.check_password("paprika-2026-x")
    assert (anna.language, anna.time_zone, anna.is_admin, anna.is_active) == ("hu", "Europe/Budapest", False, True)
    assert set(Membership.objects.filter(user=anna).values_list("team__name", "is_main")) == {
        ("North", True), ("South", False),
    }  # fmt: skip
    assert actor_for(anna).scope("companies", "see") is Scope.ALL


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "root@JANTAR.example"}, "email"),
        ({"email": "no address"}, "email"),
        ({"full_name": ""}, "full_name"),
        ({"password": "short"}, "password"),
        ({"password": ""}, "password"),
        ({"time_zone": "Moon/Base"}, "time_zone"),
    ],
)
def test_a_wrong_user_is_refused_at_the_field(client: Client, changes: dict[str, str], field: str) -> None:
    answer = client.post("/settings/users/new/", {**NEW_USER, **changes})
    assert (answer.status_code, f'id="id_{field}-errors"' in answer.content.decode()) == (422, True)
    assert User.objects.count() == 1


def test_a_user_without_access_is_out_at_once(client: Client) -> None:
    anna = make_user("Anna")
    other = Client()
    other.force_login(anna)
    typed = {"full_name": "Anna", "email": anna.email, "language": "en", "time_zone": "Europe/Prague"}
    assert client.post(f"/settings/users/{anna.pk}/", typed).status_code == 302
    assert not User.objects.get(pk=anna.pk).is_active
    assert other.get("/books/").status_code in (302, 401)


def test_the_last_administrator_stays(client: Client, root: User) -> None:
    typed = {
        "full_name": "Root",
        "email": root.email,
        "language": "en",
        "time_zone": "Europe/Prague",
        "is_active": "on",
    }
    answer = client.post(f"/settings/users/{root.pk}/", typed)
    assert (answer.status_code, "Somebody has to stay administrator." in answer.content.decode()) == (422, True)
    assert User.objects.get().is_admin


def test_teams_form_a_tree_without_circles(client: Client) -> None:
    client.post("/settings/teams/new/", {"name": "All", "region": "Europe"})
    above = Team.objects.get()
    client.post("/settings/teams/new/", {"name": "North", "parent": above.pk})
    below = Team.objects.get(name="North")
    answer = client.post(f"/settings/teams/{above.pk}/", {"name": "All", "parent": below.pk})
    assert (answer.status_code, "a part of itself" in answer.content.decode()) == (422, True)
    client.post(f"/settings/teams/{above.pk}/delete/")
    assert Team.objects.count() == 2
    client.post(f"/settings/teams/{below.pk}/delete/")
    assert [team.name for team in Team.objects.all()] == ["All"]


@pytest.mark.capability("C110")
def test_the_grid_of_a_role_is_what_its_users_may_do(client: Client) -> None:
    typed = {"name": "Reader", "*-see": "2", "books-see": "4", "books-edit": "1", "books-delete": "9"}
    assert client.post("/settings/roles/new/", typed).status_code == 302
    role = Role.objects.get(name="Reader")
    assert set(Grant.objects.filter(role=role).values_list("record_type", "action", "scope")) == {
        ("*", "see", 2), ("books", "see", 4), ("books", "edit", 1),
    }  # fmt: skip
    html = client.get(f"/settings/roles/{role.pk}/").content.decode()
    assert re.search(r'name="books-see"[^>]*data-granted>.*?<option value="4" selected>', html)
    client.post(f"/settings/roles/{role.pk}/", {"name": "Reader", "books-see": "1"})
    assert list(Grant.objects.filter(role=role).values_list("record_type", "action", "scope")) == [("books", "see", 1)]
    taken = client.post("/settings/roles/new/", {"name": "READER"})
    assert (taken.status_code, "There is already a role" in taken.content.decode()) == (422, True)
    client.post(f"/settings/roles/{role.pk}/delete/")
    assert not Role.objects.filter(name="Reader").exists()


def test_settings_open_with_the_users_and_each_page_says_what_it_is(client: Client) -> None:
    assert client.get("/settings/")["Location"] == "/settings/users/"
    for place, title in (("users/", "Users"), ("teams/", "Teams"), ("teams/new/", "New team"), ("company/", "Company")):
        text = client.get(f"/settings/{place}").content.decode()
        assert f"<title>{title} · Settings" in text
        assert "---------" not in text


def test_rates_are_kept_by_currency_and_day(client: Client) -> None:
    for rate in ("25.10", "25.3"):
        client.post("/settings/company/rates/", {"currency": "CZK", "valid_from": "2026-01-01", "rate": rate})
    assert [str(rate.rate) for rate in ExchangeRate.objects.all()] == ["25.30000000"]
    for wrong in ({"rate": "-1"}, {"rate": "many"}, {"currency": "EUR"}, {"valid_from": "soon"}):
        typed = {"currency": "PLN", "valid_from": "2026-01-01", "rate": "4", **wrong}
        assert client.post("/settings/company/rates/", typed).status_code == 422
    assert ExchangeRate.objects.count() == 1


def test_the_base_currency_stays_once_amounts_are_kept_in_it(client: Client, root: User) -> None:
    assert client.post("/settings/company/", {"name": "Amber", "base_currency": "CZK"}).status_code == 302
    write.create(books, {"title": "Quo vadis", "price": Money.zero("CZK")}, actor=actor_for(root))
    answer = client.post("/settings/company/", {"name": "Amber", "base_currency": "PLN"})
    assert answer.status_code == 422
    assert (Workspace.get().name, Workspace.get().base_currency) == ("Amber", "CZK")
    client.post("/settings/company/", {"name": "Amber and sons", "base_currency": "CZK"})
    assert Workspace.get().name == "Amber and sons"


def test_an_amount_in_a_custom_field_keeps_the_base_currency_too(client: Client, root: User) -> None:
    client.post("/settings/company/", {"name": "Amber", "base_currency": "CZK"})
    client.post("/settings/fields/books/new/", {"label": "Advance", "kind": "money"})
    assert client.post("/settings/company/", {"name": "Amber", "base_currency": "EUR"}).status_code == 302
    write.create(books, {"title": "Quo vadis", "x_advance": Money.zero("EUR")}, actor=actor_for(root))
    answer = client.post("/settings/company/", {"name": "Amber", "base_currency": "PLN"})
    assert (answer.status_code, Workspace.get().base_currency) == (422, "EUR")


@pytest.mark.capability("C130")
def test_a_field_is_added_changed_retired_and_used_again(client: Client, root: User) -> None:
    typed = {"label": "Binding", "kind": "choice", "choices": "Hard\n\n Soft \n", "help": "How it is bound"}
    answer = client.post("/settings/fields/books/new/", typed)
    assert answer["HX-Redirect"] == "/settings/fields/books/"
    field = CustomField.objects.get()
    assert (field.key, field.choices, field.help) == ("x_binding", ["Hard", "Soft"], "How it is bound")

    book = write.create(books, {"title": "Quo vadis", "x_binding": "Soft"}, actor=actor_for(root))
    assert "Soft" in client.get(f"/books/{book.pk}/").content.decode()
    client.post(f"/settings/fields/books/{field.pk}/", {"label": "Cover", "choices": "Soft\nHard\nNone"})
    assert "Cover" in client.get(f"/books/{book.pk}/edit/").content.decode()

    client.post(f"/settings/fields/books/{field.pk}/retire/")
    assert 'id="fact-x_binding"' not in client.get(f"/books/{book.pk}/").content.decode()
    client.post(f"/settings/fields/books/{field.pk}/revive/")
    assert "Soft" in client.get(f"/books/{book.pk}/").content.decode()
    assert Book.objects.get().custom == {"x_binding": "Soft"}


def test_a_wrong_field_is_refused_with_the_reason(client: Client) -> None:
    client.post("/settings/fields/books/new/", {"label": "Binding", "kind": "text"})
    for typed, words in (
        ({"label": "binding", "kind": "text"}, "There is already a field"),
        ({"label": "Cover", "kind": "choice", "choices": "A\na"}, "is there twice"),
        ({"label": "Cover", "kind": "choice"}, "Enter at least one value."),
        ({"label": "Cover", "kind": "record"}, "This field is required."),
        ({"label": "Cover", "kind": "record", "target": "ghosts"}, "ghosts"),
    ):
        answer = client.post("/settings/fields/books/new/", typed)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert CustomField.objects.count() == 1


def test_the_order_of_fields_can_be_changed(client: Client) -> None:
    for label in "ABC":
        client.post("/settings/fields/books/new/", {"label": label, "kind": "text"})
    pks = {field.label: field.pk for field in CustomField.objects.all()}
    answer = client.post("/settings/fields/books/order/", {"field": [pks["C"], pks["A"], "x"]})
    assert answer.status_code == 204
    assert [field.label for field in CustomField.objects.all()] == ["C", "A", "B"]


def test_a_field_stands_in_the_section_chosen_for_it(client: Client, root: User) -> None:
    placed = {"label": "Cover", "kind": "text", "section": "Book"}
    client.post("/settings/fields/books/new/", placed)
    client.post("/settings/fields/books/new/", {"label": "Loose", "kind": "text"})
    record = write.create(books, {"title": "Quo vadis", "x_cover": "Red", "x_loose": "Blue"}, actor=actor_for(root))
    html = client.get(f"/books/{record.pk}/").content.decode()
    marks = ('id="fact-x_cover"', ">More</span>", ">Further fields</span>", 'id="fact-x_loose"')
    assert (places := [html.index(mark) for mark in marks]) == sorted(places)
    for page in ("/books/new/", f"/books/{record.pk}/edit/"):
        sections = client.get(page).context["form"].sections
        assert [str(section.title) for section in sections] == ["Book", "More", "Further fields"]
        assert [sections[0].items[-1].name, sections[2].items[0].name] == ["x_cover", "x_loose"]
    assert "x_cover" in client.get("/books/new/?dialog=1").content.decode()
    assert client.post("/settings/fields/books/new/", {**placed, "label": "B", "section": "No"}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", " Red ", "Red"), ("integer", "1,200", 1200), ("boolean", "yes", True), ("duration", "1:30", 90),
        ("choice", "soft", "Soft"), ("multi_choice", "Soft, hard", ["Soft", "Hard"]), ("country", "poland", "PL"),
        ("date", "2026-03-01", "2026-03-01"), ("money", "5 EUR", {"amount": "5.00", "currency": "EUR", "base": "5.00"}),
        ("tags", "a, b", ["a", "b"]),
    ],
)  # fmt: skip
def test_new_records_start_with_the_default(client: Client, root: User, kind: str, typed: str, stored: object) -> None:
    definition = {"label": "Cover", "kind": kind, "choices": "Soft\nHard", "default": typed}
    assert client.post("/settings/fields/books/new/", definition).status_code == 200
    assert CustomField.objects.get().default == stored
    pk = CustomField.objects.get().pk
    again = client.get(f"/settings/fields/books/{pk}/")
    shown = again.context["form"].initial["default"]
    client.post(f"/settings/fields/books/{pk}/", {"label": "Cover", "choices": "Soft\nHard", "default": shown})
    assert CustomField.objects.get().default == stored
    made = write.create(books, {"title": "Quo vadis"}, actor=actor_for(root))
    assert made.custom == {"x_cover": stored}
    assert write.create(books, {"title": "Ivanhoe", "x_cover": None}, actor=actor_for(root)).custom == {}


@pytest.mark.parametrize(("kind", "typed"), [("integer", "many"), ("choice", "Leather"), ("email", "nobody")])
def test_a_default_that_the_field_could_not_hold_is_refused(client: Client, kind: str, typed: str) -> None:
    definition = {"label": "Cover", "kind": kind, "choices": "Soft", "default": typed}
    answer = client.post("/settings/fields/books/new/", definition)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["default"])
    assert typed in answer.content.decode()
    assert not CustomField.objects.exists()


def test_marking_a_field_has_its_indexes_built_and_shows_how_far_they_are(client: Client, root: User) -> None:
    marked = {"label": "Code", "kind": "text", "indexed": "on", "unique": "on"}
    client.post("/settings/fields/books/new/", marked)
    run = JobRun.objects.get()
    assert (run.kind, run.owner) == ("records.build_field_indexes", root)
    page = client.get("/settings/fields/books/").content.decode()
    assert "/settings/fields/books/states/" in page
    assert "Quick to find" in page
    assert "Indexes of “Code”" in client.get("/settings/fields/books/states/").content.decode()
    CustomField.objects.update(index_error="Several records have the same value of “Code”.")
    assert client.get("/settings/fields/books/states/")["HX-Refresh"] == "true"
    assert "Several records have the same value" in client.get("/settings/fields/books/").content.decode()


def test_a_field_with_equal_values_cannot_become_unique(client: Client, root: User) -> None:
    client.post("/settings/fields/books/new/", {"label": "Code", "kind": "text"})
    for title in ("Quo vadis", "Ivanhoe"):
        write.create(books, {"title": title, "x_code": "AB-1"}, actor=actor_for(root))
    pk = CustomField.objects.get().pk
    answer = client.post(f"/settings/fields/books/{pk}/", {"label": "Code number", "unique": "on"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["unique"])
    assert "“ab-1”" in answer.content.decode()
    assert (CustomField.objects.get().unique, CustomField.objects.get().label) == (False, "Code")


def test_a_unique_field_has_no_default(client: Client) -> None:
    marked = {"label": "Code", "kind": "text", "unique": "on", "default": "AB-1"}
    answer = client.post("/settings/fields/books/new/", marked)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["default"])


def test_what_does_not_belong_to_the_kind_chosen_last_is_left_out(client: Client) -> None:
    typed = {"label": "Spare", "kind": "record", "target": "shelves", "unique": "on", "default": "5", "choices": "A"}
    assert client.post("/settings/fields/books/new/", typed).status_code == 200
    field = CustomField.objects.get()
    assert (field.target, field.unique, field.default, field.choices) == ("shelves", False, None, [])
    assert "(shelves)" in client.get("/settings/fields/books/").content.decode()
