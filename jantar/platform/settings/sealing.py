"""Secrets that have to be read again (those that sign what is sent): kept encrypted, with a key from SECRET_KEY.

Passwords and API tokens are hashed instead; nobody needs to read them.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class CannotUnseal(Exception):
    """The secret was sealed under another SECRET_KEY, or is damaged."""


def seal(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises CannotUnseal."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal from error


def _fernet() -> Fernet:
    key = hmac.new(settings.SECRET_KEY.encode(), b"jantar.platform.settings.sealing", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
