"""Secrets and signatures as Standard Webhooks (standardwebhooks.com) has them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(message_id: str, timestamp: int, body: str, keys: Iterable[str]) -> str:
    """The value of the header: one signature for each secret, with spaces between."""
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return " ".join(f"v1,{_signed(signed, secret)}" for secret in keys)


def _signed(text: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
