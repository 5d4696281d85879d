"""Giving documents to people: by mail, or noted when they were handed over. Who got which version is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jantar.engine.documents.models import Document, Handout, How, Version
from jantar.engine.documents.recipients import Recipient, recipients
from jantar.engine.documents.services import file_name
from jantar.engine.documents.telling import tell_given
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.registry import registry
from jantar.platform.mail.models import SentMail
from jantar.platform.mail.services import MOST_ATTACHED, Attachment, send_mail

MOST_DOCUMENTS, MOST_RECIPIENTS = 20, 50
LONGEST_SUBJECT, LONGEST_TEXT = 200, 20_000


@dataclass(frozen=True)
class Gift:
    """What is given to whom. `subject` and `text` are of the mail, `at` of what was handed over."""

    documents: Sequence[int]
    to: Sequence[RecordKey]
    how: str = How.MAIL
    about: RecordKey | None = None
    subject: str = ""
    text: str = ""
    at: datetime = field(default_factory=timezone.now)


def give(gift: Gift, *, actor: Actor) -> list[Handout]:
    """Sends each recipient a mail with the newest versions, or notes that they got them.

    Raises Invalid with the keys documents, to, subject, text and at.
    """
    versions, people = versions_of(gift.documents, actor), recipients(gift.to, actor)
    if errors := problems(gift, versions, people):
        raise Invalid(errors)
    with transaction.atomic():
        mails = {one.key: send(gift, one, versions, actor) for one in people} if gift.how == How.MAIL else {}
        handouts = [
            handout(gift, version, one.key, mails.get(one.key), actor) for one in people for version in versions
        ]
        Handout.objects.bulk_create(handouts)
        tell_given(gift.how, versions, [one.key for one in people], gift.about, gift.at, actor)
    return handouts


def handout(gift: Gift, version: Version, to: RecordKey, mail: SentMail | None, actor: Actor) -> Handout:
    made = Handout(document=version.document, version=version, how=gift.how, at=gift.at, by_id=actor.user_id, mail=mail)
    made.to, made.about = to, gift.about
    return made


def versions_of(pks: Iterable[int], actor: Actor) -> list[Version]:
    """The newest versions of the documents the actor sees."""
    documents = list(registry.get("documents").visible_to(actor).filter(pk__in=list(pks), number__gt=0))
    numbers = {document.pk: document for document in documents}
    found = Version.objects.filter(document__in=documents).select_related("content__file", "document__folder")
    return [one for one in found if one.number == numbers[one.document_id].number]


def problems(gift: Gift, versions: Sequence[Version], people: Sequence[Recipient]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not versions:
        found["documents"] = [_("Choose at least one document.")]
    elif len(versions) < len(set(gift.documents)):
        found["documents"] = [_("One of the documents is no longer there, or has no file yet.")]
    elif len(versions) > MOST_DOCUMENTS:
        found["documents"] = [_("At most %(limit)d documents can be given at once.") % {"limit": MOST_DOCUMENTS}]
    if not people:
        found["to"] = [_("Choose who gets it.")]
    elif len(people) < len(set(gift.to)):
        found["to"] = [_("One of the recipients is no longer there, or can't be written to.")]
    elif len(people) > MOST_RECIPIENTS:
        found["to"] = [_("At most %(limit)d recipients can be chosen at once.") % {"limit": MOST_RECIPIENTS}]
    return found | (mail_problems(gift, versions, people) if gift.how == How.MAIL else date_problems(gift))


def mail_problems(gift: Gift, versions: Sequence[Version], people: Sequence[Recipient]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    size = sum(one.content.size for one in versions)
    if size > MOST_ATTACHED:
        words = {"size": f"{size / 1024 / 1024:.0f}", "limit": f"{MOST_ATTACHED / 1024 / 1024:.0f}"}
        found["documents"] = [_("Together they have %(size)s MB; a mail takes at most %(limit)s MB.") % words]
    if nowhere := [one.title for one in people if not one.mail]:
        found["to"] = [_("No e-mail address is known of %(names)s.") % {"names": ", ".join(nowhere)}]
    if not gift.subject.strip():
        found["subject"] = [_("This field is required.")]
    elif len(gift.subject) > LONGEST_SUBJECT:
        found["subject"] = [_("At most %(limit)d characters fit here.") % {"limit": LONGEST_SUBJECT}]
    if len(gift.text) > LONGEST_TEXT:
        found["text"] = [_("At most %(limit)d characters fit here.") % {"limit": LONGEST_TEXT}]
    return found


def date_problems(gift: Gift) -> dict[str, list[str]]:
    return {"at": [_("This is in the future.")]} if gift.at > timezone.now() else {}


def send(gift: Gift, one: Recipient, versions: Sequence[Version], actor: Actor) -> SentMail:
    attachments = [
        Attachment(version.content.file, file_name(version.document, version), version.content.media_type)
        for version in versions
    ]
    is_closed = any(version.document.folder and version.document.folder.gates for version in versions)
    return send_mail(
        [one.mail], subject=gift.subject, body=gift.text, owner_id=actor.user_id, attachments=attachments,
        is_private=is_closed,
    )  # fmt: skip


def usual_text(language: str, actor: Actor) -> tuple[str, str]:
    """Subject and text of a mail in a language; in English where there is no other."""
    known = {code for code, _name in settings.LANGUAGES}
    with translation.override(language if language in known else "en"):
        text = _("Hello,\n\nthe documents we talked about are attached.\n\nKind regards\n%(name)s")
        return _("Our documents"), text % {"name": actor.name}


def outdated(document: Document, actor: Actor) -> Any:
    """Of each recipient the newest version they got, where it is not the newest one."""
    rows = Handout.objects.visible_to(actor).filter(document=document).select_related("version", "by", "mail")
    newest = rows.order_by("to_type", "to_id", "-version__number", "-at").distinct("to_type", "to_id")
    return [one for one in newest if one.version.number < document.number]
