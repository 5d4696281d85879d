"""What other programs call the columns of their exports, and reading a whole name from one column."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from jantar.engine.records.record_type import ImportColumn

TITLES_BEFORE = frozenset(
    "ing mgr bc dr judr mudr mvdr mddr phdr rndr paeddr thdr doc prof akad mgra inz lek arch ifj id ozv ms mr mrs miss "
    "pan pani pí p".split()
)
TITLES_AFTER = frozenset("phd csc drsc mba llm msc ba bsc dis bba mpa cfa acca jr sr".split())

# Salesforce, HubSpot, Pipedrive, Google and Outlook contacts, Raynet, Livespace, MiniCRM; in that order.
SHARED = {
    "email": ("Email", "E-mail", "Primary Email", "Email Address", "E-mail Address", "E-mail 1 - Value", "Work Email",
              "Person - Email", "Person - Email (Work)", "Person - Email (Home)", "E-mail 2 Address",
              "E-mail 3 Address", "E-mail 2 - Value", "E-mail 3 - Value", "Secondary Email", "Mail", "E-mailová adresa",
              "E-mail cím", "Adres e-mail", "Elektronická adresa", "Email cím", "Email adresa",
              "Adresa elektronickej pošty", "Poczta elektroniczna"),
    "phone": ("Phone", "Phone Number", "Business Phone", "Work Phone", "Mobile", "Mobile Phone", "Mobile Phone Number",
              "MobilePhone", "HomePhone", "Phone 1 - Value", "Phone 2 - Value", "Phone 3 - Value", "Person - Phone",
              "Organization - Phone", "Primary Phone", "Telefon", "Telefonní číslo", "Mobil", "Telefón", "Telefonszám",
              "Numer telefonu", "Komórka", "WhatsApp Phone Number", "Tel",
              "Téléphone", "Telefonnummer", "Mobilní telefon", "Mobilní číslo", "Mobil číslo", "Telefónne číslo",
              "Mobilný telefón", "Mobilné číslo", "Telefon komórkowy", "Tel. komórkowy", "Telefon kontaktowy",
              "Mobiltelefon", "Mobilszám", "Telefon 1", "Telefon 2"),
    "website": ("Website", "Website URL", "Web", "Web Page", "Web address", "Website 1 - Value", "Homepage", "WWW",
                "Webové stránky", "Webová stránka", "Internetové stránky", "Honlap", "Weboldal", "Strona www",
                "Strona internetowa", "Company Domain Name"),
    "street": ("Street", "Street Address", "Address", "BillingStreet", "MailingStreet", "Mailing Street",
               "Business Street", "Address 1 - Street", "Ulice", "Ulica", "Utca", "Cím", "Adresa", "Adres",
               "Ulice a číslo", "Ulice a č.p.", "Ulica a číslo", "Ulica i numer", "Utca, házszám", "Utca és házszám",
               "Székhely", "Sídlo"),
    "city": ("City", "BillingCity", "MailingCity", "Mailing City", "Business City", "Address 1 - City", "Město",
             "Mesto", "Obec", "Város", "Település", "Miasto", "Miejscowość", "Town", "Helység"),
    "postal_code": ("Postal Code", "Zip", "Zip Code", "BillingPostalCode", "MailingPostalCode",
                    "Mailing Zip/Postal Code", "Business Postal Code", "Address 1 - Postal Code", "PSČ", "Irányítószám",
                    "Kod pocztowy", "ZIP/PSČ", "Poštovní směrovací číslo", "Poštové smerovacie číslo", "Irsz"),
    "region": ("State/Region", "State", "Region", "Province", "BillingState", "MailingState", "Mailing State/Province",
               "Business State", "Address 1 - Region", "Megye", "Województwo", "County", "Okres", "Régió"),
    "country": ("Country/Region", "Country", "BillingCountry", "MailingCountry", "Mailing Country", "Country Code",
                "Business Country/Region", "Address 1 - Country", "Země", "Stát", "Krajina", "Štát", "Ország",
                "Państwo", "Kód země", "Kód krajiny", "Kod kraju", "Országkód"),
    "description": ("Description", "Notes", "Note", "Comment", "Poznámka", "Megjegyzés", "Uwagi", "Notatki",
                    "Popis", "Poznámky", "Opis",
                    "Notatka", "Leírás", "Jegyzet", "Megjegyzések"),
    "source": ("LeadSource", "Lead Source", "Original Source", "Zdroj", "Forrás", "Źródło", "Zdroj kontaktu",
               "Źródło kontaktu",
               "Źródło pozyskania", "Kapcsolat forrása"),
    "language": ("Preferred language", "Language", "Jazyk", "Nyelv", "Język"),
    "owner": ("Contact owner", "Company owner", "Account Owner", "Owner", "Person - Owner", "Organization - Owner"),
    "lifecycle": ("Lifecycle Stage",),
    "addresses:delivery.street": ("ShippingStreet", "Shipping Street"),
    "addresses:delivery.city": ("ShippingCity", "Shipping City"),
    "addresses:delivery.postal_code": ("ShippingPostalCode", "Shipping Zip/Postal Code"),
    "addresses:delivery.region": ("ShippingState", "Shipping State/Province"),
    "addresses:delivery.country": ("ShippingCountry", "Shipping Country"),
    "addresses:home.street": ("Home Street",),
    "addresses:home.city": ("Home City",),
    "addresses:home.region": ("Home Region", "Home State"),
    "addresses:home.postal_code": ("Home Postal Code",),
    "addresses:home.country": ("Home Country/Region",),
}  # fmt: skip

OF_COMPANIES = {
    **SHARED,
    "name": ("Name", "Account Name", "Company", "Company name", "Organization - Name", "Organization", "Organisation",
             "Firma", "Název", "Název firmy", "Názov", "Obchodní jméno", "Spoločnosť", "Cég", "Cégnév", "Név",
             "Nazwa firmy", "Nazwa", "Kontrahent", "Název společnosti", "Společnost", "Obchodní firma",
             "Název organizace",
             "Názov firmy", "Názov spoločnosti", "Obchodné meno", "Názov organizácie", "Nazwa kontrahenta", "Klient",
             "Przedsiębiorstwo", "Vállalat", "Cég neve", "Vállalat neve", "Ügyfél neve", "Partner neve"),
    "registration_number": ("Registration number", "IČO", "IČ", "REGON", "Cégjegyzékszám", "Company ID number",
                            "Identifikační číslo",
                            "Identifikačné číslo", "Numer REGON", "KRS", "Nyilvántartási szám"),
    "tax_number": ("Tax number", "Tax ID", "DIČ", "Adószám", "NIP", "Daňové identifikační číslo", "Numer NIP"),
    "vat_number": ("VAT number", "VAT ID", "VAT", "IČ DPH", "EU adószám", "NIP UE", "EU VAT", "Közösségi adószám",
                   "DIČ pro DPH",
                   "VAT UE"),
    "industry": ("Industry", "Odvětví", "Odvetvie", "Iparág", "Branża", "Obor", "Obor činnosti", "Odbor", "Ágazat"),
    "employees": ("NumberOfEmployees", "Number of Employees", "Employees", "NumEmp", "Company size",
                  "Počet zaměstnanců", "Počet zamestnancov", "Létszám", "Liczba pracowników", "Zaměstnanci",
                  "Zamestnanci",
                  "Zatrudnienie", "Alkalmazottak száma"),
    "annual_revenue": ("AnnualRevenue", "Annual Revenue", "Revenue", "Obrat", "Árbevétel", "Obrót", "Przychód",
                       "Roční obrat",
                       "Ročný obrat", "Roczny obrót", "Roczny przychód", "Éves árbevétel"),
    "parent": ("Parent Account", "Parent company", "Mateřská společnost"),
    "street": (*SHARED["street"], "Organization - Address", "Company Address"),
}  # fmt: skip

OF_PEOPLE = {
    **SHARED,
    "full_name": ("Name", "Full Name", "Person - Name", "Contact Name", "Lead Name", "Display Name", "Jméno a příjmení",
                  "Meno a priezvisko", "Teljes név", "Név", "Imię i nazwisko", "Nom", "Nazwisko i imię", "Kontakt",
                  "Celé jméno", "Příjmení a jméno", "Kontaktní osoba", "Celé meno", "Priezvisko a meno",
                  "Kontaktná osoba", "Osoba kontaktowa", "Osoba", "Kapcsolattartó", "Kapcsolattartó neve"),
    "given_name": ("First Name", "FirstName", "Given Name", "Person - First name", "Jméno", "Krestní jméno", "Meno",
                   "Keresztnév", "Utónév", "Imię", "Křestní jméno", "Krstné meno"),
    "family_name": ("Last Name", "LastName", "Surname", "Family Name", "Person - Last name", "Příjmení", "Priezvisko",
                    "Vezetéknév", "Nazwisko", "Családnév"),
    "title_before": ("Salutation", "Title before", "Name Prefix", "Titul", "Titul před jménem", "Titel",
                     "Titul pred menom",
                     "Tytuł", "Titulus", "Tytuł naukowy"),
    "title_after": ("Name Suffix", "Suffix", "Titul za jménem", "Titul za menom"),
    "job_title": ("Title", "Job Title", "Position", "Function", "Organization 1 - Title", "Occupation", "Funkce",
                  "Pozice", "Funkcia", "Pozícia", "Beosztás", "Pozíció", "Stanowisko", "Pracovní pozice",
                  "Pracovní zařazení",
                  "Pracovná pozícia", "Pracovné zaradenie", "Funkcja", "Munkakör"),
    "company": ("AccountName", "Account Name", "Company", "Company Name", "Associated Company", "Organization - Name",
                "Organization Name", "Organization 1 - Name", "Employer", "Firma", "Společnost", "Spoločnosť", "Cég",
                "Cégnév", "Entreprise", "Organizacja", "Název firmy", "Zaměstnavatel", "Organizace", "Názov firmy",
                "Zamestnávateľ", "Organizácia", "Nazwa firmy", "Pracodawca", "Munkahely", "Vállalat", "Munkáltató",
                "Cég neve"),
    "birthday": ("Birthday", "Date of birth", "Birthdate", "Datum narození", "Dátum narodenia", "Születésnap",
                 "Születési dátum", "Data urodzenia", "Narozeniny", "Narodeniny", "Urodziny"),
}  # fmt: skip

COMPANY_WORDS = ("Company", "Organization", "Organisation", "Account", "Firma", "Společnost", "Spoločnosť", "Cég")
PERSON_WORDS = ("Person", "Contact", "Kontakt", "Kontaktní osoba", "Kontaktná osoba", "Kapcsolattartó", "Osoba")


def read_full_name(text: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Titles, given and family name from "Ing. Jan Novák, Ph.D.", "Novák, Jan" or, in Hungary, "Nagy Éva"."""
    names, _comma, rest = text.partition(",")
    after = [word for word in rest.split() if plain(word) in TITLES_AFTER]
    parts = names.split()
    if rest.strip() and not after:
        return {"given_name": rest.strip(), "family_name": names.strip()}
    before: list[str] = []
    while len(parts) > 1 and plain(parts[0]) in TITLES_BEFORE:
        before.append(parts.pop(0))
    while len(parts) > 1 and plain(parts[-1]) in TITLES_AFTER:
        after.insert(0, parts.pop())
    if values.get("language") == "hu" or values.get("country") == "HU":
        family, given = parts[:1], parts[1:]
    else:
        family, given = parts[-1:], parts[:-1]
    found = {"given_name": " ".join(given), "family_name": " ".join(family)}
    return {**found, "title_before": " ".join(before), "title_after": ", ".join(after)}


def plain(word: str) -> str:
    return word.replace(".", "").lower()


FULL_NAME = ImportColumn("full_name", _("Full name"), read_full_name)
