"""What other programs call the columns of their exports of deals: Salesforce, HubSpot, Pipedrive and local ones."""

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

DEAL_WORDS = ("Deal", "Opportunity", "Obchod", "Případ", "Prípad", "Příležitost", "Ügylet", "Szansa")
