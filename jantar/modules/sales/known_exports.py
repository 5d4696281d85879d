"""How HubSpot, Salesforce and Pipedrive export deals: as their columns are called there.

Headers that `importing` knows are not repeated. Stages are the customer's own in all of them, so they are matched by
name and not translated.
"""

from django.utils.translation import gettext_lazy as _

from jantar.engine.records.record_type import KnownExport

OF_DEALS = (
    KnownExport(
        program="HubSpot",
        content=_("deals"),
        signs=("Record ID", "Deal Name"),
        hints=("Deal Stage", "Deal Owner", "Pipeline", "Close Date"),
        mapping={"Deal Description": "description", "Next step": "next_step", "Associated Company": "customer"},
    ),
    KnownExport(
        program="Salesforce",
        content=_("opportunities"),
        signs=("Name", "StageName"),
        hints=("CloseDate", "IsWon", "ForecastCategory", "AccountId"),
        mapping={"AccountId": "", "OwnerId": "", "Type": "", "ExpectedRevenue": ""},
    ),
    KnownExport(
        program="Salesforce",
        content=_("opportunities"),
        signs=("Opportunity Name", "Stage"),
        hints=("Close Date", "Opportunity Owner", "Account Name", "Probability (%)"),
        mapping={"Probability (%)": "probability", "Expected Revenue": ""},
    ),
    KnownExport(
        program="Pipedrive",
        content=_("deals"),
        signs=("Deal - Title",),
        hints=("Deal - Value", "Deal - Stage", "Deal - Status", "Deal - Owner", "Deal - Pipeline"),
        mapping={"Deal - Label": "tags", "Deal - Labels": "tags", "Deal - Currency of Value": "amount.currency",
                 "Deal - Source channel": "source"},
    ),
)  # fmt: skip
