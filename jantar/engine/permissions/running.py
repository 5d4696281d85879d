"""Who acts in a job."""

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import Run


def owner_of(run: Run) -> Actor:
    """Whoever started the job, with today's rights. Raises User.DoesNotExist once they may no longer sign in."""
    return actor_for(User.objects.get(pk=run.owner_id or 0, is_active=True))
