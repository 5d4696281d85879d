"""The timeline of a record, and the notes and comments people write on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from jantar.engine.api.parameters import refuse_limit
from jantar.engine.fields.dates import in_utc
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.errors import BadQuery, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.engine.timeline import services, stream
from jantar.engine.timeline.channels import key_of_stream
from jantar.engine.timeline.mentions import Mentions
from jantar.engine.timeline.models import Comment, Note
from jantar.platform.accounts.models import User

MOST_ENTRIES = 100
MENTIONS = ("mention_users", "mention_teams")
Errors = dict[str, list[str]]


def timeline_of(
    record_type: RecordType, actor: Actor, pk: int, *, group: str, cursor: str, limit: int
) -> dict[str, Any]:
    """The newest entries of the record's stream that the actor may see. Raises NotFound or BadQuery."""
    refuse_limit(limit, MOST_ENTRIES)
    record = record_seen(record_type, actor, pk)
    try:
        page = stream.page(record, actor, group=group, before=cursor, limit=limit)
    except BadQuery as error:
        raise BadQuery("cursor" if error.where == "before" else error.where, error.message) from error
    return {"items": [dump_entry(entry) for entry in page.entries], "next_cursor": page.older}


def record_seen(record_type: RecordType, actor: Actor, pk: int) -> Any:
    record = record_type.visible_to(actor).select_related("created_by").one(pk)
    if record is None:
        raise NotFound(_("There is no such record."))
    return record


def dump_entry(shown: stream.Shown) -> dict[str, Any]:
    """`source` is the record, note or comment that the entry comes from."""
    entry, source = shown.entry, shown.entry.source
    return {
        "kind": shown.kind.name,
        "group": shown.kind.group,
        "at": in_utc(entry.at),
        "who": user_reference(entry.actor),
        "sentence": shown.sentence,
        "source": source and {"type": source.type, "id": source.id, "title": str(shown.source)},
        "text": getattr(shown.source, "text", ""),
        "old": str(shown.extra.get("old") or ""),
        "new": str(shown.extra.get("new") or ""),
    }


def write_note(record_type: RecordType, actor: Actor, pk: int, data: Mapping[str, Any]) -> dict[str, Any]:
    given = read_words(data, ("text", "share_with"))
    note = services.add_note(
        record_seen(record_type, actor, pk),
        text=given.get("text", ""),
        share_with=given.get("share_with", ()),
        actor=actor,
    )
    return dump_note(note)


def change_note(actor: Actor, note_id: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Raises NotFound, and NotAllowed for everybody but the author."""
    given = read_words(data, ("text", "share_with"))
    note = note_seen(Note, actor, note_id)
    text = given.get("text", note.text)
    return dump_note(services.edit_note(note_id, text=text, share_with=given.get("share_with"), actor=actor))


def write_comment(record_type: RecordType, actor: Actor, pk: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """`answers` is the id of a comment on the same record. Raises Invalid, NotFound."""
    given = read_words(data, ("text", *MENTIONS, "answers"))
    return say(record_seen(record_type, actor, pk), actor, given, _("There is no such comment on this record."))


def say(about: Any, actor: Actor, given: Mapping[str, Any], nothing_to_answer: str) -> dict[str, Any]:
    """A comment on a record, or a message in the channel of a team. Raises Invalid."""
    text, mentions = given.get("text", ""), mentions_in(given) or services.NOBODY
    if given.get("answers") is None:
        return dump_comment(services.add_comment(about, text=text, actor=actor, mentions=mentions))
    answered = Comment.objects.visible_to(actor).filter(pk=given["answers"]).first()
    if answered is None or answered.record != key_of_stream(about):
        raise Invalid({"answers": [nothing_to_answer]})
    return dump_comment(services.reply(answered.pk, text=text, actor=actor, mentions=mentions))


def change_comment(actor: Actor, comment_id: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Who is mentioned stays as it is unless `mention_users` or `mention_teams` is given; then both are as given."""
    given = read_words(data, ("text", *MENTIONS))
    text = given.get("text", note_seen(Comment, actor, comment_id).text)
    return dump_comment(services.edit_comment(comment_id, text=text, actor=actor, mentions=mentions_in(given)))


def mentions_in(given: Mapping[str, Any]) -> Mentions | None:
    if not any(name in given for name in MENTIONS):
        return None
    return Mentions(frozenset(given.get("mention_users", ())), frozenset(given.get("mention_teams", ())))


def note_seen(model: Any, actor: Actor, pk: int) -> Any:
    row = model.objects.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is nothing here."))
    return row


def read_words(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Raises Invalid for what is no text, no list of ids, or unknown."""
    errors: Errors = {
        name: [_("There is no field “%(name)s”.") % {"name": name[:50]}] for name in data if name not in names
    }
    if not isinstance(data.get("text", ""), str):
        errors["text"] = [_("Text is expected.")]
    for name in ("share_with", *MENTIONS):
        ids = data.get(name, [])
        if not isinstance(ids, list) or not all(is_id(one) for one in ids):
            of_teams = name == "mention_teams"
            errors[name] = [
                _("A list of ids of teams is expected.") if of_teams else _("A list of ids of users is expected.")
            ]
    if data.get("answers") is not None and not is_id(data["answers"]):
        errors["answers"] = [_("The id of a comment is expected.")]
    if errors:
        raise Invalid(errors)
    return dict(data)


def is_id(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**63


def dump_comment(comment: Comment) -> dict[str, Any]:
    """Two statements, none where a list has read who is mentioned already."""
    prefetch_related_objects([comment], "mentions__user", "mentions__team")
    mentions = sorted(comment.mentions.all(), key=lambda one: one.pk)
    users = [user_reference(one.user) for one in mentions if one.user]
    teams = [{"id": one.team.pk, "title": one.team.name} for one in mentions if one.team]
    answers = {"answers": comment.begins_id, "mentioned_users": users, "mentioned_teams": teams}
    return {**dump_words(comment), **answers}


def dump_note(note: Note) -> dict[str, Any]:
    readers = note.shares.select_related("user").order_by("user__full_name", "user")
    return {**dump_words(note), "shared_with": [user_reference(share.user) for share in readers]}


def dump_words(words: Note | Comment) -> dict[str, Any]:
    return {
        "id": words.pk,
        "record": {"type": words.record.type, "id": words.record.id},
        "author": user_reference(words.author),
        "text": words.text,
        "created_at": in_utc(words.created_at),
        "edited_at": None if words.edited_at is None else in_utc(words.edited_at),
    }


def user_reference(user: User | None) -> dict[str, Any] | None:
    return None if user is None else {"id": user.pk, "title": user.full_name}
