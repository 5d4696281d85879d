"""A company that uses everything, and what may be done to it in any order, to be taken back."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

from django.db import transaction
from django.utils import timezone

from jantar.engine.documents import services as documents
from jantar.engine.documents.handing import Gift, give
from jantar.engine.documents.models import Document, How
from jantar.engine.documents.moving import Goal, move
from jantar.engine.duplicates.models import Pair, State
from jantar.engine.fields.services import create_custom_field
from jantar.engine.following.date_watching import watch_date
from jantar.engine.following.watching import watch_record
from jantar.engine.history.models import Change, Operation
from jantar.engine.lists.services import add_records, create_list, remove_records
from jantar.engine.pages import jobs as page_jobs
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records import many, write
from jantar.engine.records.actions import run_action
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound
from jantar.engine.records.links import key_of
from jantar.engine.records.merging.service import merge
from jantar.engine.records.recurrence import changing as series
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import NotUndoable, undo
from jantar.engine.testing.actors import make_user
from jantar.engine.timeline import services as timeline
from jantar.engine.transfer import jobs as import_jobs
from jantar.engine.transfer.services import start_import
from jantar.platform.accounts.models import User
from jantar.platform.jobs import running
from jantar.platform.jobs.models import JobRun
from jantar.platform.settings.models import Workspace

NUMBER = 3
#: What an act may be answered with instead of being done.
REFUSALS = (Invalid, NotAllowed, NotFound, NotUndoable)
MERGED = ("companies", "people", "deals", "activities", "tasks", "documents", "folders", "lists")


class World:
    """`records` are by type the ids of those that were there at the beginning."""

    def __init__(self) -> None:
        self.user, self.other = make_user("Admin", admin=True), make_user("Eva", admin=True)
        self.records: dict[str, list[int]] = {}
        Workspace.get()  # is written when it is first asked for
        self.define_fields()
        for number in range(NUMBER):
            self.make_parties(number)
        for number in range(NUMBER):
            self.make_work(number)
        self.make_files()
        self.make_lists()
        for number in range(NUMBER):
            self.make_traces(number)
        running.run_waiting_jobs()

    @property
    def actor(self) -> Actor:
        return actor_for(User.objects.get(pk=self.user.pk))

    def create(self, type_name: str, **values: Any) -> Any:
        made = write.create(registry.get(type_name), values, actor=self.actor)
        self.records.setdefault(type_name, []).append(made.pk)
        return made

    def one(self, type_name: str, place: int) -> Any:
        return registry.get(type_name).model._base_manager.get(pk=self.pk(type_name, place))

    def pk(self, type_name: str, place: int) -> int:
        pks = self.records[type_name]
        return pks[place % len(pks)]

    def define_fields(self) -> None:
        """Own fields: references to and fro, one shown on a condition, a formula with one, a roll-up."""
        admin = self.actor
        shown_when = {"field": "city", "op": "is", "value": "Brno"}
        where = {"field": "name", "op": "contains", "value": "D"}
        for type_name, label, kind, more in (
            ("companies", "Terms", "choice", {"choices": ["30", "60"], "shown_when": shown_when}),
            ("companies", "Score", "number", {"default": "1"}),
            ("companies", "Twice", "formula", {"formula": 'if(city = "Brno", x_score * 2, x_score)'}),
            ("companies", "Deals", "rollup", {"rollup": {"relation": "deals", "measure": "count", "where": where}}),
        ):
            create_field(type_name, label=label, kind=kind, actor=admin, **more)
        for type_name, label, target in (
            ("companies", "Contact", "people"),
            ("people", "Employer", "companies"),
            ("deals", "Rival", "companies"),
            ("activities", "About deal", "deals"),
        ):  # without their indexes, which are not built inside the transaction of a test
            create_custom_field(record_type=type_name, label=label, kind="record", target=target, actor=admin)

    def make_parties(self, number: int) -> None:
        city = ("Brno", "", "Praha")[number]
        company = self.create("companies", name=f"C{number}", city=city, email=f"c{number}@jantar.example")
        points = [{"kind": "phone", "value": f"+42060111111{number}"}, {"kind": "phone", "value": "+420601999999"}]
        person = self.create("people", family_name=f"P{number}", company=company, contact_points=points, tags=["a"])
        related = [{"kind": "partner", "other": self.one("companies", 0)}] if number else []
        values = {"x_contact": person, "relationships": related}
        write.update(registry.get("companies"), company.pk, values, actor=self.actor)
        write.update(registry.get("people"), person.pk, {"x_employer": self.one("companies", 0)}, actor=self.actor)

    def make_work(self, number: int) -> None:
        company, person = self.one("companies", number), self.one("people", number)
        contacts = [{"person": self.one("people", place)} for place in {number, 0}]
        deal = self.create("deals", name=f"D{number}", customer=company, contacts=contacts, x_rival=company)
        links = [{"record": key_of(one)} for one in (company, person, deal)]
        part = [{"person": person}, {"user": self.other}, {"email": f"guest{number}@jantar.example"}]
        start = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
        rule = {"repeats": "FREQ=WEEKLY;COUNT=3"} if number < 2 else {}
        self.create(
            "activities", subject=f"A{number}", kind="meeting", at=start, links=links, participants=part,
            x_about_deal=deal, **rule,
        )  # fmt: skip
        rule = {"repeats": "FREQ=DAILY;COUNT=3"} if number == 1 else {}
        self.create("tasks", title=f"T{number}", due_at=start, links=links[:2], **rule)

    def make_files(self) -> None:
        about = key_of(self.one("companies", 0))
        for number, access in enumerate(("open", "limited", "private")):
            readers = [{"user": self.other}] if number else []
            self.create("folders", name=f"F{number}", access=access, about=about, readers=readers)
        for number in range(NUMBER):
            folder = {"folder": self.one("folders", number)} if number < 2 else {}
            made = documents.attach(
                io.BytesIO(b"%d" % number), f"{number}.txt", actor=self.actor, about=about, **folder
            )
            self.records.setdefault("documents", []).append(made.pk)
        gift = Gift([self.pk("documents", 0)], [key_of(self.one("people", 0))], How.HAND, about=about)
        give(gift, actor=self.actor)

    def make_lists(self) -> None:
        for number in range(2):
            made = create_list(registry.get("companies"), f"L{number}", actor=self.actor)
            self.records.setdefault("lists", []).append(made.pk)
            add_records(made.pk, self.records["companies"][number:], actor=self.actor)

    def make_traces(self, number: int) -> None:
        """Comments, notes, watches, views and decisions: what has no history and yet belongs to records."""
        actor, company = self.actor, self.one("companies", number)
        for name in ("companies", "people", "deals", "tasks", "documents"):
            record = self.one(name, number)
            comment = timeline.add_comment(record, text="Hello", actor=actor)
            timeline.add_note(record, text="Secret", actor=actor, share_with=[self.other.pk] if number == 1 else [])
            watch_record(key_of(record), actor=actor)
        timeline.reply(comment.pk, text="Hello", actor=actor)
        watch_date(key_of(self.one("tasks", number)), "due_at", days=[1], hours=[], on_change=True, actor=actor)
        tree = {"all": [{"field": "customer", "op": "is", "value": company.pk}]}
        SavedView.objects.create(record_type="deals", owner=self.user, name=f"V{number}", filter=tree)
        if number:
            pks = sorted([self.pk("companies", 0), company.pk])
            Pair.objects.create(
                record_type="companies", first_id=pks[0], second_id=pks[1], points=80,
                state=State.DIFFERENT if number == 1 else State.OPEN,
            )  # fmt: skip


class Acts:
    """Each is one operation, or says how to take it back itself when it is none."""

    def __init__(self, world: World) -> None:
        self.world = world

    def edit(self, type_name: str, place: int, values: dict[str, Any]) -> None:
        known = registry.get(type_name).fields(self.world.actor)
        given = {name: value for name, value in values.items() if name in known}
        write.update(registry.get(type_name), self.world.pk(type_name, place), given, actor=self.world.actor)

    def refer(self, place: int, to: int | None) -> None:
        """Own references."""
        one = self.world.one
        for type_name, name, target in (("companies", "x_contact", "people"), ("deals", "x_rival", "companies")):
            value = None if to is None else one(target, to)
            write.update(
                registry.get(type_name), self.world.pk(type_name, place), {name: value}, actor=self.world.actor
            )

    def parts(self, place: int, others: list[int]) -> None:
        one, actor = self.world.one, self.world.actor
        rows = [{"kind": "partner", "other": one("companies", other)} for other in others if other != place]
        write.update(registry.get("companies"), self.world.pk("companies", place), {"relationships": rows}, actor=actor)
        guests = [{"person": one("people", other)} for other in others] + [{"email": "new@jantar.example"}]
        links = [{"record": key_of(one("deals", other))} for other in others]
        values = {"participants": guests, "links": links}
        write.update(registry.get("activities"), self.world.pk("activities", place), values, actor=actor)

    def delete(self, type_name: str, place: int) -> None:
        write.delete(registry.get(type_name), [self.world.pk(type_name, place)], actor=self.world.actor)

    def restore(self, type_name: str, place: int) -> None:
        write.restore(registry.get(type_name), [self.world.pk(type_name, place)], actor=self.world.actor)

    def merge(self, type_name: str, place: int, others: list[int]) -> None:
        pks = [self.world.pk(type_name, other) for other in others]
        merge(registry.get(type_name), self.world.pk(type_name, place), pks, actor=self.world.actor)

    def act(self, type_name: str, place: int, name: str) -> None:
        run_action(registry.get(type_name), self.world.pk(type_name, place), name, {}, actor=self.world.actor)

    def move_occurrence(self, place: int, hours: int, scope: str) -> None:
        row = self.world.one("activities", place)
        values = {"at": row.at + timedelta(hours=hours), "subject": f"{row.subject}+"}
        series.update(registry.get("activities"), row.pk, values, scope=scope, actor=self.world.actor)

    def delete_occurrence(self, type_name: str, place: int, scope: str) -> None:
        pk = self.world.pk(type_name, place)
        series.delete(registry.get(type_name), pk, scope=scope, actor=self.world.actor)

    def repeat(self, place: int, rule: str) -> None:
        pk = self.world.pk("activities", place)
        series.update(registry.get("activities"), pk, {"repeats": rule}, scope="all", actor=self.world.actor)

    def move_file(self, place: int, folder: int | None) -> None:
        goal = Goal(None, None)
        if folder is not None:
            to = self.world.one("folders", folder)
            goal = Goal(to.about, to)
        move({self.world.pk("documents", place)}, goal, actor=self.world.actor, opening=True)

    def move_folder(self, place: int, into: int | None) -> None:
        parent = None if into is None else self.world.one("folders", into)
        pk = self.world.pk("folders", place)
        write.update(registry.get("folders"), pk, {"parent": parent}, actor=self.world.actor, confirmed=True)

    def close_folder(self, place: int, access: str) -> None:
        values = {"access": access, "readers": []}
        write.update(registry.get("folders"), self.world.pk("folders", place), values, actor=self.world.actor)

    def attach(self, place: int) -> None:
        about = key_of(self.world.one("deals", place))
        documents.attach(io.BytesIO(b"new"), "new.txt", actor=self.world.actor, about=about)
        running.run_waiting_jobs()

    def add_version(self, place: int, number: int) -> None:
        pk, actor = self.world.pk("documents", place), self.world.actor
        if number and Document.objects.get(pk=pk).number > number:
            documents.restore_version(pk, number, actor=actor)
        else:
            documents.add_version(pk, io.BytesIO(b"version %d" % number), "v.txt", actor=actor, note="new")
        running.run_waiting_jobs()

    def pick(self, place: int, others: list[int], is_adding: bool) -> None:
        act = add_records if is_adding else remove_records
        pks = [self.world.pk("companies", other) for other in others]
        act(self.world.pk("lists", place), pks, actor=self.world.actor)

    def bulk_edit(self, type_name: str, field: str, value: Any, mode: str, is_cancelled: bool) -> None:
        change = {"field": field, "value": value, "mode": mode}
        self.run_job(page_jobs.bulk_change, type_name, is_cancelled, change=change, operation_label="Bulk")

    def bulk_delete(self, type_name: str, is_cancelled: bool) -> None:
        self.run_job(page_jobs.bulk_delete, type_name, is_cancelled, operation_label="Bulk")

    def bulk_list(self, place: int, is_adding: bool, is_cancelled: bool) -> None:
        pk = self.world.pk("lists", place)
        self.run_job(page_jobs.bulk_list, "companies", is_cancelled, list_id=pk, is_adding=is_adding)

    def run_job(self, job: Any, type_name: str, is_cancelled: bool, **arguments: Any) -> None:
        selection = {"state": "", "chosen": self.world.records[type_name], "is_all": False}
        job.later(actor_id=self.world.user.pk, type_name=type_name, selection=selection, **arguments)
        self.work(is_cancelled)

    def bring_in(self, type_name: str, place: int, city: str, is_cancelled: bool) -> None:
        """Rows that change a record, that make one, and that refer to one made on the way; cancelled after a chunk."""
        known = self.world.one(type_name, place)
        name = "name" if type_name == "companies" else "family_name"
        header, known_name = ("Name", known.name) if type_name == "companies" else ("Surname", known.family_name)
        rows = [f"{header},City,E-mail", f"{known_name},{city},", f"New,{city},new@jantar.example", f"Newer,{city},"]
        mapping = {header: name, "City": "city", "E-mail": "email"}
        start_import(
            io.BytesIO("\r\n".join(rows).encode()), "rows.csv", type_name, actor=self.world.actor, mapping=mapping,
            match=[name],
        )  # fmt: skip
        self.work(is_cancelled)

    def work(self, is_cancelled: bool) -> None:
        """Does the waiting jobs in small steps; a cancelled one is told so after its first."""
        tell = running.Run.progress
        step = running.Run.step

        def progress(run: running.Run, done: int, total: int | None = None) -> None:
            if is_cancelled:
                JobRun.objects.filter(pk=run.id).update(cancel_requested=True)
            tell(run, done, total)

        def take_step(run: running.Run, *, done: int, **more: Any) -> Any:
            if is_cancelled and done > 1:
                JobRun.objects.filter(pk=run.id).update(cancel_requested=True)
            return step(run, done=done, **more)

        with (
            mock.patch.object(running.Run, "progress", progress), mock.patch.object(running.Run, "step", take_step),
            mock.patch.object(running, "REPORT_SECONDS", 0), mock.patch.object(many, "CHUNK", 1),
            mock.patch.object(import_jobs, "CHUNK", 1), mock.patch("jantar.engine.lists.services.CHUNK", 1),
        ):  # fmt: skip
            running.run_waiting_jobs()
        assert not JobRun.objects.filter(state="failed").exists(), JobRun.objects.filter(state="failed").get().error

    def undo(self, back: int) -> None:
        """The newest operation, or an earlier one that none since shared a row with."""
        newest = list(Operation.objects.order_by("-pk").values_list("pk", flat=True)[: back + 1])
        touched = [set(Change.objects.filter(operation=one).values_list("root", "root_id")) for one in newest]
        if any(touched[-1] & later for later in touched[:-1]):
            return
        if undo(newest[-1], actor=self.world.actor).conflicts:
            raise NotUndoable

    def create(self, type_name: str, place: int) -> None:
        values: dict[str, dict[str, Any]] = {
            "companies": {"name": "N"},
            "people": {"family_name": "N", "company": self.world.one("companies", place)},
            "deals": {"name": "N", "customer": self.world.one("companies", place)},
            "tasks": {"title": "N", "links": [{"record": key_of(self.world.one("deals", place))}]},
            "folders": {"name": "N", "parent": self.world.one("folders", place)},
            "lists": {"name": "N", "of": "people"},
        }
        write.create(registry.get(type_name), values[type_name], actor=self.world.actor)


def done_in_one(act: Callable[[], None]) -> bool:
    """Whether it was done; a refusal leaves nothing behind."""
    try:
        with transaction.atomic():
            act()
    except REFUSALS:
        return False
    return True
