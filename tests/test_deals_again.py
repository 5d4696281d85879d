"""Which deal a row is about: its name says so only together with the customer; a number of the old program does."""

import io

import pytest

from jantar.engine.fields.models import CustomField
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.transfer import services
from jantar.engine.transfer.import_page import ImportPage
from jantar.engine.transfer.tests.runs import counts, imported, refused
from jantar.modules.sales.models import Deal
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

DEALS = "Deal name,Customer,Amount\nRenewal,Lípa,10\nRenewal,Dub,20\nRenewal,Buk,30\n"


@pytest.fixture
def admin() -> Actor:
    return actor_for(make_user("Anna", admin=True))


def amounts() -> dict[str, int]:
    return {str(deal.customer): int(deal.amount.amount) for deal in Deal.objects.select_related("customer")}


def test_deals_of_one_name_are_told_apart_by_their_customers(admin: Actor) -> None:
    run = imported(DEALS, "deals", admin, create_missing=["customer"])
    assert (counts(run), refused(run)) == ({"created": 3}, [])
    assert counts(imported(DEALS, "deals", admin)) == {"unchanged": 3}
    assert counts(imported(DEALS.replace("20", "25"), "deals", admin)) == {"updated": 1, "unchanged": 2}
    assert amounts() == {"Lípa": 10, "Dub": 25, "Buk": 30}
    again = imported(DEALS + "renewal,LÍPA,40\n", "deals", admin)
    assert refused(again) == [(5, "Row 2 has the same value in “name”.")]


def test_a_name_alone_means_no_deal_unless_asked_to(admin: Actor) -> None:
    imported(DEALS, "deals", admin, create_missing=["customer"])
    Deal.objects.exclude(customer__name="Lípa").delete()
    text = "Deal name,Amount\nRenewal,99\n"
    assert refused(imported(text, "deals", admin)) == [(2, "Customer: This field is required.")]
    assert counts(imported(text, "deals", admin, match=["name"])) == {"updated": 1}
    assert amounts() == {"Lípa": 99}


def test_the_name_alone_means_none_either_where_a_row_leaves_its_company_open(admin: Actor) -> None:
    imported("Deal name,Customer,Amount\nRenewal,Lípa,10\n", "deals", admin, create_missing=["customer"])
    text = "Deal name,Amount,Company name,Company city\nRenewal,99,,\nOak,5,Dub,Brno\n"
    run = imported(text, "deals", admin)
    assert refused(run) == [(2, "Deal: customer: This field is required.")]
    assert amounts() == {"Lípa": 10, "Dub": 5}


def test_the_number_in_the_old_program_comes_first(admin: Actor) -> None:
    CustomField.objects.create(record_type="deals", key="x_record_id", label="Record ID", kind="text", unique=True)
    admin = actor_for(User.objects.get())
    text = "Record ID,Deal name,Customer,Amount\n1,Renewal,Lípa,10\n2,Renewal,Lípa,20\n"
    run = services.upload(registry.get("deals"), io.BytesIO(text.encode()), "deals.csv", actor=admin)
    assert run.plan["match"] == ["x_record_id", "customer", "name"]
    assert [key for key, _label, chosen in ImportPage(run, admin).match_options if chosen] == run.plan["match"]
    assert counts(imported(text, "deals", admin, create_missing=["customer"])) == {"created": 2}
    assert counts(imported(text.replace("Renewal", "Oak"), "deals", admin)) == {"updated": 2}
    assert counts(imported(text.replace("Renewal", "Oak"), "deals", admin)) == {"unchanged": 2}


def test_a_refused_row_about_a_known_deal_is_told_nothing_that_would_have_been_filled(admin: Actor) -> None:
    imported("Deal name,Customer,Amount\nOak,Lípa,10\n", "deals", admin, create_missing=["customer"])
    told = refused(imported("Deal name,Customer,Stage,Amount\nOak,Lípa,Lost,much\nOak,Lípa,,5\n", "deals", admin))
    assert [row for row, _reason in told] == [2]
    assert "Amount" in told[0][1]
    assert "lost" not in told[0][1].lower()
