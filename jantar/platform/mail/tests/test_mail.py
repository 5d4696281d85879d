import smtplib
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from django.utils import timezone

from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.mail.models import SentMail, State
from jantar.platform.mail.services import delete_old, deliver, send_again, send_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("admin@example.com", "password", full_name="Admin", is_admin=True)


class Refusal:
    """Makes the mail server answer with an error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, error: Exception) -> None:
        def refuse(*_arguments: object) -> int:
            raise error

        self._monkeypatch.setattr(EmailBackend, "send_messages", refuse)


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refusal:
    return Refusal(monkeypatch)


def sent(subject: str = "Hello") -> SentMail:
    return send_mail(["eva@example.com"], subject=subject, body="Dobrý den", html="<p>Dobrý den</p>")


def test_a_mail_goes_out_after_the_transaction_and_is_noted() -> None:
    mail = sent()
    assert (mail.state, len(django_mail.outbox)) == (State.WAITING, 0)

    run_waiting_jobs()

    mail.refresh_from_db()
    (message,) = django_mail.outbox
    assert (message.to, message.subject, message.body) == (["eva@example.com"], "Hello", "Dobrý den")
    assert message.extra_headers["Message-ID"] == mail.message_id
    assert (mail.state, mail.attempt, mail.error) == (State.SENT, 1, "")
    assert mail.sent_at is not None


def test_a_rollback_takes_the_mail_back() -> None:
    with transaction.atomic():
        sent()
        transaction.set_rollback(True)

    run_waiting_jobs()
    assert (SentMail.objects.count(), django_mail.outbox) == (0, [])


@pytest.mark.parametrize("address", ["nobody", "a@b@c", "eva@example.com\nBcc: all@example.com", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        send_mail([address], subject="x", body="y")
    assert not SentMail.objects.exists()


def test_a_subject_cannot_add_headers() -> None:
    sent(subject="Hello\r\nBcc: all@example.com")
    run_waiting_jobs()
    assert django_mail.outbox[0].subject == "Hello Bcc: all@example.com"


def test_a_server_that_is_away_is_tried_again_later(refuse: Refusal) -> None:
    refuse(ConnectionRefusedError("Connection refused"))
    mail = sent()
    run_waiting_jobs()

    mail.refresh_from_db()
    assert (mail.state, mail.attempt, mail.error) == (State.WAITING, 1, "Connection refused")
    planned = JobRun.objects.get(state="waiting").run_at
    assert planned is not None
    assert timedelta(seconds=50) < planned - timezone.now() <= timedelta(minutes=1)


def test_a_server_that_stays_away_is_given_up(refuse: Refusal) -> None:
    refuse(ConnectionRefusedError("Connection refused"))
    mail = sent()
    for _attempt in range(6):
        JobRun.objects.update(run_at=None)
        run_waiting_jobs()

    mail.refresh_from_db()
    assert (mail.state, mail.attempt) == (State.FAILED, 6)
    assert not JobRun.objects.filter(state="waiting").exists()


def test_a_refusal_for_good_is_not_tried_again_by_itself(refuse: Refusal) -> None:
    refuse(smtplib.SMTPRecipientsRefused({"eva@example.com": (550, b"no such user")}))
    mail = sent()
    run_waiting_jobs()

    mail.refresh_from_db()
    assert (mail.state, mail.attempt) == (State.FAILED, 1)
    assert "no such user" in mail.error


def test_a_mail_whose_sending_was_interrupted_is_not_sent_twice() -> None:
    mail = sent()
    SentMail.objects.update(state=State.SENDING, attempt=1)
    deliver(mail.pk)

    mail.refresh_from_db()
    assert (mail.state, django_mail.outbox) == (State.FAILED, [])
    assert mail.error.startswith("Sending was interrupted")


def test_a_mail_that_was_given_up_is_sent_again_on_request() -> None:
    mail = sent()
    SentMail.objects.update(state=State.FAILED, error="x")
    assert send_again(mail) is True
    assert send_again(mail) is False
    run_waiting_jobs()

    mail.refresh_from_db()
    assert (mail.state, len(django_mail.outbox)) == (State.SENT, 1)


def test_old_mails_are_deleted() -> None:
    old, waiting, new = sent("old"), sent("waiting"), sent("new")
    SentMail.objects.exclude(pk=waiting.pk).update(state=State.SENT)
    SentMail.objects.exclude(pk=new.pk).update(created_at=timezone.now() - timedelta(days=181))
    assert delete_old() == 1
    assert not SentMail.objects.filter(pk=old.pk).exists()


def test_administrators_see_what_was_sent_and_why_not(client: Client, admin: User) -> None:
    mail = sent("Faktura <1>")
    SentMail.objects.update(state=State.FAILED, error="550 no such user")
    client.force_login(admin)

    text = client.get("/settings/mail/").content.decode()
    assert "Faktura &lt;1&gt;" in text
    assert "550 no such user" in text
    assert "Dobrý den" in client.get(f"/settings/mail/{mail.pk}/").content.decode()
    client.post(f"/settings/mail/{mail.pk}/again/")
    mail.refresh_from_db()
    assert mail.state == State.WAITING


def test_an_administrator_sends_a_test_mail_to_themselves(client: Client, admin: User) -> None:
    client.force_login(admin)
    client.post("/settings/mail/test/")
    run_waiting_jobs()
    assert django_mail.outbox[0].to == ["admin@example.com"]


@pytest.mark.parametrize("address", ["/settings/mail/", "/settings/mail/1/"])
def test_nobody_else_finds_the_page(client: Client, address: str) -> None:
    client.force_login(User.objects.create_user("jan@example.com", "password", full_name="Jan"))
    assert client.get(address).status_code == 404
    assert client.post("/settings/mail/test/").status_code == 404
    assert not SentMail.objects.exists()
