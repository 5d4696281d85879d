"""Examples of what Jantar can do, made by the people of the demo company through the doors that everybody uses."""

import io
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from jantar.engine.documents import services as documents
from jantar.engine.duplicates.services import start_scan
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following import date_watching, view_watching, watching
from jantar.engine.lists import services as lists
from jantar.engine.lists.pins import PREFIX
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.registry import registry
from jantar.engine.timeline.mentions import Mentions
from jantar.engine.timeline.services import add_comment
from jantar.modules.communications.services import log_activity
from jantar.platform.accounts.models import User
from jantar.project.demo.clock import LOCAL
from jantar.project.demo.model import Demo
from jantar.project.demo.places import Places
from jantar.project.demo.sales import short_name

INVITED = 14
#: Prices of the products in EUR, the old ones and the new ones.
PRICES = ((1_000, 1_200), (2_500, 2_700), (4_000, 4_300), (9_000, 9_800))


def store_examples(demo: Demo, places: Places) -> None:
    """A few of each, so that whoever looks around meets them: nothing here is needed by the rest of the demo."""
    users = {key: User.objects.get(pk=pk) for key, pk in places.users.items()}
    since = add_fields(actor_for(users["admin"]))
    admin, manager, anna, jan = (actor_for(users[key]) for key in ("admin", "manager", "anna", "jan"))
    open_deals = [number for number, deal in enumerate(demo.deals) if (deal.owner, deal.status) == ("anna", "open")]
    largest = max(open_deals, key=lambda number: places.money("a", *_worth(demo, number))["a_base"])
    deal = registry.get("deals").visible_to(anna).get(pk=places.deals[largest])
    fill_fields(demo, places, since, admin)
    plan_meetings(demo, deal, manager, anna)
    pick_people(demo, places, anna, users["anna"])
    keep_documents(deal, manager, anna)
    follow(deal, manager, anna, users)
    enter_twice(demo, jan)
    plan_tasks(demo, manager, admin)
    for name in ("companies", "people"):
        start_scan(registry.get(name), actor=admin)  # a job, which finds them while the first pages are looked at


def _worth(demo: Demo, number: int) -> tuple[Any, str, Any]:
    deal = demo.deals[number]
    return deal.amount, deal.currency, demo.today


def add_fields(admin: Actor) -> str:
    """One that only partners have, one that adds deals up, and one that is calculated; the key of the first."""
    since = create_field(
        "companies", label=_("Partner since"), kind="date", actor=admin,
        shown_when={"field": "roles", "op": "has_any", "value": ["partner"]},
    )  # fmt: skip
    won = {"relation": "deals", "measure": "sum", "field": "amount"}
    where = {"field": "status", "op": "is", "value": "won"}
    create_field("companies", label=_("Value of won deals"), kind="rollup", rollup={**won, "where": where}, actor=admin)
    create_field("deals", label=_("Likely amount"), kind="formula", formula="amount * probability / 100", actor=admin)
    return since.key


def fill_fields(demo: Demo, places: Places, since: str, admin: Actor) -> None:
    """`since` is the key of the field that partners have."""
    companies = registry.get("companies")
    partners = [number for number, company in enumerate(demo.companies) if "partner" in company.roles]
    for number in partners[:5]:
        day = demo.companies[number].created_at.date().replace(day=1)
        write.update(companies, places.companies[number], {since: day}, actor=admin)


def plan_meetings(demo: Demo, deal: Any, manager: Actor, anna: Actor) -> None:
    """The team looks at its deals every Monday, and Anna calls her largest customer once a month."""
    monday = demo.today - timedelta(days=demo.today.weekday())
    team = [{"user": user} for user in User.objects.filter(email__in=[one.email for one in demo.users if one.team])]
    log_activity(
        about=[], actor=manager, kind="meeting", subject=_("Review of open deals"), location=_("Meeting room"),
        at=datetime.combine(monday, time(9), LOCAL), duration=45, repeats="FREQ=WEEKLY;BYDAY=MO",
        participants=[one for one in team if one["user"].pk != manager.user_id],
    )  # fmt: skip
    log_activity(
        about=[deal.customer], actor=anna, kind="call", subject=_("Monthly call"),
        at=datetime.combine(demo.today + timedelta(days=1), time(10, 30), LOCAL), duration=20,
        repeats="FREQ=MONTHLY;COUNT=6",
    )  # fmt: skip


def plan_tasks(demo: Demo, manager: Actor, admin: Actor) -> None:
    """What those do who have no customers: it waits for them on their first page."""
    tasks = registry.get("tasks")
    monday = demo.today + timedelta(days=7 - demo.today.weekday())
    for actor, title, day in (
        (manager, _("Prepare the review of open deals"), max(demo.today, monday - timedelta(days=3))),
        (admin, _("Go through the likely duplicates"), demo.today),
        (admin, _("Enter the exchange rates of the new quarter"), demo.today + timedelta(days=4)),
    ):
        write.create(tasks, {"title": title, "due_at": datetime.combine(day, time(16), LOCAL)}, actor=actor)


