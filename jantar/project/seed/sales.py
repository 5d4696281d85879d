"""Deals with the stages they passed and the people in them."""

from django.apps import apps
from django.db import connection

from jantar.project.demo.sales import LOSS_REASONS, PER_EURO, STATUSES
from jantar.project.moves import tell_moves
from jantar.project.seed.sql import Draw, insert, literal, move_sequence, next_id
from jantar.project.seed.state import Range, State


def seed_deals(state: State, count: int) -> None:
    """Insert deals of the companies, spread over all pipelines and stages; without companies there are none."""
    deal = apps.get_model("sales", "Deal")
    state.deals = Range(next_id(deal), count if state.companies.count else 0)
    draw = Draw(state.seed, "deals")
    _store_paths()
    _draw_deals(state, draw)
    insert(
        deal,
        _values(state, draw),
        "FROM seed_deals d JOIN contacts_party c ON c.id = d.customer_id JOIN seed_words w ON w.code = c.country "
        "JOIN sales_stage s ON s.id = d.path[cardinality(d.path)]",
    )
    move_sequence(deal)
    _seed_stage_changes(state)
    _seed_contacts(state)


def _values(state: State, draw: Draw) -> dict[str, str]:
    soon = f"({draw.below(30, 'next')} - 5)"
    euros = f"(400 + 60000 * power({draw.share('amount')}, 3))"
    rates = " ".join(f"WHEN {literal(code)} THEN {rate}" for code, rate in PER_EURO.items())
    amount = f"round(({euros} * CASE w.currency {rates} END)::numeric, -2)"
    reason = f"({literal(list(LOSS_REASONS))}::text[])[1 + n % {len(LOSS_REASONS)}]"
    close = f"CASE WHEN d.status = 'open' THEN {draw.below(160, 'close')} - 15 ELSE -1 - {draw.below(900, 'close')} END"
    return state.book_keeping(draw) | {
        "id": f"{state.deals.base} + n",
        "name": f"{draw.pick('w.products', 'product')} || ' – ' || c.name",
        "customer_id": "d.customer_id",
        "pipeline_id": "d.pipeline_id",
        "stage_id": "d.path[cardinality(d.path)]",
        "status": "d.status",
        "amount_value": amount,
        "amount_currency": "w.currency",
        "amount_base": state.in_base_currency(amount, "w.currency"),
        "probability": "s.probability",
        "expected_close": f"date '{state.today}' + ({close})::int",
        "next_step": "CASE WHEN d.status = 'open' THEN w.tasks[1 + n % cardinality(w.tasks)] ELSE '' END",
        "next_step_at": f"CASE WHEN d.status = 'open' THEN date '{state.today}' + {soon}::int END",
        "loss_reason": f"CASE WHEN d.status = 'lost' THEN {reason} ELSE '' END",
        "created_at": "d.created_at",
        "updated_at": "d.moved_at",
        "stage_since": "d.moved_at",
        "closed_at": "CASE WHEN d.status <> 'open' THEN d.moved_at END",
        "version": "cardinality(d.path)",
    }


def _store_paths() -> None:
    """One row for each pipeline: its open stages in order, and one that is won and one that is lost."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS seed_pipelines, seed_deals")
        cursor.execute(
            """
            CREATE TEMPORARY TABLE seed_pipelines AS
            SELECT row_number() OVER (ORDER BY p.position, p.id) AS number, p.id AS pipeline_id,
                array_agg(s.id ORDER BY s.position, s.id) FILTER (WHERE s.status = 'open') AS open_stages,
                min(s.id) FILTER (WHERE s.status = 'won') AS won, min(s.id) FILTER (WHERE s.status = 'lost') AS lost
            FROM sales_pipeline p JOIN sales_stage s ON s.pipeline_id = p.id GROUP BY p.id
            HAVING bool_or(s.status = 'open') AND bool_or(s.status = 'won') AND bool_or(s.status = 'lost')
            """
        )


def _draw_deals(state: State, draw: Draw) -> None:
    """Customer, pipeline, status and the stages passed; the times of the first and last stage."""
    status = draw.one_of(STATUSES, "status")
    reached = f"1 + {draw.below('cardinality(open_stages)', 'reached')}::int"
    customer = draw.below(max(1, state.companies.count), "customer")
    age = f"CASE WHEN {status} = 'open' THEN 15 + {draw.below(160, 'age')} ELSE 15 + {draw.below(1000, 'age')} END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE seed_deals AS
            SELECT n, {state.companies.base} + 1 + {customer} AS customer_id,
                pipeline_id, {status} AS status, created_at, least(created_at + interval '10 days' *
                    (cardinality(path) - 1), {state.now}) AS moved_at, path
            FROM generate_series(1::bigint, {state.deals.count}) n
            JOIN seed_pipelines p ON p.number = 1 + {draw.number("pipeline")} % (SELECT count(*) FROM seed_pipelines),
            LATERAL (
                SELECT {state.now} - make_interval(days => ({age})::int, secs => {draw.below(36_000, "clock")})
                    AS created_at,
                CASE {status} WHEN 'open' THEN open_stages[:{reached}]
                    WHEN 'won' THEN open_stages || won ELSE open_stages[:{reached}] || lost END AS path
            ) drawn
            """
        )
        cursor.execute("ANALYZE seed_deals")


def _seed_stage_changes(state: State) -> None:
    change = apps.get_model("sales", "StageChange")
    known = next_id(change)
    insert(
        change,
        {
            "deal_id": "r.id",
            "from_stage_id": "d.path[step - 1]",
            "to_stage_id": "d.path[step]",
            "at": f"least(d.created_at + interval '10 days' * (step - 1), {state.now})",
            "by_id": "r.owner_id",
        },
        f"FROM seed_deals d JOIN sales_deal r ON r.id = {state.deals.base} + d.n, "
        "generate_series(1, cardinality(d.path)) step",
    )
    tell_moves(after=known)


def _seed_contacts(state: State) -> None:
    """One person of the customer, where it has any."""
    insert(
        apps.get_model("sales", "DealContact"),
        {"deal_id": "r.id", "person_id": "p.id", "role": "'decision_maker'"},
        f"FROM sales_deal r JOIN (SELECT company_id, min(id) AS id FROM contacts_party WHERE id BETWEEN "
        f"{state.people.first} AND {state.people.last} AND company_id IS NOT NULL GROUP BY company_id) p "
        f"ON p.company_id = r.customer_id WHERE r.id BETWEEN {state.deals.first} AND {state.deals.last}",
    )
