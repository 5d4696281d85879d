"""Sending mail: written down in the current transaction, delivered by a job after it."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import make_msgid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import open_file
from jantar.platform.mail.models import MailAttachment, SentMail, State

MAX_ATTEMPTS = 6
KEPT_DAYS = 180
#: What all attachments of a mail may have together, in bytes; many mail servers take no more.
MOST_ATTACHED = 15 * 1024 * 1024


@dataclass(frozen=True)
class Attachment:
    """A kept file that goes out with a mail."""

    file: StoredFile
    name: str
    media_type: str


@dataclass(frozen=True)
class CalendarPart:
    """What mail programs offer to put into a calendar: an iCalendar text, and the method it names (RFC 5546)."""

    text: str
    method: str


def send_mail(
    to: Sequence[str],
    *,
    subject: str,
    body: str,
    html: str = "",
    owner_id: int | None = None,
    is_private: bool = False,
    attachments: Sequence[Attachment] = (),
    reply_to: str = "",
    calendar: CalendarPart | None = None,
) -> SentMail:
    """Have a mail sent after the current transaction; a rollback takes it back. Answers go to `reply_to`.

    Of a private one no page shows subject and text, and they are deleted when it was sent.
    Raises ValidationError for an address that is none and for attachments of more than `MOST_ATTACHED` bytes. Line
    breaks in the subject become spaces.
    """
    for address in to:
        validate_email(address)
    if not to:
        raise ValidationError(_("A mail needs at least one recipient."))
    if sum(one.file.size for one in attachments) > MOST_ATTACHED:
        raise ValidationError(_("The attachments are too large for a mail."))
    with transaction.atomic():
        mail = SentMail.objects.create(
            to=", ".join(to),
            subject=" ".join(subject.split())[:200],
            body=body,
            html=html,
            owner_id=owner_id,
            is_private=is_private,
            reply_to=reply_to,
            calendar=calendar.text if calendar else "",
            calendar_method=calendar.method if calendar else "",
            message_id=make_msgid(domain=settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"),
        )
        MailAttachment.objects.bulk_create(
            MailAttachment(mail=mail, file=one.file, name=one.name[:200], media_type=one.media_type)
            for one in attachments
        )
        _enqueue(mail)
    return mail


def send_again(mail: SentMail) -> bool:
    """Try a mail again that was given up; return whether it was."""
    with transaction.atomic():
        changed = SentMail.objects.filter(pk=mail.pk, state=State.FAILED).update(
            state=State.WAITING, attempt=0, error=""
        )
        if changed:
            _enqueue(mail)
    return bool(changed)


def deliver(mail_id: int) -> None:
    """Hand one mail to the mail server.

    It is noted as being sent before that, in a transaction of its own. When the worker dies
    in between nobody knows whether the server has it: then it is not sent a second time, and
    the page says so.
    """
    mail = _take(mail_id)
    if mail is None:
        return
    try:
        message_of(mail).send()
    except (OSError, smtplib.SMTPException) as error:
        _note_failure(mail, error)
        return
    emptied = {"subject": "", "body": "", "html": "", "calendar": ""} if mail.is_private else {}
    SentMail.objects.filter(pk=mail.pk).update(state=State.SENT, sent_at=timezone.now(), error="", **emptied)


def message_of(mail: SentMail) -> EmailMultiAlternatives:
    """The mail as Django sends it."""
    message = EmailMultiAlternatives(
        mail.subject,
        mail.body,
        to=mail.to.split(", "),
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:  # also as a file, for programs that know nothing of the other
        message.attach_alternative(mail.calendar, f"text/calendar; method={mail.calendar_method}")
        message.attach("invite.ics", mail.calendar.encode(), "application/ics")
    for one in mail.attachments.select_related("file"):
        with open_file(one.file) as content:
            message.attach(one.name, content.read(), one.media_type)
    return message


def delete_old() -> int:
    """Delete mails of more than 180 days ago; return how many."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    return SentMail.objects.filter(created_at__lt=before).exclude(state=State.WAITING).delete()[0]


def is_permanent(error: Exception) -> bool:
    """Say whether the server refused for good; anything else may work later."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _take(mail_id: int) -> SentMail | None:
    with transaction.atomic():
        mail = SentMail.objects.select_for_update().filter(pk=mail_id).first()
        if mail is None or mail.state in (State.SENT, State.FAILED):
            return None
        if mail.state == State.SENDING:
            mail.state = State.FAILED
            mail.error = _(
                "Sending was interrupted: the mail may have gone out. Send it again only if it did not arrive."
            )
            mail.save(update_fields=["state", "error"])
            return None
        mail.state = State.SENDING
        mail.attempt += 1
        mail.save(update_fields=["state", "attempt"])
    return mail


def _note_failure(mail: SentMail, error: Exception) -> None:
    """Try again later unless the server refused for good: after 1, 4, 9, 16 and 25 minutes."""
    give_up = is_permanent(error) or mail.attempt >= MAX_ATTEMPTS
    with transaction.atomic():
        state = State.FAILED if give_up else State.WAITING
        SentMail.objects.filter(pk=mail.pk).update(state=state, error=str(error)[:1000])
        if not give_up:
            _enqueue(mail, delay=timedelta(minutes=mail.attempt**2))


def _enqueue(mail: SentMail, delay: timedelta | None = None) -> None:
    from jantar.platform.mail.jobs import deliver_mail

    deliver_mail.later(mail_id=mail.pk, run_at=timezone.now() + delay if delay else None)
