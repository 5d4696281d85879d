"""Telling on timelines how deals went through their stages, for deals that were stored past the write path."""

from django.db import connection


def tell_moves(after: int) -> None:
    """Add the entries of all stage changes with ids above `after`: on the deal, its customer, and their company."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM timeline_entry")
        [(last,)] = cursor.fetchall()
        cursor.execute(
            """
            INSERT INTO timeline_entry (kind, at, actor_id, source_type, source_id, data)
            SELECT 'changed', s.at, s.by_id, 'deals', s.deal_id,
                jsonb_build_object('field', 'stage', 'old', s.from_stage_id, 'new', s.to_stage_id)
            FROM sales_stagechange s WHERE s.id > %s AND s.from_stage_id IS NOT NULL
            """,
            [after],
        )
        cursor.execute(
            """
            INSERT INTO timeline_place (entry_id, record_type, record_id, at, kind)
            SELECT e.id, place.type, place.id, e.at, e.kind
            FROM timeline_entry e JOIN sales_deal d ON d.id = e.source_id JOIN contacts_party p ON p.id = d.customer_id,
            LATERAL (VALUES
                ('deals', d.id),
                (CASE p.kind WHEN 'company' THEN 'companies' ELSE 'people' END, p.id),
                ('companies', p.company_id)
            ) place (type, id)
            WHERE e.id > %s AND place.id IS NOT NULL
            """,
            [last],
        )
