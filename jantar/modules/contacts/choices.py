"""The fixed lists of the contact register."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartyKind(TextChoices):
    COMPANY = "company", _("Company")
    PERSON = "person", _("Person")


class Role(TextChoices):
    CUSTOMER = "customer", pgettext_lazy("role", "Customer")
    PROSPECT = "prospect", _("Prospect")
    SUPPLIER = "supplier", _("Supplier")
    PARTNER = "partner", _("Partner")
    COMPETITOR = "competitor", _("Competitor")


class Lifecycle(TextChoices):
    LEAD = "lead", pgettext_lazy("lifecycle", "Lead")
    QUALIFIED = "qualified", _("Qualified")
    OPPORTUNITY = "opportunity", _("Opportunity")
    CUSTOMER = "customer", pgettext_lazy("lifecycle", "Customer")
    LOST = "lost", pgettext_lazy("lifecycle", "Lost")


class Classification(TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Source(TextChoices):
    WEB = "web", _("Web site")
    REFERRAL = "referral", _("Referral")
    FAIR = "fair", _("Trade fair")
    CALL = "call", _("Cold call")
    EMAIL = "email", _("E-mail")
    ADVERTISING = "advertising", _("Advertising")
    PARTNER = "partner", _("Partner")
    IMPORT = "import", _("Import")
    OTHER = "other", _("Other")


class ContactKind(TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    WEB = "web", _("Web address")


class AddressKind(TextChoices):
    SEAT = "seat", _("Seat")
    BILLING = "billing", _("Billing")
    DELIVERY = "delivery", _("Delivery")
    HOME = "home", pgettext_lazy("address", "Home")


class RelationshipKind(TextChoices):
    EMPLOYEE = "employee", _("Employee")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    OWNER = "owner", pgettext_lazy("relationship", "Owner")
    SUBSIDIARY = "subsidiary", _("Subsidiary")
    PARTNER = "partner", _("Partner")
    RECOMMENDED_BY = "recommended_by", _("Recommended by")
    FAMILY = "family", _("Family member")
