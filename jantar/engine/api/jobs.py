"""Kept answers are forgotten every hour."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.api.idempotency import forget_old_answers
from jantar.platform.jobs import job, schedule


@job("api.forget_old_answers", _("Forget answers to repeated requests"), internal=True)
def forget_answers() -> None:
    forget_old_answers()


schedule(forget_answers, "20 * * * *")
