"""Keys of forms that were sent long ago are forgotten every night."""

from django.utils.translation import gettext_lazy as _

from jantar.engine.records.once import forget_old_keys
from jantar.platform.jobs import job, schedule


@job("records.forget_old_keys", _("Forget keys of forms sent long ago"), internal=True)
def forget_keys() -> None:
    forget_old_keys()


schedule(forget_keys, "50 2 * * *")
