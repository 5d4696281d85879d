"""Writing on a record: private notes, shared with named people, and comments for everybody who sees it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import too_long
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound
from jantar.engine.records.links import visible_keys
from jantar.engine.timeline import stream
from jantar.engine.timeline.channels import key_of_stream, reads_stream
from jantar.engine.timeline.mentions import Mentions, check_mentions, store_mentions
from jantar.engine.timeline.models import Comment, Note, NoteShare
from jantar.kit.text import without_controls
from jantar.platform.accounts.models import User

MAX_TEXT = 20_000
MAX_READERS = 50
NOBODY = Mentions()


def add_note(record: Any, *, text: str, actor: Actor, share_with: Iterable[int] = ()) -> Note:
    """A note nobody but its author sees, and the users `share_with` (ids). Raises Invalid, NotFound."""
    key, user_id = _seen(record, actor)
    text = _checked(text)
    readers = _readers(key, share_with, actor)
    with transaction.atomic():
        note: Note = Note.objects.create(author_id=user_id, record_type=key.type, record_id=key.id, text=text)
        NoteShare.objects.bulk_create(NoteShare(note=note, user=user) for user in readers)
        stream.add_many("note", [(RecordKey("note", note.pk), [key], note.created_at, {})], actor=actor, around=False)
    return note


def share_note(note_id: int, *, share_with: Iterable[int], actor: Actor) -> Note:
    """Makes the users `share_with` (ids), and no others, see the note. Only its author may."""
    note: Note = _own(Note, note_id, actor)
    readers = _readers(note.record, share_with, actor)
    with transaction.atomic():
        NoteShare.objects.filter(note=note).exclude(user__in=readers).delete()
        NoteShare.objects.bulk_create((NoteShare(note=note, user=user) for user in readers), ignore_conflicts=True)
    return note


def edit_note(note_id: int, *, text: str, actor: Actor, share_with: Iterable[int] | None = None) -> Note:
    """A new text and, when given, new readers. Only the author may."""
    text = _checked(text)
    with transaction.atomic():
        if share_with is not None:
            share_note(note_id, share_with=share_with, actor=actor)
        note: Note = _edited(_own(Note, note_id, actor), text)
    return note


def delete_note(note_id: int, *, actor: Actor) -> None:
    _delete(_own(Note, note_id, actor), "note")


def add_comment(record: Any, *, text: str, actor: Actor, mentions: Mentions = NOBODY) -> Comment:
    """A word for everybody who sees the record; who is mentioned is told. Raises Invalid, NotFound.

    In place of a record a team can be given: then it is a message in its channel.
    """
    key, user_id = _seen(record, actor)
    return _add_comment(key, user_id, text, actor, mentions)


def reply(comment_id: int, *, text: str, actor: Actor, mentions: Mentions = NOBODY) -> Comment:
    """An answer in the thread of a comment, told to all who wrote in it or were named. Raises Invalid, NotFound."""
    answered = Comment.objects.visible_to(actor).filter(pk=comment_id).first()
    if answered is None:
        raise NotFound(_("There is nothing here."))
    if actor.user_id is None:
        raise NotAllowed(_("Only a user can write here."))
    return _add_comment(answered.record, actor.user_id, text, actor, mentions, answered.begins_id or answered.pk)


def _add_comment(
    key: RecordKey, user_id: int, text: str, actor: Actor, mentions: Mentions, begins: int | None = None
) -> Comment:
    text = _checked(text)
    check_mentions(key, mentions)
    with transaction.atomic():
        comment: Comment = Comment.objects.create(
            author_id=user_id, record_type=key.type, record_id=key.id, text=text, begins_id=begins
        )
        store_mentions(comment, mentions)
        told: stream.Told = (RecordKey("comment", comment.pk), [key], comment.created_at, {})
        stream.add_many("comment", [told], actor=actor, around=False)
    return comment


def edit_comment(comment_id: int, *, text: str, actor: Actor, mentions: Mentions | None = None) -> Comment:
    """A new text and, when given, other mentions; who is named now is told now. Only the author may."""
    own: Comment = _own(Comment, comment_id, actor)
    if mentions is not None:
        check_mentions(own.record, mentions)
    with transaction.atomic():
        comment: Comment = _edited(own, text)
        if mentions is not None and store_mentions(comment, mentions):
            stream.tell_again("comment", RecordKey("comment", comment.pk), actor=actor)
    return comment


def delete_comment(comment_id: int, *, actor: Actor) -> Comment:
    comment: Comment = _own(Comment, comment_id, actor)
    _delete(comment, "comment")
    return comment


def _seen(record: Any, actor: Actor) -> tuple[RecordKey, int]:
    """The key of a record on which the actor may write, and the id of the user: who sees it may."""
    key = key_of_stream(record)
    if not reads_stream(key, actor):
        raise NotFound(_("There is no such record."))
    if actor.user_id is None:
        raise NotAllowed(_("Only a user can write here."))
    return key, actor.user_id


def _checked(text: str) -> str:
    text = without_controls(text.replace("\r\n", "\n")).strip()
    if not text:
        raise Invalid({"text": [_("Please write something.")]})
    if len(text) > MAX_TEXT:
        raise Invalid({"text": [too_long(MAX_TEXT, len(text))]})
    return text


def _readers(key: RecordKey, ids: Iterable[int], actor: Actor) -> list[User]:
    """The users a note can be shared with: active ones who see the record."""
    wanted = set(ids) - {actor.user_id}
    if len(wanted) > MAX_READERS:
        raise Invalid(
            {"share_with": [_("A note can be shared with at most %(limit)d people.") % {"limit": MAX_READERS}]}
        )
    users = list(User.objects.filter(pk__in=wanted, is_active=True))
    if len(users) != len(wanted):
        raise Invalid({"share_with": [_("There is no such user.")]})
    for user in users:
        if not visible_keys([key], actor_for(user)):
            raise Invalid({"share_with": [_("%(name)s may not see this record.") % {"name": user.full_name}]})
    return users


def _own(model: Any, pk: int, actor: Actor) -> Any:
    row = model.objects.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is nothing here."))
    if row.author_id != actor.user_id:
        raise NotAllowed(_("Only its author may change this."))
    return row


def _edited(row: Any, text: str) -> Any:
    row.text, row.edited_at = _checked(text), timezone.now()
    row.save(update_fields=["text", "edited_at"])
    return row


def _delete(row: Any, kind: str) -> None:
    with transaction.atomic():
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at"])
        stream.remove(kind, [RecordKey(kind, row.pk)])
