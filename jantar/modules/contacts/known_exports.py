"""How HubSpot, Salesforce and Pipedrive export companies and people: as their columns and values are called there.

Headers that `importing` knows are not repeated. Sources: real headers of HubSpot and Salesforce (Data Loader and
reports), Pipedrive's own sample sheet.
"""

from django.utils.translation import gettext_lazy as _

from jantar.engine.records.record_type import KnownExport

HUBSPOT, SALESFORCE, PIPEDRIVE = "HubSpot", "Salesforce", "Pipedrive"

HUBSPOT_LIFECYCLE = {
    "Subscriber": "lead", "Lead": "lead", "Marketing Qualified Lead": "qualified",
    "Sales Qualified Lead": "qualified", "Opportunity": "opportunity", "Customer": "customer",
    "Evangelist": "customer", "Other": "",
}  # fmt: skip
HUBSPOT_SOURCE = {
    "Organic Search": "web", "Direct Traffic": "web", "AI Referrals": "web", "Organic Social": "web",
    "Social Media": "web", "Paid Search": "advertising", "Paid Social": "advertising",
    "Other Campaigns": "advertising", "Email Marketing": "email", "Referrals": "referral", "Offline Sources": "other",
}  # fmt: skip
SALESFORCE_SOURCE = {
    "Web": "web", "Phone Inquiry": "call", "Partner": "partner", "Partner Referral": "partner",
    "Employee Referral": "referral", "External Referral": "referral", "Word of mouth": "referral",
    "Trade Show": "fair", "Advertisement": "advertising", "Purchased List": "other", "Public Relations": "other",
    "Other": "other",
}  # fmt: skip
SALESFORCE_TYPE = {
    "Prospect": "lead", "Customer": "customer", "Customer - Direct": "customer", "Customer - Channel": "customer",
    "Other": "",
}  # fmt: skip
SALESFORCE_RATING = {"Hot": "A", "Warm": "B", "Cold": "C"}

OF_COMPANIES = (
    KnownExport(
        program=HUBSPOT,
        content=_("companies"),
        signs=("Record ID", "Company name"),
        hints=("Company owner", "Company Domain Name", "Lifecycle Stage"),
        mapping={"Original Traffic Source": "source", "Original Source Type": "source", "Company owner": "owner"},
        values={"lifecycle": HUBSPOT_LIFECYCLE, "source": HUBSPOT_SOURCE},
    ),
    KnownExport(
        program=SALESFORCE,
        content=_("accounts"),
        signs=("Id", "Name"),
        hints=("BillingStreet", "BillingCity", "AccountNumber", "NumberOfEmployees", "MasterRecordId"),
        mapping={"Type": "lifecycle", "Rating": "classification", "AccountSource": "source", "ParentId": "",
                 "AccountNumber": "", "OwnerId": "", "Site": ""},
        values={"lifecycle": SALESFORCE_TYPE, "classification": SALESFORCE_RATING, "source": SALESFORCE_SOURCE},
    ),
    KnownExport(
        program=SALESFORCE,
        content=_("accounts"),
        signs=("Account Name",),
        hints=("Billing Street", "Billing City", "Billing State/Province", "Billing Zip/Postal Code", "Account Owner"),
        mapping={"Billing Street": "street", "Billing City": "city", "Billing State/Province": "region",
                 "Billing Zip/Postal Code": "postal_code", "Billing Country": "country", "Type": "lifecycle",
                 "Rating": "classification"},
        values={"lifecycle": SALESFORCE_TYPE, "classification": SALESFORCE_RATING, "source": SALESFORCE_SOURCE},
    ),
    KnownExport(
        program=PIPEDRIVE,
        content=_("organizations"),
        signs=("Organization - Name",),
        hints=("Organization - ID", "Organization - Address", "Organization - Owner", "Organization - People"),
        mapping={"Organization - Labels": "tags", "Organization - Label": "tags",
                 "Organization - City/town/village/locality of Address": "city",
                 "Organization - ZIP/Postal code of Address": "postal_code",
                 "Organization - Country of Address": "country"},
    ),
)  # fmt: skip

OF_PEOPLE = (
    KnownExport(
        program=HUBSPOT,
        content=_("contacts"),
        signs=("Record ID", "First Name", "Last Name"),
        hints=("Contact owner", "Lifecycle Stage", "Lead Status", "Associated Company", "Create Date"),
        mapping={"Work email": "email", "Message": "description", "Original Traffic Source": "source",
                 "Original Source": "source", "Contact owner": "owner"},
        values={"lifecycle": HUBSPOT_LIFECYCLE, "source": HUBSPOT_SOURCE},
        match=("email",),
    ),
    KnownExport(
        program=SALESFORCE,
        content=_("contacts"),
        signs=("LastName", "AccountName"),
        hints=("MailingCity", "MailingStreet", "MailingState/Province", "Title", "Contact Owner", "Salutation"),
        values={"source": SALESFORCE_SOURCE},
    ),
    KnownExport(
        program=SALESFORCE,
        content=_("contacts"),
        signs=("Id", "LastName"),
        hints=("AccountId", "MailingCity", "MailingStreet", "ReportsToId", "MasterRecordId"),
        mapping={"AccountId": "", "OwnerId": "", "ReportsToId": "", "OtherPhone": "phone", "AssistantPhone": ""},
        values={"source": SALESFORCE_SOURCE},
    ),
    KnownExport(
        program=PIPEDRIVE,
        content=_("people"),
        signs=("Person - Name",),
        hints=("Person - ID", "Person - Email", "Person - Email (Work)", "Person - Phone", "Person - Owner"),
        mapping={"Person - Email (Other)": "email", "Person - Phone (Work)": "phone", "Person - Phone (Home)": "phone",
                 "Person - Phone (Mobile)": "phone", "Person - Labels": "tags", "Person - Label": "tags",
                 "Person - Job title": "job_title", "Person - Birthday": "birthday", "Person - Notes": "description",
                 "Person - Organization": "company", "Organization - Address": ""},
    ),
)  # fmt: skip
