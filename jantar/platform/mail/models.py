"""One row for each mail that was to be sent: what became of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")


class SentMail(models.Model):
    """A mail. `to` holds the addresses with commas between, `attempt` counts the tries.

    What a private one says is nobody's but the recipient's: it is shown to nobody, and deleted when it was sent.
    """

    to = models.TextField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    html = models.TextField(blank=True)
    reply_to = models.CharField(_("answers go to"), max_length=254, blank=True, default="", db_default="")
    #: An iCalendar text that goes with it, and its method (RFC 5546).
    calendar = models.TextField(blank=True, default="", db_default="")
    calendar_method = models.CharField(max_length=20, blank=True, default="", db_default="")
    message_id = models.CharField(max_length=200, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_private = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")

    def __str__(self) -> str:
        return self.shown_subject

    @property
    def shown_subject(self) -> str:
        """What pages call it."""
        return gettext("Private mail") if self.is_private else self.subject

    @property
    def tone(self) -> str:
        """Colour of the state on pages."""
        return {State.SENT: "success", State.FAILED: "danger", State.SENDING: "info"}.get(State(self.state), "neutral")

    @property
    def can_send_again(self) -> bool:
        """Given up, so that only a person can decide."""
        return self.state == State.FAILED


class MailAttachment(models.Model):
    """A kept file that goes out with a mail, under this name."""

    mail = models.ForeignKey(SentMail, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
