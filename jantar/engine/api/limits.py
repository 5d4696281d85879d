"""How many requests one token may send in a minute, counted by all processes together.

A row per token in an unlogged table, which a crash of the server may empty. The count is one statement of its own
before the transaction of the request: no request waits for another one's end, and a refused one counts too.
"""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from jantar.platform.accounts.models import ApiToken

#: Counts for tokens there are, so that guessed ones leave no rows. The clock is that of the database.
SPEND = """
INSERT INTO api_spentminute AS spent (token_id, minute, requests)
SELECT token.id, floor(clock.now / 60), 1
FROM accounts_apitoken token, (SELECT coalesce(%(now)s, extract(epoch FROM clock_timestamp())::float8) AS now) clock
WHERE token.digest = %(digest)s
ON CONFLICT (token_id) DO UPDATE SET minute = excluded.minute,
    requests = CASE WHEN spent.minute = excluded.minute THEN spent.requests + 1 ELSE 1 END
RETURNING requests, 60 - mod(coalesce(%(now)s, extract(epoch FROM clock_timestamp())::float8)::numeric, 60)
"""


def spend(token: str, limit: int, now: float | None = None) -> int:
    """Counts one request; returns 0, or the seconds to wait when the limit is reached. No limit when 0.

    `now` are seconds since 1970, those of the database's clock when left out.
    """
    if not limit:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(SPEND, {"digest": ApiToken.digest_of(token), "now": now})
        row = cursor.fetchone()
    if row is None or row[0] <= limit:
        return 0
    return max(1, int(row[1]))


def bearer_token(request: HttpRequest) -> str | None:
    """The token of "Authorization: Bearer TOKEN"; empty for a header of another form, None without one."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _space, token = header.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.isascii() else ""


class RequestLimitMiddleware:
    """Counts requests to the API that name a token; `request.api_wait` is what the credentials refuse by."""

    def __init__(self, get_response: object) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> object:
        return self.get_response(request)  # type: ignore[operator]

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Runs once the address is known, before the transaction of the view."""
        if request.resolver_match and request.resolver_match.namespace == "api" and (token := bearer_token(request)):
            request.api_wait = spend(token, settings.API_REQUESTS_PER_MINUTE)  # type: ignore[attr-defined]
