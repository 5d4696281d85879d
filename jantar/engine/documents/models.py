"""Documents with their versions, and the content of files, which is kept once however often it is attached."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.fields.files.kinds import Kind
from jantar.engine.fields.model_fields import RecordKeyField
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.models import Record

NAME_LENGTH = 200
ALIVE = Q(deleted_at=None)


ICONS = {
    Kind.IMAGE: "photo", Kind.PDF: "file-type-pdf", Kind.TEXT: "file-text", Kind.WORDS: "file-text",
    Kind.SHEET: "table", Kind.SLIDES: "presentation", Kind.ARCHIVE: "file-zip", Kind.OTHER: "file",
}  # fmt: skip


class Reading(models.TextChoices):
    """How far finding out what a content says and how it looks is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Content(models.Model):
    """The bytes of a file. Nobody is shown a content but through a document they may see.

    `words` are those of the text, folded and each once: what it is found by. `small` and `large` are pictures of it,
    `preview` is what is shown of an office file (see `previews`).
    """

    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField(_("size"))
    kind = models.CharField(_("type"), max_length=10, choices=Kind)
    media_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    reading = models.CharField(max_length=10, choices=Reading, default=Reading.WAITING)
    text = models.TextField(default="")
    words = models.TextField(default="")
    preview = models.JSONField(null=True)
    small = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    large = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index("id", condition=Q(reading="waiting"), name="documents_unread")]
        verbose_name = _("content")
        verbose_name_plural = _("contents")

    def __str__(self) -> str:
        return self.digest[:12]


class Access(models.TextChoices):
    """Who may look into a folder."""

    OPEN = "open", pgettext_lazy("folder", "Everybody who may see what it is in")
    LIMITED = "limited", pgettext_lazy("folder", "Only those named, and administrators")
    PRIVATE = "private", pgettext_lazy("folder", "Only the people named, not even administrators")


class Folder(Record):
    """A place for documents, on a record or company-wide. Its owner always counts as named.

    `gates` are the ids of itself and of what it is in, as far as they are limited or private: who may look into
    all of them may look into the folder.
    """

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    about = RecordKeyField(_("record"))
    parent = models.ForeignKey(
        "self", verbose_name=_("inside"), null=True, blank=True, on_delete=models.PROTECT, related_name="folders"
    )
    access = models.CharField(_("who may look in"), max_length=10, choices=Access, default=Access.OPEN)
    gates = ArrayField(models.BigIntegerField(), default=list, editable=False)

    title_column: ClassVar[str] = "name"

    class Meta:
        verbose_name = _("folder")
        verbose_name_plural = _("folders")
        indexes = [
            models.Index("about_type", "about_id", condition=ALIVE, name="folder_of_record"),
            models.Index(F("created_at").desc(), F("id").desc(), condition=ALIVE, name="folder_by_created"),
            models.Index("id", condition=~Q(access="open"), name="folder_closed"),
        ]

    def __str__(self) -> str:
        return self.name


class FolderReader(models.Model):
    """Who is named for a folder. To a private one only people open the door, not teams and roles."""

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), null=True, blank=True, on_delete=models.CASCADE,
        related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    role = models.ForeignKey(
        "permissions.Role", verbose_name=_("role"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    may_change = models.BooleanField(_("may change"), default=False)

    class Meta:
        verbose_name = _("named")
        verbose_name_plural = _("named")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team=None, role=None)
                | Q(user=None, team__isnull=False, role=None)
                | Q(user=None, team=None, role__isnull=False),
                name="folderreader_is_one",
                violation_error_message=_("Name a person, a team or a role in each row."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user or self.team or self.role)


class Document(Record):
    """A file with its versions, on a record or company-wide. `kind`, `size` and `number` are of the newest version."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    description = models.TextField(_("description"), blank=True, default="")
    about = RecordKeyField(_("record"))
    folder = models.ForeignKey(
        Folder, verbose_name=_("folder"), null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    #: Sales literature is offered on every record to be given to somebody, as long as it is valid.
    is_literature = models.BooleanField(_("sales literature"), default=False)
    language = models.CharField(
        _("language"), max_length=2, blank=True, default="",
        choices=[("cs", _("Czech")), ("sk", _("Slovak")), ("hu", _("Hungarian")), ("pl", _("Polish")),
                 ("en", _("English")), ("de", _("German"))],
    )  # fmt: skip
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    content = models.ForeignKey(Content, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("type"), max_length=10, choices=Kind, default=Kind.OTHER, editable=False)
    size = models.BigIntegerField(_("size in bytes"), default=0, editable=False)
    number = models.PositiveIntegerField(pgettext_lazy("file", "version"), default=0, editable=False)

    title_column: ClassVar[str] = "name"
    #: Set by pages that show small pictures.
    has_picture = False

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [
            models.Index("about_type", "about_id", F("id").desc(), condition=ALIVE, name="document_of_record"),
            models.Index(F("created_at").desc(), F("id").desc(), condition=ALIVE, name="document_by_created"),
            models.Index("content", name="document_of_content"),
            models.Index("id", condition=ALIVE & Q(is_literature=True), name="document_literature"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        return ICONS[Kind(self.kind)]


class Version(models.Model):
    """What a document was at a time; the newest is what it is."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(pgettext_lazy("file", "version"))
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="versions")
    file_name = models.CharField(_("file"), max_length=NAME_LENGTH)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = pgettext_lazy("file", "version")
        verbose_name_plural = pgettext_lazy("file", "versions")
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="documents_version_once")]

    def __str__(self) -> str:
        return str(self.number)


class How(models.TextChoices):
    MAIL = "mail", _("by e-mail")
    HAND = "hand", _("handed over")


class HandoutQuerySet(models.QuerySet["Handout"]):
    def visible_to(self, actor: Actor) -> "HandoutQuerySet":
        """Those of documents the actor sees. Who got it is told only where the recipient may be seen, too."""
        return self.filter(document__in=Document.objects.visible_to(actor))


class Handout(models.Model):
    """Somebody got a version of a document; `about` is the record on which it was given."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="handouts")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="handouts")
    to = RecordKeyField(_("recipient"), blank=False)
    about = RecordKeyField(_("record"))
    how = models.CharField(_("how"), max_length=4, choices=How)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    mail = models.ForeignKey("mail.SentMail", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = models.Manager.from_queryset(HandoutQuerySet)()

    class Meta:
        verbose_name = _("handed out document")
        verbose_name_plural = _("handed out documents")
        indexes = [
            models.Index("document", F("at").desc(), name="handout_of_document"),
            models.Index("to_type", "to_id", name="handout_to"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.to}"
