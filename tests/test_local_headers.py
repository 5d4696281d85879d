"""Columns as they are called in Czech, Slovak, Polish and Hungarian files go to their fields."""

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.transfer.plan import ColumnOfSheet
from jantar.engine.transfer.suggest import suggest_mapping

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

COMPANY = "name registration_number phone email website street city postal_code country industry owner description"
PERSON = "given_name family_name title_before job_title company email phone birthday city owner tags"
DEAL = "name customer amount amount.currency stage expected_close probability next_step loss_reason owner description"
ACTIVITY = "kind subject at text owner"
TASK = "title due_at priority description owner"

HEADERS = {
    ("companies", COMPANY): (
        "Název firmy;IČO;Telefonní číslo;E-mailová adresa;Webové stránky;Ulice a číslo;Město;PSČ;Země;Obor činnosti;"
        "Obchodník;Poznámky",
        "Společnost;IČ;Mobilní telefon;E-mail;Web;Adresa;Obec;PSČ;Stát;Odvětví;Odpovědná osoba;Popis",
        "Názov firmy;IČO;Telefónne číslo;E-mail;Webová stránka;Ulica a číslo;Mesto;PSČ;Krajina;Odvetvie;Vlastník;"
        "Poznámka",
        "Obchodné meno;IČO;Mobil;Elektronická adresa;WWW;Ulica;Obec;PSČ;Štát;Odbor;Zodpovedná osoba;Poznámky",
        "Nazwa firmy;REGON;Numer telefonu;Adres e-mail;Strona internetowa;Ulica i numer;Miejscowość;Kod pocztowy;"
        "Państwo;Branża;Opiekun handlowy;Uwagi",
        "Kontrahent;KRS;Telefon komórkowy;E-mail;Strona WWW;Adres;Miasto;Kod pocztowy;Kraj;Branża;Handlowiec;Opis",
        "Cégnév;Cégjegyzékszám;Telefonszám;E-mail cím;Weboldal;Utca, házszám;Település;Irányítószám;Ország;Ágazat;"
        "Üzletkötő;Megjegyzés",
        "Cég neve;Nyilvántartási szám;Mobiltelefon;Email cím;Honlap;Cím;Város;Irsz.;Ország;Iparág;Felelős;Leírás",
    ),
    ("people", PERSON): (
        "Jméno;Příjmení;Titul;Funkce;Zaměstnavatel;E-mail;Mobil;Datum narození;Město;Vlastník;Štítky",
        "Křestní jméno;Příjmení;Titul před jménem;Pracovní pozice;Firma;Email;Telefon;Narozeniny;Obec;Obchodník;Tagy",
        "Meno;Priezvisko;Titul;Funkcia;Zamestnávateľ;E-mail;Mobil;Dátum narodenia;Mesto;Vlastník;Štítky",
        "Krstné meno;Priezvisko;Titul pred menom;Pracovná pozícia;Spoločnosť;Email;Telefón;Narodeniny;Obec;Obchodník;"
        "Štítky",
        "Imię;Nazwisko;Tytuł;Stanowisko;Pracodawca;E-mail;Komórka;Data urodzenia;Miasto;Opiekun;Etykiety",
        "Imię;Nazwisko;Tytuł;Funkcja;Nazwa firmy;Adres e-mail;Telefon;Urodziny;Miejscowość;Właściciel;Tagi",
        "Keresztnév;Vezetéknév;Titulus;Beosztás;Munkahely;E-mail;Mobil;Születési dátum;Város;Felelős;Címkék",
        "Utónév;Családnév;Titulus;Munkakör;Cég;E-mail cím;Telefonszám;Születésnap;Település;Tulajdonos;Címkék",
    ),
    ("deals", DEAL): (
        "Název obchodu;Zákazník;Částka;Měna;Fáze;Předpokládané uzavření;Pravděpodobnost;Další krok;Důvod prohry;"
        "Obchodník;Poznámka",
        "Obchodní případ;Odběratel;Hodnota;Měna;Stav;Datum uzavření;Pravděpodobnost (%);Následující krok;Důvod ztráty;"
        "Vlastník;Popis",
        "Názov obchodu;Zákazník;Suma;Mena;Fáza;Očakávané uzavretie;Pravdepodobnosť;Ďalší krok;Dôvod prehry;Vlastník;"
        "Poznámka",
        "Obchodný prípad;Odberateľ;Hodnota;Mena;Etapa;Dátum uzavretia;Pravdepodobnosť;Nasledujúci krok;Dôvod straty;"
        "Obchodník;Popis",
        "Szansa sprzedaży;Klient;Kwota;Waluta;Etap;Planowane zamknięcie;Prawdopodobieństwo;Następny krok;"
        "Powód przegranej;Opiekun;Uwagi",
        "Nazwa transakcji;Kontrahent;Wartość;Waluta;Status;Data zamknięcia;Prawdopodobieństwo;Kolejny krok;"
        "Przyczyna przegranej;Handlowiec;Notatka",
        "Ügylet neve;Ügyfél;Összeg;Pénznem;Szakasz;Várható zárás;Valószínűség;Következő lépés;Elvesztés oka;Felelős;"
        "Megjegyzés",
        "Üzlet;Vevő;Érték;Deviza;Állapot;Zárás dátuma;Esély;Következő lépés;Veszteség oka;Üzletkötő;Leírás",
    ),
    ("activities", ACTIVITY): (
        "Typ;Předmět;Datum a čas;Zápis;Vlastník",
        "Druh;Predmet;Dátum;Poznámka;Vlastník",
        "Rodzaj;Temat;Data;Notatka;Opiekun",
        "Típus;Tárgy;Időpont;Leírás;Felelős",
    ),
    ("tasks", TASK): (
        "Úkol;Termín;Priorita;Popis;Odpovědná osoba",
        "Úloha;Do kedy;Dôležitosť;Poznámka;Vlastník",
        "Zadanie;Termin wykonania;Priorytet;Opis;Opiekun",
        "Feladat;Határidő;Prioritás;Leírás;Felelős",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("type_name", "keys", "headers"),
    [(type_name, keys, one) for (type_name, keys), several in HEADERS.items() for one in several],
)
def test_usual_headers_go_to_their_fields(type_name: str, keys: str, headers: str) -> None:
    admin = actor_for(make_user("Anna", admin=True))
    columns = [ColumnOfSheet(header) for header in headers.split(";")]
    found = suggest_mapping(registry.get(type_name), columns, admin)
    wanted = keys.split()
    assert dict(zip(headers.split(";"), found, strict=True)) == dict(zip(headers.split(";"), wanted, strict=True))
