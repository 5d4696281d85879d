"""Activities and tasks: what fills timelines."""

from django.apps import apps
from django.db import connection

from jantar.project.seed.sql import Draw, insert, move_sequence, next_id
from jantar.project.seed.state import YEARS, Range, State
from jantar.project.seed.words import TALKS

#: One activity in so many is about the first person, so that there is a record with a very long timeline.
BUSY_EVERY = 100
#: One activity in so many leaves a task.
TASK_EVERY = 25


def seed_activities(state: State, count: int) -> None:
    """Insert activities: three of ten about a deal, the others about a person; some people have many."""
    activity = apps.get_model("communications", "Activity")
    state.activities = Range(next_id(activity), count if state.people.count else 0)
    draw = Draw(state.seed, "activities")
    _draw_about(state, draw)
    values = {
        "id": f"{state.activities.base} + a.n",
        "kind": "t.kind",
        "subject": "t.subject",
        "text": "t.body",
        "at": "a.at",
        "duration": f"5 + 5 * {draw.below(20, 'minutes', 'a.n')}",
        "outcome": draw.one_of({"done": 50, "interested": 20, "agreed": 15, "not_reached": 15}, "outcome", "a.n"),
        **_book_keeping("a.at"),
    }
    insert(
        activity,
        values,
        "FROM seed_about a JOIN contacts_party p ON p.id = coalesce(a.person_id, a.company_id) "
        f"JOIN seed_talks t ON t.code = p.country AND t.place = {draw.below(TALKS, 'talk', 'a.n')}",
    )
    move_sequence(activity)
    _seed_links("communications", "ActivityLink", "activity_id", state.activities.base)
    insert(
        apps.get_model("communications", "Participant"),
        {"activity_id": f"{state.activities.base} + n", "person_id": "person_id"},
        "FROM seed_about WHERE person_id IS NOT NULL",
    )
    _seed_tasks(state, draw)


def _draw_about(state: State, draw: Draw) -> None:
    """The person, company and deal each activity is about, and when it was."""
    deals = state.deals.count
    deal = f"{state.deals.base} + 1 + {draw.below(max(1, deals), 'deal')}"
    deal = f"CASE WHEN n % 10 < 3 AND n % {BUSY_EVERY} > 0 THEN {deal} END" if deals else "NULL::bigint"
    person = (
        f"CASE WHEN n % {BUSY_EVERY} = 0 THEN {state.people.first} ELSE "
        f"{state.people.base} + 1 + floor({state.people.count} * power({draw.share('person')}, 1.3))::bigint END"
    )
    moment = f"{state.now} - make_interval(secs => {draw.below(YEARS * 365 * 86_400, 'at')})"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS seed_about")
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE seed_about AS
            SELECT n, d.id AS deal_id, CASE WHEN d.id IS NULL THEN p.id ELSE c.person_id END AS person_id,
                coalesce(d.customer_id, p.company_id) AS company_id, at,
                coalesce(d.owner_id, p.owner_id) AS owner_id, coalesce(d.team_id, p.team_id) AS team_id
            FROM (
                SELECT n, {deal} AS deal_id, {person} AS person_id, {moment} AS at
                FROM generate_series(1::bigint, {state.activities.count}) n
            ) drawn
            LEFT JOIN contacts_party p ON p.id = drawn.person_id
            LEFT JOIN sales_deal d ON d.id = drawn.deal_id
            LEFT JOIN sales_dealcontact c ON c.deal_id = d.id
            """
        )
        cursor.execute("ANALYZE seed_about")


def _seed_links(app: str, model: str, parent: str, base: int) -> None:
    kinds = "(VALUES ('people', 1), ('companies', 2), ('deals', 3)) kinds (kind, place)"
    target = "(ARRAY[person_id, company_id, deal_id])[place]"
    insert(
        apps.get_model(app, model),
        {parent: f"{base} + n", "record_type": "kinds.kind", "record_id": target},
        f"FROM seed_about, {kinds} WHERE {target} IS NOT NULL",
    )


def _seed_tasks(state: State, draw: Draw) -> None:
    """Tasks out of activities: those of the last weeks are open."""
    task = apps.get_model("communications", "Task")
    base = next_id(task)
    due = f"a.at + make_interval(days => 2 + {draw.below(20, 'due', 'a.n')}::int)"
    done = f"CASE WHEN {due} < {state.now} - interval '3 days' THEN {due} END"
    values = {
        "id": f"{base} + a.n / {TASK_EVERY}",
        "title": draw.pick("w.tasks", "task", "a.n"),
        "due_at": due,
        "done_at": done,
        "done_by_id": f"CASE WHEN {done} IS NOT NULL THEN a.owner_id END",
        "origin_type": "'activities'",
        "origin_id": f"{state.activities.base} + a.n",
        **_book_keeping("a.at"),
    }
    chosen = f"n % {TASK_EVERY} = 0"
    insert(
        task,
        values,
        "FROM seed_about a JOIN contacts_party p ON p.id = coalesce(a.person_id, a.company_id) "
        f"JOIN seed_words w ON w.code = p.country WHERE a.{chosen}",
    )
    move_sequence(task)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM seed_about WHERE NOT {chosen}")
        cursor.execute(f"UPDATE seed_about SET n = n / {TASK_EVERY}")
    _seed_links("communications", "TaskLink", "task_id", base)


def _book_keeping(moment: str) -> dict[str, str]:
    return {
        "owner_id": "a.owner_id",
        "team_id": "a.team_id",
        "created_by_id": "a.owner_id",
        "created_at": moment,
        "updated_at": moment,
    }
