"""Parties: companies, institutions, persons and consumers in one register, with all that belongs to them."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.countries import country_choices
from jantar.engine.fields.model_fields import CountryField, MoneyField, PhoneField, TagsField
from jantar.engine.fields.sql import Fold
from jantar.engine.records.models import Record, RecordManager
from jantar.kit.address import Address
from jantar.modules.contacts.choices import (
    AddressKind,
    Classification,
    ContactKind,
    Lifecycle,
    PartyKind,
    RelationshipKind,
    Role,
    Source,
)

ALIVE = Q(deleted_at=None)


class Party(Record):
    """Anybody we sell to, buy from or work with. `Company` and `Person` are its two record types."""

    kind = models.CharField(max_length=10, choices=PartyKind, editable=False)
    name = models.CharField(_("name"), max_length=200)
    roles = TagsField(verbose_name=_("roles"), base_field=models.CharField(max_length=20, choices=Role.choices))
    lifecycle = models.CharField(_("lifecycle"), max_length=20, choices=Lifecycle, default=Lifecycle.LEAD)
    classification = models.CharField(_("classification"), max_length=1, choices=Classification, blank=True, default="")
    source = models.CharField(_("source"), max_length=20, choices=Source, blank=True, default="")
    tags = TagsField(verbose_name=_("tags"))
    language = models.CharField(
        _("language"), max_length=2, blank=True, default="",
        choices=[("cs", _("Czech")), ("sk", _("Slovak")), ("hu", _("Hungarian")), ("pl", _("Polish")),
                 ("en", _("English")), ("de", _("German"))],
    )  # fmt: skip
    description = models.TextField(_("description"), blank=True, default="")

    # The main one of several contact points and addresses, kept here for lists.
    email = models.EmailField(_("e-mail"), blank=True, default="")
    phone = PhoneField(verbose_name=_("phone"))
    website = models.URLField(_("web site"), max_length=300, blank=True, default="")
    street = models.CharField(_("street"), max_length=200, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, default="")
    region = models.CharField(_("region"), max_length=100, blank=True, default="")
    country = CountryField(verbose_name=_("country"))

    # How and when the customer was won or lost.
    won_at = models.DateField(_("customer since"), null=True, blank=True)
    won_by = models.ForeignKey(
        "accounts.User", verbose_name=_("won by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lost_at = models.DateField(_("lost on"), null=True, blank=True)
    lost_reason = models.CharField(_("reason of loss"), max_length=200, blank=True, default="")

    # Companies
    registration_number = models.CharField(_("registration number"), max_length=30, blank=True, default="")
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True, default="")
    vat_number = models.CharField(_("VAT number"), max_length=30, blank=True, default="")
    industry = models.CharField(_("industry"), max_length=100, blank=True, default="")
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_revenue = MoneyField(_("annual revenue"))
    parent = models.ForeignKey(
        "Company", verbose_name=_("parent company"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="subsidiaries",
    )  # fmt: skip

    # Persons
    title_before = models.CharField(_("title before the name"), max_length=30, blank=True, default="")
    given_name = models.CharField(_("given name"), max_length=100, blank=True, default="")
    family_name = models.CharField(_("family name"), max_length=100, blank=True, default="")
    title_after = models.CharField(_("title after the name"), max_length=30, blank=True, default="")
    job_title = models.CharField(_("job title"), max_length=100, blank=True, default="")
    company = models.ForeignKey(
        "Company", verbose_name=_("company"), null=True, blank=True, on_delete=models.SET_NULL, related_name="people"
    )
    birthday = models.DateField(_("birthday"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(Fold(F("name")), "id", condition=ALIVE & Q(kind="company"), name="party_company_by_name"),
            models.Index(Fold(F("name")), "id", condition=ALIVE & Q(kind="person"), name="party_person_by_name"),
            models.Index(
                Fold(F("family_name")), Fold(F("given_name")), "id",
                condition=ALIVE & Q(kind="person"), name="party_person_by_family",
            ),
            # Whoever refers to either kind, as deals do, is sorted by this one.
            models.Index(Fold(F("name")), "id", condition=ALIVE, name="party_by_name"),
            GinIndex(OpClass(Fold(F("name")), "gin_trgm_ops"), condition=ALIVE, name="party_name_contains"),
            models.Index("kind", F("created_at").desc(), F("id").desc(), condition=ALIVE, name="party_by_created"),
            models.Index("kind", F("updated_at").desc(), F("id").desc(), condition=ALIVE, name="party_by_updated"),
            models.Index("kind", "owner", condition=ALIVE, name="party_by_owner"),
            models.Index("kind", "team", condition=ALIVE, name="party_by_team"),
            models.Index(Fold(F("email")), name="party_by_email"),
            # What the data quality page asks for; small as long as the data are good.
            models.Index("kind", "owner", condition=ALIVE & Q(phone=""), name="party_without_phone"),
            models.Index("kind", "owner", condition=ALIVE & Q(email=""), name="party_without_email"),
            models.Index("kind", "owner", condition=ALIVE & Q(city=""), name="party_without_city"),
            models.Index(
                "owner", condition=ALIVE & Q(kind="company", registration_number=""), name="party_without_registration"
            ),
            models.Index("owner", condition=ALIVE & Q(kind="person", company=None), name="party_without_company"),
            # What imports recognise a party by.
            models.Index(Fold(F("phone")), condition=~Q(phone=""), name="party_by_phone"),
            models.Index(Fold(F("vat_number")), condition=~Q(vat_number=""), name="party_by_vat_number"),
            models.Index(
                Fold(F("registration_number")), condition=~Q(registration_number=""), name="party_by_registration"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class CompanyManager(RecordManager):  # type: ignore[type-arg]
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(kind=PartyKind.COMPANY)


class PersonManager(RecordManager):  # type: ignore[type-arg]
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(kind=PartyKind.PERSON)


class Company(Party):
    objects: ClassVar[Any] = CompanyManager()

    class Meta:
        proxy = True
        verbose_name = _("company")
        verbose_name_plural = _("companies")


class Person(Party):
    objects: ClassVar[Any] = PersonManager()

    class Meta:
        proxy = True
        verbose_name = _("person")
        verbose_name_plural = _("people")


class ContactPoint(models.Model):
    """A phone number, mail address or web address of a party."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind)
    value = models.CharField(_("value"), max_length=254)
    label = models.CharField(_("note"), max_length=50, blank=True, default="")
    is_main = models.BooleanField(_("main"), default=False)

    class Meta:
        verbose_name = _("phone or e-mail")
        verbose_name_plural = _("phones and e-mails")
        constraints = [
            models.UniqueConstraint(fields=["party", "kind", "value"], name="contacts_point_once"),
            models.UniqueConstraint(
                fields=["party", "kind"], condition=Q(is_main=True), name="contacts_point_one_main"
            ),
        ]

    def __str__(self) -> str:
        return self.value


class PostalAddress(models.Model):
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind, default=AddressKind.SEAT)
    street = models.CharField(_("street"), max_length=200, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, default="")
    region = models.CharField(_("region"), max_length=100, blank=True, default="")
    country = CountryField(verbose_name=_("country"))
    is_main = models.BooleanField(_("main"), default=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["party"], condition=Q(is_main=True), name="contacts_address_one_main")
        ]

    def __str__(self) -> str:
        parts = Address(self.street, self.city, self.postal_code, self.region, self.country)
        return ", ".join(parts.lines(dict(country_choices()).get(self.country, self.country)))


class Relationship(models.Model):
    """What one party is to another, from when to when."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="relationships")
    kind = models.CharField(_("is"), max_length=20, choices=RelationshipKind)
    other = models.ForeignKey(Party, verbose_name=_("of"), on_delete=models.CASCADE, related_name="related_from")
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
                name="contacts_relationship_dates",
                violation_error_message=_("The end is before the beginning."),
            ),
            models.CheckConstraint(
                condition=~Q(party=F("other")), name="contacts_relationship_other",
                violation_error_message=_("A contact can't be related to itself."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.other}"