def pick_people(demo: Demo, places: Places, anna: Actor, user: User) -> None:
    """A list picked by hand and a view with a filter, both pinned in Anna's navigation; the view is watched."""
    people = registry.get("people")
    mine = [number for number, person in enumerate(demo.people) if person.owner == "anna" and person.email]
    chosen = lists.create_list(people, _("Invitations to the open day"), actor=anna, audience="team")
    lists.add_records(chosen.pk, [places.people[number] for number in mine[:INVITED]], actor=anna)
    mine_this_week = [
        {"field": "owner", "op": "is", "value": "me"},
        {"field": "status", "op": "is", "value": "open"},
        {"field": "next_step_at", "op": "within", "value": "this week"},
    ]
    view = SavedView.objects.create(
        record_type="deals", owner=user, name=_("My next steps this week"), filter={"all": mine_this_week},
        columns=["name", "customer", "next_step", "next_step_at", "amount"], sort="next_step_at", sums=["amount"],
    )  # fmt: skip
    user.pins = [
        {"view": view.pk, "type": "deals", "label": view.name},
        {"view": f"{PREFIX}{chosen.pk}", "type": "people", "label": chosen.name},
    ]
    user.save(update_fields=["pins"])
    view_watching.watch_view(registry.get("deals"), str(view.pk), actor=anna)


def keep_documents(deal: Any, manager: Actor, anna: Actor) -> None:
    """Price lists for everybody in two versions, a folder only the manager looks into, and files of a deal."""
    folders = registry.get("folders")
    shared = write.create(folders, {"name": _("Price lists")}, actor=manager)
    prices = partial(documents.attach, name=_("Price list") + ".xlsx", actor=manager)
    sheet = prices(price_list([one for one, _new in PRICES]), folder=shared, is_literature=True)
    documents.add_version(sheet.pk, price_list([new for _old, new in PRICES]), sheet.name, actor=manager)
    closed = write.create(folders, {"name": _("Management"), "access": "private"}, actor=manager)
    goals = _("Goals of the year: 20 new customers, one more colleague for Poland.")
    documents.attach(io.BytesIO(goals.encode()), _("Goals") + ".txt", actor=manager, folder=closed)
    about = RecordKey("deals", deal.pk)
    documents.attach(floor_plan(), _("Floor plan") + ".png", actor=anna, about=about)


def price_list(prices: Sequence[int]) -> io.BytesIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_("Price list"))
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0 [$€-x-euro2]"})
        sheet.set_column(0, 0, 32)
        sheet.write_row(0, 0, [_("Product"), _("Price")], bold)
        products = (_("Shelving"), _("Pallet lift"), _("Sectional gate"), _("Packing line"))
        for row, (name, price) in enumerate(zip(products, prices, strict=True), 1):
            sheet.write(row, 0, name)
            sheet.write(row, 1, price, money)
    file.seek(0)
    return file


def floor_plan() -> io.BytesIO:
    picture = Image.new("RGB", (800, 500), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((40, 40, 760, 460), outline="black", width=6)
    for left in range(100, 620, 130):
        pen.rectangle((left, 110, left + 80, 390), fill="#dbe7f3", outline="#3b6ea5", width=3)
    pen.line((700, 460, 700, 360), fill="#b45309", width=6)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    file.seek(0)
    return file


def follow(deal: Any, manager: Actor, anna: Actor, users: dict[Any, User]) -> None:
    """Anna watches her largest deal and when it is to close; her manager asks about it, which she is told."""
    key = RecordKey("deals", deal.pk)
    watching.watch_record(key, actor=anna)
    watching.watch_record(RecordKey("companies", deal.customer_id), actor=anna)
    date_watching.watch_date(key, "expected_close", days=[5, 1], hours=[], on_change=True, actor=anna)
    name = users["anna"].full_name
    text = _("@%(name)s How sure is the date? I would like to count it in for this quarter.") % {"name": name}
    add_comment(deal, text=text, actor=manager, mentions=Mentions(users=frozenset({users["anna"].pk})))
    add_comment(deal, text=_("They decide next week, I call on Monday."), actor=anna)


def enter_twice(demo: Demo, jan: Actor) -> None:
    """A company and a person that Jan did not look for before he entered them: found as duplicates."""
    company = next(one for one in demo.companies if one.owner == "jan" and one.phone)
    again = {name: getattr(company, name) for name in ("city", "phone", "country")}
    write.create(registry.get("companies"), {"name": short_name(company).upper(), **again}, actor=jan)
    person = next(one for one in demo.people if one.owner == "jan" and one.phone)
    again = {name: getattr(person, name) for name in ("given_name", "family_name", "phone", "country")}
    write.create(registry.get("people"), again, actor=jan)
