"""How a user wants to be told."""

from collections.abc import Mapping
from datetime import time

from jantar.engine.following.models import Kind, Preference, Way

#: What is not told in the bell alone until the user chooses otherwise.
DEFAULTS = {Kind.MENTION: Way.NOW, Kind.REPLY: Way.NOW}


def preference_of(user_id: int) -> Preference:
    """What the user chose; what everybody begins with when nothing was chosen."""
    return Preference.objects.filter(pk=user_id).first() or Preference(user_id=user_id)


def way_of(preference: Preference, kind: Kind) -> Way:
    return Way(preference.ways.get(kind.value, DEFAULTS.get(kind, Way.BELL)))


def store_preference(
    user_id: int, *, ways: Mapping[Kind, Way], watches_own: bool, daily_hour: int, quiet: tuple[time, time] | None
) -> None:
    """The hours are those of the user's time zone; `quiet` is from when until when no e-mail is sent."""
    start, end = quiet or (None, None)
    Preference.objects.update_or_create(
        user_id=user_id,
        defaults={
            "ways": {kind.value: way.value for kind, way in ways.items()},
            "watches_own": watches_own,
            "daily_hour": daily_hour,
            "quiet_from": start,
            "quiet_until": end,
        },
    )
