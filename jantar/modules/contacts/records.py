"""The record types of the contact register."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import Duplicates, Quality, Reach, RecordType, Search, Section, View
from jantar.engine.records.registry import registry
from jantar.modules.contacts import importing, known_exports, mirrors, services
from jantar.modules.contacts.choices import PartyKind
from jantar.modules.contacts.models import Company, ContactPoint, Person, PostalAddress, Relationship

OF_COMPANIES = frozenset(
    {"registration_number", "tax_number", "vat_number", "industry", "employees", "annual_revenue", "parent"}
)
OF_PEOPLE = frozenset({"title_before", "given_name", "family_name", "title_after", "job_title", "company", "birthday"})

PARTS = (
    Part(
        "contact_points",
        ContactPoint,
        "party",
        _("Phones and e-mails"),
        main="is_main",
        main_per="kind",
        order=("kind", "-is_main", "id"),
        more_of={column: {"kind": kind} for column, kind in mirrors.MAIN_COLUMNS.items()},
    ),
    Part(
        "addresses",
        PostalAddress,
        "party",
        _("Addresses"),
        main="is_main",
        main_from=mirrors.ADDRESS_COLUMNS,
        order=("-is_main", "id"),
    ),
    Part("relationships", Relationship, "party", _("Relationships"), order=("kind", "id")),
)
ADDRESS = Section(_("Address"), "street", "postal_code", "city", "region", "country", "addresses")
HISTORY = Section(_("How we won or lost them"), "source", "won_at", "won_by", "lost_at", "lost_reason")

#: How companies are constituted says nothing of which one it is.
LEGAL_FORMS = frozenset(
    "s r o a sro as akciova spolecnost spol vos ks z oo sp zoo k j kft bt zrt nyrt kkt rt gmbh ag co kg ltd llc inc "
    "plc se sa".split()
)
ADDRESS_OF = ("city", "postal_code", "street")

IS_MINE = {"field": "owner", "op": "is", "value": "me"}
#: Neither by phone nor mail, in the row or among further numbers.
IS_UNREACHABLE = (
    {"field": "phone", "op": "empty"},
    {"field": "email", "op": "empty"},
    {"relation": "contact_points", "has": "none"},
)
HAS_PHONE_OR_MAIL = {"any": [{"field": "phone", "op": "not_empty"}, {"field": "email", "op": "not_empty"}]}
IS_CUSTOMER = {"field": "lifecycle", "op": "is", "value": "customer"}

companies = RecordType(
    name="companies",
    model=Company,
    icon="building",
    area="contacts",
    columns=("name", "city", "country", "industry", "lifecycle", "phone", "email", "owner"),
    sort="name",
    views=(
        View("mine", _("My companies"), {"all": [IS_MINE]}),
        View("customers", _("Customers"), {"all": [IS_CUSTOMER]}),
    ),
    sections=(
        Section(_("Company"), "name", "roles", "lifecycle", "classification", "industry", "tags", "owner", "team"),
        Section(_("Contact"), "email", "phone", "website", "language", "contact_points"),
        ADDRESS,
        Section(_("Identifiers"), "registration_number", "tax_number", "vat_number"),
        Section(_("Profile"), "employees", "annual_revenue", "parent", "description", "relationships"),
        HISTORY,
    ),
    search=Search(
        text=("name", "city"),
        keys=("email", "phone", "registration_number", "tax_number", "vat_number", "contact_points.value"),
        subtitle=("city", "country"),
    ),
    parts=PARTS,
    defaults={"kind": PartyKind.COMPANY},
    milestones=("owner", "lifecycle"),
    hidden=OF_PEOPLE,
    import_names=importing.OF_COMPANIES,
    import_prefixes=importing.COMPANY_WORDS,
    duplicates=Duplicates(
        name=("name",),
        identifiers=("registration_number", "tax_number", "vat_number"),
        contacts=("email", "phone", "contact_points.value"),
        place=ADDRESS_OF,
        ignored=LEGAL_FORMS,
        name_is_telling=True,
    ),
    reach=Reach("email", "language"),
    quality=Quality(
        wanted=("phone", "email", "city", "registration_number", "owner"),
        unreachable=(*IS_UNREACHABLE, {"relation": "people", "has": "none", "where": HAS_PHONE_OR_MAIL}),
        grows_quiet=True,
    ),
    known_exports=known_exports.OF_COMPANIES,
    match=("registration_number", "vat_number", "email", "name"),
    after_create=mirrors.mirror_new,
    after_update=mirrors.mirror_changed,
)

people = RecordType(
    name="people",
    model=Person,
    icon="users",
    area="contacts",
    columns=("name", "job_title", "company", "phone", "email", "city", "lifecycle", "owner"),
    sort="family_name,given_name",
    views=(
        View("mine", _("My people"), {"all": [IS_MINE]}),
        View("customers", _("Customers"), {"all": [IS_CUSTOMER]}),
    ),
    sections=(
        Section(_("Person"), "given_name", "family_name", "company", "job_title", "title_before", "title_after"),
        Section(_("Contact"), "email", "phone", "website", "language", "birthday", "contact_points"),
        Section(
            _("Profile"),
            "roles",
            "lifecycle",
            "classification",
            "tags",
            "owner",
            "team",
            "description",
            "relationships",
        ),
        ADDRESS,
        HISTORY,
    ),
    search=Search(
        text=("name", "job_title", "company.name", "city"),
        keys=("email", "phone", "contact_points.value"),
        subtitle=("job_title", "company.name"),
    ),
    parts=PARTS,
    defaults={"kind": PartyKind.PERSON},
    milestones=("owner", "lifecycle", "company"),
    hidden=OF_COMPANIES,
    read_only=frozenset({"name"}),
    labels={"name": pgettext_lazy("person", "name")},
    belongs_to=("company",),
    duplicates=Duplicates(
        name=("given_name", "family_name"),
        contacts=("email", "phone", "contact_points.value"),
        place=ADDRESS_OF,
        supports=("company", "birthday"),
    ),
    reach=Reach("email", "language"),
    quality=Quality(wanted=("phone", "email", "company", "owner"), unreachable=IS_UNREACHABLE, grows_quiet=True),
    match=("email", "phone", "name"),
    import_names=importing.OF_PEOPLE,
    import_prefixes=importing.PERSON_WORDS,
    known_exports=known_exports.OF_PEOPLE,
    import_columns=(importing.FULL_NAME,),
    prepare=services.prepare_people,
    validate=services.validate_person,
    after_create=mirrors.mirror_new,
    after_update=mirrors.mirror_changed,
)

registry.register(companies, people)
