"""Answers to invitations: given by the link in the mail, by whoever holds it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Cause
from jantar.engine.history.operations import untold
from jantar.engine.permissions.actor import Actor, actor_for, system_actor
from jantar.engine.records.links import key_of
from jantar.engine.timeline import stream
from jantar.modules.communications.choices import Answer
from jantar.modules.communications.models import Invitation, Participant, Reply


def problem_of(one: Invitation) -> str:
    """Why it can't be answered; empty when it can."""
    activity = one.activity
    if activity.deleted_at or one.cancelled_at or one.participant is None or activity.owner is None:
        return _("This meeting was cancelled, or you are no longer invited.")
    length = timedelta(minutes=max(activity.duration or 0, 1440 if activity.all_day else 0))
    if activity.at + length < timezone.now():
        return _("This meeting is over.")
    return ""


def answer_invitation(one: Invitation, answer: str) -> None:
    """Notes the answer at the participant and tells the organiser; the same answer again tells nothing.

    Raises Invalid with the key "answer", or without one when it can't be answered any more.
    """
    if answer not in Answer.values:
        raise Invalid({"answer": [_("Choose an answer.")]})
    with transaction.atomic():
        row = Participant.objects.select_for_update(of=("self",)).filter(pk=one.participant_id or 0).first()
        if problem := problem_of(one):
            raise Invalid({"": [problem]})
        if row is None or row.answer == answer:
            return
        actor = actor_for(row.user) if row.user else None
        with untold(actor or system_actor(), Cause.PAGE if actor else Cause.SYSTEM):
            Participant.objects.filter(pk=row.pk).update(answer=answer)
        tell(Reply.objects.create(invitation=one, answer=answer), actor)


def tell(reply: Reply, actor: Actor | None) -> None:
    about = [key_of(reply.invitation.activity)]
    stream.add_many(
        "invitation_answered", [(RecordKey("reply", reply.pk), about, reply.at, {})], actor=actor, around=False
    )
