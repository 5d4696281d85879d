"""What other programs call the columns of their exports of deals: Salesforce, HubSpot, Pipedrive and local ones."""

from collections.abc import Mapping
from typing import Any

from jantar.modules.sales.models import Deal, LossReason, Stage, Status

OF_DEALS = {
    "name": ("Name", "Deal name", "Deal - Title", "Title", "Opportunity Name", "Opportunity", "Název", "Názov",
             "Megnevezés", "Nazwa", "Název obchodu", "Název případu", "Název obchodního případu", "Obchodní případ",
             "Obchod", "Příležitost", "Název příležitosti", "Zakázka", "Název zakázky", "Názov obchodu",
             "Názov prípadu", "Názov obchodného prípadu", "Obchodný prípad", "Príležitosť", "Názov príležitosti",
             "Zákazka", "Nazwa szansy", "Szansa", "Szansa sprzedaży", "Nazwa szansy sprzedaży", "Nazwa transakcji",
             "Transakcja", "Tytuł", "Ügylet", "Ügylet neve", "Ügylet megnevezése", "Üzlet", "Üzlet neve", "Lehetőség",
             "Lehetőség neve", "Projekt neve"),
    "customer": ("Customer", "Company name", "Account Name", "Account", "Company", "Organization - Name",
                 "Deal - Organization", "Organization", "Associated Company", "Zákazník", "Firma", "Ügyfél",
                 "Klient", "Odběratel",
                 "Společnost", "Název firmy", "Odberateľ", "Spoločnosť", "Názov firmy", "Kontrahent", "Nabywca",
                 "Nazwa firmy", "Nazwa klienta", "Vevő", "Cég", "Cégnév", "Partner", "Ügyfél neve"),
    "amount": ("Amount", "Value", "Deal - Value", "Deal Value", "Částka", "Hodnota", "Suma", "Összeg", "Érték", "Kwota",
               "Wartość", "Cena", "Objem", "Hodnota obchodu", "Hodnota případu", "Hodnota prípadu", "Wartość szansy",
               "Wartość transakcji", "Ügylet értéke", "Ár"),
    "amount.currency": ("Deal - Currency", "Currency", "CurrencyIsoCode", "Měna", "Mena", "Pénznem", "Waluta"),
    "stage": ("Stage", "StageName", "Deal Stage", "Deal - Stage", "Fáze", "Fáza", "Szakasz", "Etap", "Stav",
              "Stav obchodu", "Fáze obchodu", "Etapa", "Fáza obchodu", "Faza", "Status", "Etap sprzedaży", "Fázis",
              "Állapot", "Státusz", "Értékesítési szakasz"),
    "pipeline": ("Pipeline", "Deal - Pipeline", "Obchodní proces", "Lejek", "Obchodný proces",
                 "Lejek sprzedaży", "Értékesítési folyamat", "Folyamat"),
    "expected_close": ("Close Date", "CloseDate", "Expected close date", "Deal - Expected close date",
                       "Předpokládané uzavření", "Várható zárás", "Przewidywane zamknięcie",
                       "Očekávané uzavření", "Datum uzavření", "Termín uzavření", "Uzavření", "Očakávané uzavretie",
                       "Predpokladané uzavretie", "Dátum uzavretia", "Uzavretie", "Planowane zamknięcie",
                       "Data zamknięcia", "Zárás", "Zárás dátuma", "Várható lezárás"),
    "probability": ("Probability", "Deal - Probability", "Pravděpodobnost", "Valószínűség", "Prawdopodobieństwo",
                    "Pravdepodobnosť", "Probability (%)", "Šance", "Šanca", "Esély"),
    "next_step": ("NextStep", "Next Step", "Další krok", "Następny krok", "Následující krok", "Ďalší krok",
                  "Nasledujúci krok", "Kolejny krok", "Következő lépés"),
    "loss_reason": ("Closed Lost Reason", "Lost Reason", "Loss Reason", "Deal - Lost reason", "Důvod prohry",
                    "Důvod ztráty", "Důvod neúspěchu", "Dôvod prehry", "Dôvod straty", "Dôvod neúspechu",
                    "Powód przegranej", "Przyczyna przegranej", "Powód utraty", "Elvesztés oka", "Veszteség oka"),
    "source": ("LeadSource", "Lead Source", "Deal source", "Source", "Zdroj", "Forrás", "Źródło", "Źródło szansy"),
    "owner": ("Deal Owner", "Deal - Owner", "Opportunity Owner", "Owner"),
    "description": ("Description", "Notes", "Note", "Poznámka", "Megjegyzés", "Uwagi", "Poznámky",
                    "Popis", "Opis", "Notatka", "Notatki", "Leírás"),
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
