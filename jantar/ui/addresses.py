"""Addresses of pages by the name of their pattern, remembered: a page asks for a hundred of them."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_urlconf, reverse


def address(name: str, *args: object) -> str:
    """What `reverse` answers. For the few hundred addresses that pages repeat, not for one of each record."""
    return _remembered(get_urlconf(settings.ROOT_URLCONF), name, args)


@lru_cache(maxsize=1024)
def _remembered(urlconf: str, name: str, args: tuple[object, ...]) -> str:
    return reverse(name, urlconf=urlconf, args=args)
