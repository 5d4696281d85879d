"""Sign-in and the account pages."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from jantar.platform.accounts.forms import ProfileForm
from jantar.platform.accounts.models import ApiToken, FailedSignIn, User
from jantar.platform.accounts.sign_in import TooManyTries, check_sign_in

PASSWORD = "correct horse battery"
WRONG = "E-mail and password do not match."
FETCH = {"X-Requested-With": "fetch"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return User.objects.create_user("Anna@Demo.example", PASSWORD, full_name="Anna Horváthová", language="en")


@pytest.fixture
def client(anna):
    client = Client()
    client.force_login(anna)
    return client


def sign_in(client, email="anna@demo.example", password=PASSWORD, **more):
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def test_e_mail_and_password_sign_in_in_any_case_of_the_e_mail(anna):
    client = Client()
    assert "Sign in" in client.get("/sign-in/").content.decode()
    assert sign_in(client, "ANNA@demo.example")["Location"] == "/"
    assert client.get("/account/").status_code == 200
    assert client.get("/sign-in/?next=/account/")["Location"] == "/account/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("anna@demo.example", "wrong"), ("nobody@demo.example", PASSWORD), ("off@demo.example", PASSWORD)],
)
def test_a_refusal_does_not_tell_which_accounts_exist(anna, email, password):
    User.objects.create_user("off@demo.example", PASSWORD, full_name="Off", is_active=False)
    client = Client()
    response = sign_in(client, email, password)
    assert response.status_code == 422
    assert WRONG in response.content.decode()
    assert f'value="{email}"' in response.content.decode()
    assert password not in response.content.decode()
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/people/?sort=name", "/people/?sort=name"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
        ("people", "/"),
        ("²", "/"),
        ("accounts:tokens", "/"),
        ("/sign-out/", "/"),
        ("", "/"),
    ],
)
def test_after_the_sign_in_only_own_addresses_are_gone_to(anna, address, target):
    assert sign_in(Client(), next=address)["Location"] == target


def test_guessing_is_slowed_down_and_an_honest_user_waits_a_minute_at_most(anna):
    client = Client()
    for _attempt in range(5):
        assert WRONG in sign_in(client, password="guess").content.decode()
    paused = sign_in(client)
    assert re.search(r"Too many attempts. Try again in (59|60) seconds.", paused.content.decode())
    assert FailedSignIn.objects.count() == 5
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302
    FailedSignIn.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert sign_in(client).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_all_at_once_are_counted_too(monkeypatch):
    checked = []

    def slow_check(username, password):
        checked.append(password)
        sleep(0.02)

    def guess(number):
        try:
            check_sign_in("10.0.0.1", "anna@demo.example", f"guess {number}")
        except TooManyTries:
            return "paused"
        finally:
            connection.close()
        return "wrong"

    monkeypatch.setattr("jantar.platform.accounts.sign_in.authenticate", slow_check)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(guess, range(12)))
    assert (answers.count("wrong"), answers.count("paused")) == (5, 7)
    assert len(checked) == FailedSignIn.objects.count() == 5


def test_many_accounts_tried_from_one_address_are_slowed_down_too(anna):
    for number in range(40):
        FailedSignIn.objects.create(address="127.0.0.1", account=str(number))
    assert "Too many attempts" in sign_in(Client()).content.decode()


def test_the_address_behind_proxies_counts_only_when_there_are_some(anna, settings):
    sign_in(Client(), password="x")
    assert FailedSignIn.objects.latest("id").address == "127.0.0.1"
    settings.PROXIES = 1
    headers = {"X-Forwarded-For": "1.2.3.4, 10.1.1.1"}
    Client().post("/sign-in/", {"email": "anna@demo.example", "password": "x"}, headers=headers)
    assert FailedSignIn.objects.latest("id").address == "10.1.1.1"


def test_sign_out_needs_a_post_and_ends_the_session(client):
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/account/").status_code == 302


def test_when_the_session_ends_a_page_comes_back_and_a_part_gets_401(client):
    Session.objects.all().delete()
    assert client.get("/account/tokens/?x=1")["Location"] == "/sign-in/?next=/account/tokens/%3Fx%3D1"
    sent = client.post("/account/", {}, headers={"Referer": "http://testserver/people/4/edit/"})
    assert sent["Location"] == "/sign-in/?next=/people/4/edit/"
    foreign = client.post("/account/", {}, headers={"Referer": "https://evil.example/x"})
    assert foreign["Location"] == "/sign-in/?next=/"
    for headers in ({"HX-Request": "true"}, FETCH):
        part = client.get("/account/", headers=headers)
        assert (part.status_code, part["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert client.get("/session/").status_code == 401


def test_the_dialog_signs_in_again_and_gives_the_new_token(anna):
    client = Client()
    assert 'name="password"' in client.get("/sign-in/part/").content.decode()
    refused = client.post("/sign-in/part/", {"email": "anna@demo.example", "password": "x"}, headers=FETCH)
    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()
    body = {"email": "anna@demo.example", "password": PASSWORD}
    assert client.post("/sign-in/part/", body, headers=FETCH).status_code == 204
    state = client.get("/session/").json()
    assert state["user"] == anna.pk
    assert len(state["csrf"]) == 64


def test_a_form_without_its_token_is_refused_with_a_sentence(anna):
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"email": "a@b.example", "password": "x"})
    assert response.status_code == 403
    assert "The page has been open for too long." in response.content.decode()


def change_password(client, **changed):
    body = {"old": PASSWORD, "new": "new-Password-77", "again": "new-Password-77", **changed}
    return client.post("/account/password/", body)


def test_a_new_password_ends_all_other_sessions(client, anna):
    elsewhere = Client()
    elsewhere.force_login(anna)
    assert change_password(client)["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    anna.refresh_from_db()
    assert anna.check_password("new-Password-77")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"old": "wrong"}, "This is not your current password."),
        ({"again": "other"}, "The two new passwords differ."),
        ({"new": "short", "again": "short"}, "too short"),
        ({"new": "password123", "again": "password123"}, "too common"),
        ({"new": "anna@demo.example", "again": "anna@demo.example"}, "too similar"),
    ],
)
def test_a_wrong_new_password_is_refused_and_the_old_one_stays(client, anna, changed, message):
    response = change_password(client, **changed)
    assert response.status_code == 422
    assert message in response.content.decode()
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_the_profile_changes_name_language_zone_and_theme(client, anna):
    body = {"full_name": "Anna H.", "language": "hu", "time_zone": "Europe/Budapest", "theme": "dark"}
    assert client.post("/account/", body).status_code == 302
    anna.refresh_from_db()
    assert [anna.full_name, anna.language, anna.time_zone, anna.theme] == list(body.values())
    assert '<html lang="hu" data-theme="dark" data-time-zone="' in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    "changed", [{"time_zone": "Mars/Base"}, {"language": "xx"}, {"theme": "pink"}, {"full_name": ""}]
)
def test_a_wrong_profile_is_refused(client, anna, changed):
    body = {"full_name": "Anna H.", "language": "hu", "time_zone": "Europe/Budapest", "theme": "dark", **changed}
    assert client.post("/account/", body).status_code == 422
    anna.refresh_from_db()
    assert anna.full_name == "Anna Horváthová"


def test_theme_and_language_of_the_menu_are_kept(client, anna):
    assert client.post("/account/theme/", {"theme": "auto"}).status_code == 204
    assert client.post("/account/theme/", {"theme": "pink"}).status_code == 422
    assert client.post("/account/language/", {"language": "cs", "next": "/account/"})["Location"] == "/account/"
    assert client.post("/account/language/", {"language": "xx", "next": "//evil.example"})["Location"] == "/"
    anna.refresh_from_db()
    assert (anna.theme, anna.language) == ("system", "cs")


def test_saving_ones_profile_keeps_what_an_administrator_changed_meanwhile(anna):
    form = ProfileForm(
        {"full_name": "Anna Nagy", "language": "hu", "time_zone": "Europe/Budapest", "theme": "dark"}, instance=anna
    )
    assert form.is_valid()
    User.objects.filter(pk=anna.pk).update(is_active=False, is_admin=True)
    form.save()
    anna = User.objects.get(pk=anna.pk)
    assert (anna.full_name, anna.language, anna.time_zone, anna.theme) == ("Anna Nagy", "hu", "Europe/Budapest", "dark")
    assert (anna.is_active, anna.is_admin) == (False, True)


def test_a_token_is_shown_once_works_and_is_revoked(client, anna):
    page = client.post("/account/tokens/", {"name": "Web shop", "days": "30"}).content.decode()
    token = re.search(r'value="(jantar_[^"]+)"', page)[1]
    assert ApiToken.user_of(token) == anna
    kept = ApiToken.objects.get()
    assert kept.expires_at.date() == (timezone.now() + timedelta(days=30)).date()
    listed = client.get("/account/tokens/").content.decode()
    assert token not in listed
    assert "Web shop" in listed
    client.post(f"/account/tokens/{kept.pk}/revoke/")
    assert ApiToken.user_of(token) is None


def test_nobody_revokes_the_token_of_somebody_else(client):
    other = User.objects.create_user("jan@demo.example", PASSWORD, full_name="Jan")
    token, _text = ApiToken.issue(other, "Mine")
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


@pytest.mark.parametrize("body", [{"name": "", "days": "30"}, {"name": "x", "days": "31"}])
def test_a_wrong_token_form_makes_no_token(client, body):
    assert client.post("/account/tokens/", body).status_code == 422
    assert not ApiToken.objects.exists()
