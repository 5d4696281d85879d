"""Addresses of pages by the name of their pattern, remembered: a page asks for a hundred of them."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_urlconf, reverse

#: Stands for an id in what is remembered; no address has such a number.
_ID = 987_654_321_012_345


def address(name: str, *args: object) -> str:
    """What `reverse` answers. Ids (whole numbers) are put in afterwards, so that one address is remembered for all."""
    shape = tuple(_ID if isinstance(one, int) else one for one in args)
    found = _remembered(get_urlconf(settings.ROOT_URLCONF), name, shape)
    for one in args:
        if isinstance(one, int):
            found = found.replace(str(_ID), str(one), 1)
    return found


@lru_cache(maxsize=4096)
def _remembered(urlconf: str, name: str, args: tuple[object, ...]) -> str:
    return reverse(name, urlconf=urlconf, args=args)
