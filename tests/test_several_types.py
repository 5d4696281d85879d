"""One file with companies, people and deals in each row: found or made once, linked, repeatable, taken back whole."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.transfer import jobs, services
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.tests.runs import counts, imported, refused, taken_out
from jantar.modules.contacts.models import Company, Person
from jantar.modules.sales.models import Deal, DealContact
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

FILE = """First name;Last name;E-mail;Company name;Company city;Deal name;Deal amount
Eva;Nová;eva@lipa.example;Lípa;Brno;Web;1000
Jan;Ek;jan@lipa.example;Lípa;Brno;Web;1000
Petr;Malý;petr@dub.example;Dub;Zlín;Sklad;500
Ota;Sám;ota@sam.example;;;Chata;20
;;;Buk;Praha;;
"""
MAPPING = {
    "First name": "given_name", "Last name": "family_name", "E-mail": "email", "Company name": "companies/name",
    "Company city": "companies/city", "Deal name": "deals/name", "Deal amount": "deals/amount",
}  # fmt: skip
MATCH = ["email", "name", "companies/name", "deals/name"]


@pytest.fixture
def admin() -> Actor:
    return actor_for(make_user("Anna", admin=True))


def run_of(text: str, admin: Actor, **settings: object) -> ImportRun:
    return imported(text, "people", admin, **{"mapping": MAPPING, "match": MATCH, **settings})  # type: ignore[arg-type]


def test_each_record_is_made_once_and_linked_to_the_others_of_its_row(admin: Actor) -> None:
    run = run_of(FILE, admin)
    assert refused(run) == []
    assert counts(run) == {"created": 5}
    assert run.counts["types"] == {
        "companies": {"created": 3}, "people": {"created": 4}, "deals": {"created": 3},
    }  # fmt: skip
    people = dict(Person.objects.filter(kind="person").values_list("email", "company__name"))
    assert people == {
        "eva@lipa.example": "Lípa", "jan@lipa.example": "Lípa", "petr@dub.example": "Dub", "ota@sam.example": None,
    }  # fmt: skip
    assert dict(Company.objects.filter(kind="company").values_list("name", "city")) == {
        "Lípa": "Brno", "Dub": "Zlín", "Buk": "Praha",
    }  # fmt: skip
    customers = dict(Deal.objects.values_list("name", "customer__name"))
    assert customers == {"Web": "Lípa", "Sklad": "Dub", "Chata": "Ota Sám"}
    assert sorted(DealContact.objects.values_list("deal__name", "person__given_name")) == [
        ("Chata", "Ota"), ("Sklad", "Petr"), ("Web", "Eva"), ("Web", "Jan"),
    ]  # fmt: skip


def test_the_second_run_changes_nothing_and_undo_takes_back_all(admin: Actor) -> None:
    first = run_of(FILE, admin)
    second = run_of(FILE, admin)
    assert (counts(second), refused(second)) == ({"unchanged": 5}, [])
    assert second.counts["types"] == {
        "companies": {"unchanged": 3}, "people": {"unchanged": 4}, "deals": {"unchanged": 3},
    }  # fmt: skip
    assert DealContact.objects.count() == 4
    assert taken_out(first, admin).conflicts == []
    assert (Person.objects.count(), Company.objects.count(), Deal.objects.count()) == (0, 0, 0)
    assert not DealContact.objects.exists()


def test_a_dry_run_counts_by_type_what_the_run_then_does(admin: Actor) -> None:
    tried = run_of(FILE, admin, dry_run=True)
    assert (Company.objects.count(), Deal.objects.count()) == (0, 0)
    done = run_of(FILE, admin)
    assert tried.forecast == done.counts


def test_a_row_goes_in_as_a_whole_or_not_at_all(admin: Actor) -> None:
    text = FILE + "Iva;Zlá;iva@zla.example;Zlá;Brno;Stan;-\nEda;Dub;;Dub;Praha;;\n;;;;;Bez zákazníka;5\n"
    run = run_of(text, admin)
    assert counts(run) == {"created": 5, "errors": 3}
    assert refused(run) == [
        (7, "Deal: amount: “-” is not a number."),
        (8, "Company: city: Row 4 says something else about the same record."),
        (9, "Deal: customer: This field is required."),
    ]
    assert not Company.objects.filter(name="Zlá").exists()
    assert not Person.objects.filter(given_name__in=["Iva", "Eda"]).exists()
    assert Company.objects.get(name="Dub").city == "Zlín"


@pytest.mark.parametrize("dry_run", [True, False])
def test_rows_of_one_record_may_be_far_apart(admin: Actor, dry_run: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows: what an earlier chunk made is known to later ones, in a dry run too."""
    text = FILE + "Eva;Nová;eva@lipa.example;Lípa;;Web;\nUrs;Ek;;Lípa;Praha;Web;\nIda;Ek;;Dub;;Sklad;500\n"
    whole = run_of(text, admin, dry_run=True)
    monkeypatch.setattr(jobs, "CHUNK", 2)
    run = run_of(text, admin, dry_run=dry_run)
    assert refused(run) == [(8, "Company: city: Row 2 says something else about the same record.")]
    assert counts(run) == counts(whole) == {"created": 6, "unchanged": 1, "errors": 1}
    found = run.forecast if dry_run else run.counts
    assert found["types"] == whole.forecast["types"]
    assert found["types"]["people"] == {"created": 5}
    if not dry_run:
        assert counts(run_of(text, admin)) == {"unchanged": 7, "errors": 1}


