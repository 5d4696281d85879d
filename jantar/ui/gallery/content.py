"""Believable content for the gallery, with the letters of all five languages."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from jantar.kit.money import Money


@dataclass(frozen=True)
class Person:
    key: int
    name: str
    company: str
    city: str
    phone: str
    email: str
    stage: str
    tone: str
    owner: str
    value: Money
    seen: datetime


@dataclass(frozen=True)
class Deal:
    key: int
    name: str
    customer: str
    stage: str
    amount: Money
    close: date
    owner: str
    version: int = 1


NOW = datetime.now(UTC)
STAGES = [
    ("new", "New", "neutral"),
    ("qualified", "Qualified", "blue"),
    ("offer", "Offer sent", "amber"),
    ("won", "Won", "green"),
    ("closed", "Closed books", "red"),
]
_NAMES = """
Żaneta Łukasiewicz|Gdańskie Zakłady Mięsne|Gdańsk|+48 58 301 22 14|Customer|green
Jiří Dvořák|Říční doprava Ústí|Ústí nad Labem|+420 475 210 331|Customer|green
Szőke Gergő|Őrségi Tejüzem Kft.|Zalaegerszeg|+36 92 511 870|Prospect|blue
Ľubomír Ďurčanský|Kúpele Štrbské Pleso|Vysoké Tatry|+421 52 449 23 55|Prospect|blue
Grażyna Szczęsna|Łódzka Przędzalnia|Łódź|+48 42 633 10 09|Lead|amber
Margaret O’Sullivan|Whitfield & Sons|Leeds|+44 113 496 0102|Partner|violet
Árvíztűrő Ödön|Tükörfúrógép Zrt.|Győr|+36 96 417 233|Customer|green
Květoslava Nejedlá|Čokoládovna Žďár|Žďár nad Sázavou|+420 566 502 118|Lost|red
Zdzisława Kępińska|Przychodnia Śródmieście|Wrocław|+48 71 344 21 87|Customer|green
Ján Ťažký|Oceľ Žiar|Žiar nad Hronom|+421 45 601 24 10|Lead|amber
Bódizsár Fülöp|Kékfestő Műhely|Pápa|+36 89 324 517|Prospect|blue
Šárka Voříšková|Sklárny Železný Brod|Železný Brod|+420 483 391 204|Customer|green
""".strip().splitlines()
_OWNERS = ["Anna Horváthová", "Jan Müller", "Piotr Wiśniewski"]
_CURRENCIES = ["PLN", "CZK", "HUF", "EUR"]
_DEALS = [
    ("Packing line, second hall", "Gdańskie Zakłady Mięsne", "new"),
    ("Obnova vozového parku", "Říční doprava Ústí", "new"),
    ("Service contract 2027", "Whitfield & Sons", "new"),
    ("Hűtőkamra bővítése", "Őrségi Tejüzem Kft.", "qualified"),
    ("Modernizacja przędzalni", "Łódzka Przędzalnia", "qualified"),
    ("Wellness centrum, 1. etapa", "Kúpele Štrbské Pleso", "offer"),
    ("Nowa pracownia RTG", "Przychodnia Śródmieście", "offer"),
    ("Balicí automat", "Čokoládovna Žďár", "offer"),
    ("Fúrógép-flotta cseréje", "Tükörfúrógép Zrt.", "won"),
    ("Tavicí pec č. 3", "Sklárny Železný Brod", "won"),
]


def people() -> list[Person]:
    rows = [line.split("|") for line in _NAMES]
    return [
        Person(
            key=index,
            name=name,
            company=company,
            city=city,
            phone=phone,
            email=f"kontakt{index}@firma.example",
            stage=stage,
            tone=tone,
            owner=_OWNERS[index % 3],
            value=Money(Decimal(18_250 * (index * 7 % 11 + 1)) + Decimal("0.50"), _CURRENCIES[index % 4]),
            seen=NOW - timedelta(hours=5 * index * index + 1),
        )
        for index, (name, company, city, phone, stage, tone) in enumerate(rows, start=1)
    ]


def deals() -> list[Deal]:
    return [
        Deal(
            key=index,
            name=name,
            customer=customer,
            stage=stage,
            amount=Money(Decimal(46_000 * (index * 5 % 9 + 1)), _CURRENCIES[index % 4]),
            close=NOW.date() + timedelta(days=index * 6 - 14),
            owner=_OWNERS[index % 3],
        )
        for index, (name, customer, stage) in enumerate(_DEALS, start=1)
    ]
