"""What other programs call the columns of their exports of deals: Salesforce, HubSpot, Pipedrive and local ones."""

from collections.abc import Mapping
from typing import Any

from jantar.modules.sales.models import Deal, LossReason, Stage, Status

OF_DEALS = {
    "name": ("Name", "Deal name", "Deal - Title", "Title", "Opportunity Name", "Opportunity", "Název", "Názov",
             "Megnevezés", "Nazwa"),
    "customer": ("Customer", "Company name", "Account Name", "Account", "Company", "Organization - Name",
                 "Deal - Organization", "Organization", "Associated Company", "Zákazník", "Firma", "Ügyfél", "Klient"),
    "amount": ("Amount", "Value", "Deal - Value", "Deal Value", "Částka", "Hodnota", "Suma", "Összeg", "Érték", "Kwota",
               "Wartość"),
    "amount.currency": ("Deal - Currency", "Currency", "CurrencyIsoCode", "Měna", "Mena", "Pénznem", "Waluta"),
    "stage": ("Stage", "StageName", "Deal Stage", "Deal - Stage", "Fáze", "Fáza", "Szakasz", "Etap"),
    "pipeline": ("Pipeline", "Deal - Pipeline", "Obchodní proces", "Lejek"),
    "expected_close": ("Close Date", "CloseDate", "Expected close date", "Deal - Expected close date",
                       "Předpokládané uzavření", "Várható zárás", "Przewidywane zamknięcie"),
    "probability": ("Probability", "Deal - Probability", "Pravděpodobnost", "Valószínűség", "Prawdopodobieństwo"),
    "next_step": ("NextStep", "Next Step", "Další krok", "Następny krok"),
    "source": ("LeadSource", "Lead Source", "Deal source", "Source", "Zdroj", "Forrás", "Źródło"),
    "owner": ("Deal Owner", "Deal - Owner", "Opportunity Owner", "Owner"),
    "description": ("Description", "Notes", "Note", "Poznámka", "Megjegyzés", "Uwagi"),
}  # fmt: skip

#: What the stages are called where other programs end; the names of stages here come first.
WON_WORDS = ("Closed Won", "closedwon", "Won", "Vyhráno", "Vyhraný", "Vyhrané", "Megnyert", "Megnyerve", "Wygrana",
             "Wygrane")  # fmt: skip
LOST_WORDS = ("Closed Lost", "closedlost", "Lost", "Prohráno", "Prohraný", "Prehrané", "Prehraný", "Elvesztett",
              "Elveszített", "Elveszett", "Przegrana", "Przegrane")  # fmt: skip


def usual_stages() -> dict[str, list[Stage]]:
    """The stages in which deals are won and lost, by the words for them."""
    found: dict[str, list[Stage]] = {}
    closed = Stage.objects.exclude(status=Status.OPEN)
    for stage in closed:
        for word in WON_WORDS if stage.status == Status.WON else LOST_WORDS:
            found.setdefault(word, []).append(stage)
    return found


def complete_deal(values: Mapping[str, Any], deal: Deal | None) -> dict[str, str]:
    """Old programs seldom say why a deal was lost; here each lost one has a reason."""
    stage = values.get("stage")
    is_lost = isinstance(stage, Stage) and stage.status == Status.LOST
    if not is_lost or values.get("loss_reason") or (deal and deal.loss_reason):
        return {}
    return {"loss_reason": LossReason.OTHER.value}


DEAL_WORDS = ("Deal", "Opportunity", "Obchod", "Případ", "Prípad", "Příležitost", "Ügylet", "Szansa")