def test_what_a_later_row_adds_is_taken_over(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "First name;Last name;Company name;Company city;Phone\nEva;Nová;Lípa;;601111111\n"
    text += "Jan;Ek;LÍPA;Brno;\nEva;Nová;lípa;;602222222\n"
    mapping = {**{k: v for k, v in MAPPING.items() if k in text}, "Phone": "phone"}
    for size in (1, 2_000):
        monkeypatch.setattr(jobs, "CHUNK", size)
        run = run_of(text, admin, mapping=mapping, match=["email", "name"])
        assert (refused(run), run.counts["types"]) == ([], {"companies": {"created": 1}, "people": {"created": 2}})
        assert (Company.objects.get().name, Company.objects.get().city) == ("Lípa", "Brno")
        eva = Person.objects.get(given_name="Eva")
        assert eva.phone == "601111111"
        assert eva.contact_points.count() == 2
        taken_out(run, admin)


def test_what_the_database_refuses_leaves_nothing_of_its_row(admin: Actor) -> None:
    CustomField.objects.create(record_type="deals", key="x_ref", label="Ref", kind="text", unique=True)
    admin = actor_for(User.objects.get())
    mapping = {"First name": "family_name", "Company name": "companies/name", "Deal name": "deals/name",
               "Ref": "deals/x_ref"}  # fmt: skip
    text = "First name;Company name;Deal name;Ref\nNová;Lípa;Web;1\nEk;Dub;Sklad;1\nMalý;Lípa;Chata;2\n"
    run = run_of(text, admin, mapping=mapping, match=["companies/name", "deals/name", "name"])
    assert refused(run) == [(3, "Deal: Ref: Another record already has this value.")]
    assert sorted(Person.objects.filter(kind="person").values_list("family_name", flat=True)) == ["Malý", "Nová"]
    assert [one.name for one in Company.objects.all()] == ["Lípa"]


def test_deals_of_the_same_name_are_told_apart_by_their_customer(admin: Actor) -> None:
    text = "Company name;Deal name\nLípa;Servis\nDub;Servis\n"
    mapping = {"Company name": "companies/name", "Deal name": "name"}
    first = imported(text, "deals", admin, mapping=mapping, match=["name", "companies/name"])
    assert (counts(first), Deal.objects.count()) == ({"created": 2}, 2)
    second = imported(text, "deals", admin, mapping=mapping, match=["name", "companies/name"])
    assert counts(second) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("settings", "name", "message"),
    [
        ({"also": ["companies", "companies"]}, "also", "“companies” can be in a file only once."),
        ({"also": ["people"]}, "also", "“people” can be in a file only once."),
        ({"also": ["planets"]}, "also", "There is no type “planets”."),
        ({"mapping": {"Deal name": "planets/name"}}, "also", "There is no type “planets”."),
        ({"mapping": {"Deal name": "deals/nome"}}, "mapping", "There is no field “deals/nome”."),
        ({"mapping": {"Deal name": "deals/name", "Company name": "deals/name"}}, "mapping",
         "Two columns go to the same field: Deal: name."),
        ({"match": ["deals/nome"]}, "match", "There is no field “deals/nome”."),
        ({"links": ["deals/stage"]}, "links", "“deals/stage” can't be filled from the row itself."),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_told_with_its_setting(
    admin: Actor, settings: dict[str, object], name: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        run_of(FILE, admin, **{"mapping": MAPPING, "match": ["email"], **settings})
    assert caught.value.errors == {name: [message]}
    assert not ImportRun.objects.exists()


def test_references_that_go_round_in_a_circle_are_never_all_filled(admin: Actor) -> None:
    CustomField.objects.create(record_type="companies", key="x_boss", label="Boss", kind="record", target="people")
    admin = actor_for(User.objects.get())
    with pytest.raises(Invalid) as caught:
        run_of(FILE, admin, links=["company", "companies/x_boss"])
    assert caught.value.errors == {"links": ["References go round in a circle. Leave this one out: Company: Boss"]}
    assert counts(run_of(FILE, admin, dry_run=True)) == {"created": 5}
    text = "First name;Last name;E-mail;Company name\nEva;Nová;eva@lipa.example;Lípa\n"
    mapping = {k: v for k, v in MAPPING.items() if k in text}
    run = run_of(text, admin, mapping=mapping, match=["email"], links=["companies/x_boss"])
    assert (refused(run), Person.objects.get(given_name="Eva").company) == ([], None)
    assert Company.objects.get().custom == {"x_boss": Person.objects.get(given_name="Eva").pk}
    assert counts(run_of(text, admin, mapping=mapping, match=["email"], links=["companies/x_boss"])) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("type_name", "headers", "also", "mapping"),
    [
        ("people", "First name,Last name,Company name,Company city,Deal name,Deal amount", ["companies", "deals"],
         "given_name family_name companies/name companies/city deals/name deals/amount"),
        ("people", "Jméno,Příjmení,E-mail,Firma - název,Firma: IČO", ["companies"],
         "given_name family_name email companies/name companies/registration_number"),
        ("people", "Vezetéknév,Cég neve,Cégnév,Cég: város", ["companies"],
         "family_name  companies/name companies/city"),
        ("deals", "Name,Amount,Company name", [], "name amount customer"),
        ("deals", "Deal name,Amount,Company name,Company IČO,Contact first name,Contact last name,Contact e-mail",
         ["companies", "people"],
         "name amount companies/name companies/registration_number people/given_name people/family_name people/email"),
        ("companies", "Name,City,Contact name,Contact e-mail", ["people"], "name city people/full_name people/email"),
        ("people", "Person - Name*,Person - First name,Person - Last name,Person - Phone,Person - Email (Work),"
         "Organization - Name*,Organization - Address,Deal - Title,Deal - Value", ["companies", "deals"],
         "full_name given_name family_name phone email companies/name companies/street deals/name deals/amount"),
    ],
)  # fmt: skip
def test_columns_that_name_a_type_go_to_it(
    admin: Actor, type_name: str, headers: str, also: list[str], mapping: str
) -> None:
    run = services.upload(registry.get(type_name), io.BytesIO(f"{headers}\n".encode()), "a.csv", actor=admin)
    assert (run.plan["also"], run.plan["mapping"]) == (also, mapping.split(" "))


def test_the_page_shows_each_type_and_takes_what_is_chosen(admin: Actor, client: Client) -> None:
    client.force_login(User.objects.get())
    client.post("/people/import/", {"file": SimpleUploadedFile("all.csv", FILE.encode())})
    run = ImportRun.objects.get()
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert "Person: company ← company" in page
    assert "Deal: customer ← company / person" in page
    assert '<option value="deals/amount" selected>' in page
    form = form_of(run) | {"also": ["companies"], "links": ["company"]}
    answer = client.post(f"/import/{run.pk}/plan/", form).content.decode()
    run.refresh_from_db()
    assert (run.plan["also"], run.plan["links"], "deals/amount" in answer) == (["companies"], None, False)
    assert run.plan["match"] == ["email", "companies/name"]
    client.post(f"/import/{run.pk}/plan/", form_of(run) | {"also": ["companies", "deals"], "links": []})
    run.refresh_from_db()
    assert run.plan["mapping"][-2:] == ["deals/name", "deals/amount"]
    assert run.plan["links"] == ["deals/customer", "deals/contacts"]
    refusal = client.post(f"/import/{run.pk}/plan/", form_of(run) | {"also": ["companies", "planets"]})
    assert (refusal.status_code, "There is no type “planets”." in refusal.content.decode()) == (422, True)
    client.post(f"/import/{run.pk}/run/", form_of(run) | {"also": ["companies", "deals"], "links": ["deals/customer"]})
    run_waiting_jobs()
    result = client.get(f"/import/{run.pk}/").content.decode()
    assert "Records by type" in result
    assert (Person.objects.filter(company=None, kind="person").count(), Deal.objects.count()) == (4, 3)
    assert not DealContact.objects.exists()


def form_of(run: ImportRun) -> dict[str, object]:
    """What the page would send, the further types and links aside."""
    columns = {f"column-{place}": key for place, key in enumerate(run.plan["mapping"])}
    shown = ["company", "deals/customer", "deals/contacts"] if "deals" in run.plan["also"] else ["company"]
    match = [*(f"{name}/" for name in run.plan["also"]), "email", "companies/name"]
    return {"mapping": "1", **columns, "match": match, "mode": "update", "link_shown": shown}
