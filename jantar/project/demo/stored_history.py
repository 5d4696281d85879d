"""History of made-up data: the triggers wrote what happened, this says who did it and when."""

from django.db import connection


def adopt_created(table: str) -> None:
    """Give the new changes of records of `table`, and of their parts, to who made the record."""
    with connection.cursor() as cursor:
        cursor.execute(f'ANALYZE history_change, "{table}"')
    _adopt(
        f"""
        SELECT c.id AS change_id, r.created_by_id AS actor_id, r.created_at AS moment
        FROM history_change c JOIN "{table}" r ON r.id = c.root_id
        WHERE c.operation_id IS NULL AND c.root = '{table}'
        """  # noqa: S608 (a table of ours)
    )


def adopt_moves(table: str) -> None:
    """Give the new changes of records of `table` to who moved them, as the temporary table `moves` says."""
    _adopt(
        f"""
        SELECT c.id AS change_id, m.actor_id, m.moment
        FROM history_change c JOIN moves m ON m.record_id = c.root_id
        WHERE c.operation_id IS NULL AND c.root = '{table}'
        """  # noqa: S608 (a table of ours)
    )


def _adopt(pending: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH pending AS MATERIALIZED ({pending}),
            made AS (
                INSERT INTO history_operation (actor_id, cause, label, at)
                SELECT DISTINCT actor_id, 'page', '', moment FROM pending ORDER BY moment
                RETURNING id, actor_id, at
            )
            UPDATE history_change c SET operation_id = made.id, at = made.at
            FROM pending JOIN made ON made.actor_id = pending.actor_id AND made.at = pending.moment
            WHERE c.id = pending.change_id
            """  # noqa: S608
        )
