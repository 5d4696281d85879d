"""Sales literature: found from a record, given by mail or by hand, and who has which version."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from jantar.engine.documents import handing, services
from jantar.engine.documents.models import Handout
from jantar.engine.documents.recipients import recipients_of
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults
from jantar.engine.timeline.stream import page as stream_of
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.mail.models import SentMail

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C28")]
documents, people = registry.get("documents"), registry.get("people")


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Any) -> None:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}


@pytest.fixture
def boss(db: None) -> User:
    return make_user("Boss", admin=True)


@pytest.fixture
def admin(boss: User) -> Actor:
    return actor_for(boss)


@pytest.fixture
def brochure(admin: Actor) -> Any:
    return literature(admin, "Brochure.txt", b"one", language="hu")


@pytest.fixture
def deal(admin: Actor) -> Any:
    """A deal with a company, its two people, one of whom is a contact of the deal."""
    company = write.create(
        registry.get("companies"), {"name": "Bálna Kft.", "email": "info@balna.example"}, actor=admin
    )
    eva = person(admin, "Eva", company=company, email="eva@balna.example", language="hu")
    person(admin, "Jan", company=company)
    values = {"name": "Crane", "customer": company, "contacts": [{"person": eva, "role": ""}]}
    return write.create(registry.get("deals"), values, actor=admin)


def literature(actor: Actor, name: str, content: bytes, **values: Any) -> Any:
    return services.attach(io.BytesIO(content), name, actor=actor, is_literature=True, **values)


def person(actor: Actor, name: str, **values: Any) -> Any:
    return write.create(people, {"given_name": name, "family_name": "Nagy", **values}, actor=actor)


def gift(document: Any, *to: Any, **values: Any) -> handing.Gift:
    keys = [RecordKey("people", one.pk) for one in to]
    return handing.Gift([document.pk], keys, **{"subject": "Brochure", "text": "Hello", **values})


def test_those_around_a_deal_can_be_given_something(admin: Actor, deal: Any) -> None:
    found = recipients_of(deal, admin)
    assert [(one.title, one.mail) for one in found] == [
        ("Bálna Kft.", "info@balna.example"), ("Nagy Eva", "eva@balna.example"), ("Jan Nagy", ""),
    ]  # fmt: skip
    assert [one.language for one in found] == ["", "hu", ""]


def test_only_valid_literature_is_offered_that_of_the_language_first(admin: Actor, brochure: Any) -> None:
    from jantar.engine.pages.record.handing import offered

    today = timezone.localdate()
    literature(admin, "Another.txt", b"two", language="en", valid_from=today, valid_until=today)
    literature(admin, "Gone.txt", b"three", valid_until=today - timedelta(days=1))
    literature(admin, "Coming.txt", b"four", valid_from=today + timedelta(days=1))
    services.attach(io.BytesIO(b"five"), "Offer.txt", actor=admin)
    assert [str(one) for one, _chosen in offered(admin, "", [], "hu")] == ["Brochure.txt", "Another.txt"]
    assert [str(one) for one, _chosen in offered(admin, "anoth", [brochure.pk], "hu")] == [
        "Brochure.txt",
        "Another.txt",
    ]
    view = next(one for one in documents.views if one.name == "literature")
    assert [str(row) for row in page_of(Query(documents, admin, filter=view.filter, sort="name")).rows] == [
        "Another.txt", "Brochure.txt",
    ]  # fmt: skip


def test_each_recipient_gets_a_mail_with_the_newest_version(admin: Actor, deal: Any, brochure: Any) -> None:
    services.add_version(brochure.pk, io.BytesIO(b"newer"), "Brochure.txt", actor=admin)
    eva = people.visible_to(admin).get(given_name="Eva")
    handing.give(gift(brochure, eva, about=RecordKey("deals", deal.pk)), actor=admin)
    run_waiting_jobs()
    [message] = mail.outbox
    assert (message.to, message.subject, message.body) == (["eva@balna.example"], "Brochure", "Hello")
    assert message.attachments == [("Brochure.txt", "newer", "text/plain")]
    row = Handout.objects.get()
    assert (row.version.number, row.how, row.mail.state, row.by_id) == (2, "mail", "sent", admin.user_id)
    for record in (deal, eva, brochure):
        told = [one.sentence for one in stream_of(record, admin).entries]
        assert "Sent to Nagy Eva: Brochure.txt, version 2" in told


def test_who_still_has_an_old_version(client: Any, boss: User, admin: Actor, deal: Any, brochure: Any) -> None:
    eva, jan = (people.visible_to(admin).get(given_name=name) for name in ("Eva", "Jan"))
    handing.give(gift(brochure, eva, jan, how="hand", at=timezone.now() - timedelta(days=3)), actor=admin)
    brochure = services.add_version(brochure.pk, io.BytesIO(b"newer"), "Brochure.txt", actor=admin)
    handing.give(gift(brochure, jan, how="hand"), actor=admin)
    assert [one.to.id for one in handing.outdated(brochure, admin)] == [eva.pk]
    client.force_login(boss)
    every = client.get(f"/documents/{brochure.pk}/given/").content.decode()
    assert (every.count("document-row"), every.count("has an old version")) == (3, 1)
    old = client.get(f"/documents/{brochure.pk}/given/?old=1").content.decode()
    assert (old.count("document-row"), "Nagy Eva" in old, "Jan Nagy" in old) == (1, True, False)


def test_wrong_gifts_are_refused_with_the_field_named(admin: Actor, deal: Any, brochure: Any, monkeypatch: Any) -> None:
    eva, jan = (people.visible_to(admin).get(given_name=name) for name in ("Eva", "Jan"))
    empty = write.create(documents, {"name": "No file"}, actor=admin)
    wrong = [
        (gift(brochure), "to"), (gift(brochure, jan), "to"), (gift(empty, eva), "documents"),
        (gift(brochure, eva, subject=" "), "subject"), (gift(brochure, eva, text="x" * 30_000), "text"),
        (gift(brochure, eva, how="hand", at=timezone.now() + timedelta(days=1)), "at"),
        (handing.Gift([brochure.pk], [RecordKey("deals", deal.pk)], subject="x"), "to"),
    ]  # fmt: skip
    for one, field in wrong:
        with pytest.raises(Invalid) as refused:
            handing.give(one, actor=admin)
        assert list(refused.value.errors) == [field]
    monkeypatch.setattr(handing, "MOST_ATTACHED", 2)
    with pytest.raises(Invalid, match="at most 0 MB"):
        handing.give(gift(brochure, eva), actor=admin)
    assert (Handout.objects.count(), SentMail.objects.count()) == (0, 0)


def test_nobody_gives_or_is_told_what_they_may_not_see(client: Any, admin: Actor, deal: Any, brochure: Any) -> None:
    eva = people.visible_to(admin).get(given_name="Eva")
    handing.give(gift(brochure, eva, how="hand"), actor=admin)
    user = make_user("Seller")
    grant(user, {Action.SEE: Scope.ALL}, "documents")
    seller = actor_for(user)
    with pytest.raises(Invalid) as refused:
        handing.give(gift(brochure, eva, how="hand"), actor=seller)
    assert list(refused.value.errors) == ["to"]
    client.force_login(user)
    page = client.get(f"/documents/{brochure.pk}/given/").content.decode()
    assert ("Eva" in page, "1 more recipient is not visible to you." in page) == (False, True)
    assert client.get(f"/deals/{deal.pk}/give/").status_code == 404
    entries = stream_of(brochure, seller).entries
    assert entries[0].sentence == "Handed over to (not visible to you): Brochure.txt, version 1"


def test_what_somebody_got_follows_a_merge_and_its_undo(admin: Actor, deal: Any, brochure: Any) -> None:
    eva, jan = (people.visible_to(admin).get(given_name=name) for name in ("Eva", "Jan"))
    handing.give(gift(brochure, eva, how="hand"), actor=admin)
    merged = merge(people, jan.pk, [eva.pk], actor=admin)
    assert Handout.objects.get().to == RecordKey("people", jan.pk)
    undo(merged.operation_id, actor=admin)
    assert Handout.objects.get().to == RecordKey("people", eva.pk)


def test_the_mail_speaks_the_language_of_its_reader(client: Any, boss: User, admin: Actor, deal: Any) -> None:
    client.force_login(boss)
    eva = people.visible_to(admin).get(given_name="Eva")
    opened = client.get(f"/people/{eva.pk}/give/").content.decode()
    assert '<option value="hu" selected>' in opened
    assert "Üdvözlettel" in opened
    changed = client.get(
        f"/people/{eva.pk}/give/", {"language": "pl", "text": "Moje słowa", "how": "mail"}
    ).content.decode()
    assert "Moje słowa" in changed


WORDS = {
    "en": ("More", "Send literature", "Send mail", "Who has it", "The mail to 1 recipient is on its way."),
    "hu": ("Továbbiak", "Értékesítési anyag küldése", "E-mail küldése", "Kinél van meg", "1 címzettnek"),
}


@pytest.mark.parametrize("language", WORDS)
def test_a_brochure_is_sent_from_a_deal(
    open_page: Any, transactional_db: None, admin: Actor, boss: User, deal: Any, brochure: Any, language: str
) -> None:
    more, send_literature, send, who, told = WORDS[language]
    boss.language = language
    boss.save()
    page: Page = open_page(boss, f"/deals/{deal.pk}/")
    page.locator(".page-actions").get_by_role("button", name=more).click()
    page.get_by_role("menuitem", name=send_literature).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[name=q]").fill("broch")
    dialog.get_by_role("checkbox", name="Brochure.txt").check()
    dialog.get_by_role("checkbox", name="Bálna Kft.").uncheck()
    dialog.get_by_role("checkbox", name="Nagy Eva").check()
    assert accessibility_faults(page) == []
    dialog.get_by_role("button", name=send, exact=True).click()
    expect(page.get_by_text(told)).to_be_visible()
    page.goto(f"/documents/{brochure.pk}/")
    page.get_by_role("tab", name=who).click()
    expect(page.locator(".document-given").get_by_role("link", name="Nagy Eva")).to_be_visible()


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"viewport": NARROW}])
def test_the_dialog_is_usable_by_all(
    open_page: Any, transactional_db: None, boss: User, deal: Any, brochure: Any, options: Any
) -> None:
    page: Page = open_page(boss, f"/deals/{deal.pk}/", **options)
    page.locator(".page-actions").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Send literature").click()
    page.get_by_role("button", name="Handed over").click()
    expect(page.get_by_role("heading", name="Note what was handed over")).to_be_visible()
    assert accessibility_faults(page) == []


def test_a_mail_from_a_private_folder_tells_administrators_nothing(admin: Actor, deal: Any) -> None:
    eva = people.visible_to(admin).get(given_name="Eva")
    private = write.create(registry.get("folders"), {"name": "Secret", "access": "private"}, actor=admin)
    secret = literature(admin, "Secret.txt", b"secret", folder=private)
    handing.give(gift(secret, eva), actor=admin)
    assert SentMail.objects.get().is_private


@pytest.mark.capability("C25")
@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("options", [{}, {"viewport": NARROW, "color_scheme": "dark"}])
def test_what_is_new_in_a_version_is_said_beside_it(open_page: Any, boss: User, brochure: Any, options: Any) -> None:
    page: Page = open_page(boss, f"/documents/{brochure.pk}/", **options)
    page.locator("#record-around").scroll_into_view_if_needed()
    page.get_by_role("link", name="Say what is new in version 1").click()
    page.get_by_role("textbox", name="Note").fill("Prices of 2027")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".document-file").get_by_text("Prices of 2027")).to_be_visible()
