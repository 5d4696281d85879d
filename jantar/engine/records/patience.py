"""A bound on how long statements may take, for what nobody should wait long for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction


class TooSlow(Exception):
    """The statements inside of `at_most` took longer than they might."""


@contextmanager
def at_most(milliseconds: int) -> Iterator[None]:
    """Statements inside are stopped after that time. For reading only: what is written inside is taken back.

    Raises TooSlow.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            yield
            transaction.set_rollback(True)  # takes the limit back
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
        raise TooSlow from error
