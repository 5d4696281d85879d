"""Who gets in, and how often one may try. The limit slows guessing down and never locks a person out for long."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import Max, Q
from django.db.models.aggregates import Count
from django.utils import timezone

from jantar.platform.accounts.models import FailedSignIn, User

WINDOW = timedelta(minutes=15)
PAUSE = timedelta(minutes=1)
KEEP = timedelta(days=1)
#: After so many failures within the window each further try has to wait for the pause.
FREE_TRIES = 5
FREE_TRIES_OF_ADDRESS = 40


class TooManyTries(Exception):
    """Tries from this address are paused for `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


def check_sign_in(address: str | None, email: str, password: str) -> User | None:
    """The active user with this e-mail and password, or None. `address` is the caller's. Raises TooManyTries.

    Tries during a pause are not even checked and do not prolong it. The limit is per address and account,
    so nobody can lock a colleague out from elsewhere.
    """
    account = account_key(email)
    with transaction.atomic():
        take_turns(address, account)
        now = timezone.now()
        if wait := pause_left(address, account, now):
            raise TooManyTries(wait)
        user = authenticate(username=email, password=password)
        if isinstance(user, User):
            return user
        FailedSignIn.objects.filter(at__lt=now - KEEP).delete()
        FailedSignIn.objects.create(address=address, account=account)
    return None


def take_turns(address: str | None, account: str) -> None:
    """Tries of one account from one address wait for each other: sent all at once, none would count the others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"jantar.sign_in.{address}.{account}"])


def pause_left(address: str | None, account: str, now: datetime) -> int:
    """Seconds until this address may try this account again; 0 when it may now."""
    mine = Q(account=account)
    found = FailedSignIn.objects.filter(address=address, at__gt=now - WINDOW).aggregate(
        all=Count("id"), last=Max("at"), same=Count("id", filter=mine), last_same=Max("at", filter=mine)
    )
    waits = []
    if found["same"] >= FREE_TRIES:
        waits.append(found["last_same"] + PAUSE - now)
    if found["all"] >= FREE_TRIES_OF_ADDRESS:
        waits.append(found["last"] + PAUSE - now)
    longest = max(waits, default=timedelta())
    return max(0, int(longest.total_seconds() + 0.999))


def account_key(email: str) -> str:
    """What failures are counted under: no list of typed addresses is kept."""
    return sha256(email.strip().lower().encode()).hexdigest()
