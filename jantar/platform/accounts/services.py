"""What administrators do with users and teams. Callers have checked that they are administrators."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from jantar.platform.accounts.models import Membership, Team, User


@transaction.atomic
def store_user(user: User, *, teams: Iterable[Team], main_team: Team | None, password: str = "") -> User:
    """Stores a new or changed user with the teams; a password is set when one is given.

    Raises ValidationError when this would leave the company without an active administrator.
    """
    with_administrators_locked()
    if password:
        user.set_password(password)
    elif user._state.adding:
        user.set_unusable_password()
    user.email = user.email.strip().lower()
    user.save()
    set_teams(user, teams, main_team)
    if not User.objects.filter(is_active=True, is_admin=True).exists():
        raise ValidationError({"is_admin": _("Somebody has to stay administrator.")})
    return user


def with_administrators_locked() -> None:
    """Two administrators taking the right from each other at once would leave none."""
    list(User.objects.filter(is_admin=True).order_by("pk").select_for_update().values_list("pk"))


def set_teams(user: User, teams: Iterable[Team], main_team: Team | None) -> None:
    """The user is in these teams and no others; new records go to the main one (the first when none is named)."""
    wanted = {team.pk: team for team in teams}
    if main_team:
        wanted[main_team.pk] = main_team
    main = main_team.pk if main_team else next(iter(wanted), None)
    Membership.objects.filter(user=user).exclude(team__in=wanted).delete()
    Membership.objects.filter(user=user).update(is_main=False)
    known = set(Membership.objects.filter(user=user).values_list("team_id", flat=True))
    Membership.objects.bulk_create(Membership(user=user, team=wanted[pk]) for pk in wanted.keys() - known)
    Membership.objects.filter(user=user, team=main).update(is_main=True)


@transaction.atomic
def store_team(team: Team) -> Team:
    """Raises ValidationError when the team would be a part of itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jantar.teams'))")
    above = team.parent
    while above is not None:
        if above.pk == team.pk:
            raise ValidationError({"parent": _("A team can't be a part of itself.")})
        above = above.parent
    team.save()
    return team


def delete_team(team: Team) -> None:
    """Raises ValidationError while other teams are a part of it. Its records stay, without a team."""
    try:
        with transaction.atomic():
            team.delete()
    except ProtectedError as error:
        raise ValidationError(_("Other teams are a part of this one.")) from error
