"""Pairs of companies and people with what they are in truth, made from a few names in each of the four languages.

A kind makes two entries out of one name; `is_same` says whether they are one company or person. Entries of different
pairs never are. What is drawn is drawn with a seed, so the set is the same everywhere.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

Values = dict[str, Any]

#: Given name, what friends call them, family name, another family name, city, street.
PEOPLE = {
    "cs": [
        ("Kateřina", "Katka", "Dvořáková", "Šťastná", "Brno", "Veveří 12"),
        ("Zdeněk", "Zdena", "Příhoda", "Vaněk", "Plzeň", "Americká 5"),
        ("Ludmila", "Lída", "Součková", "Hájková", "Ostrava", "Nádražní 81"),
        ("Vojtěch", "Vojta", "Kuchař", "Beneš", "Olomouc", "Wolkerova 7"),
    ],
    "sk": [
        ("Ľubica", "Ľubka", "Kováčová", "Hudáková", "Žilina", "Mariánska 3"),
        ("Ján", "Janko", "Šimkovič", "Baláž", "Košice", "Letná 44"),
        ("Zuzana", "Zuzka", "Oravcová", "Tóthová", "Nitra", "Štúrova 9"),
        ("Štefan", "Števo", "Ďurica", "Polák", "Trnava", "Hlavná 28"),
    ],
    "hu": [
        ("Erzsébet", "Bözsi", "Szűcs", "Kerekes", "Szeged", "Tisza utca 4"),
        ("György", "Gyuri", "Hegedüs", "Bíró", "Debrecen", "Piac utca 30"),
        ("Katalin", "Kati", "Vörös", "Fülöp", "Győr", "Baross út 16"),
        ("Ferenc", "Feri", "Jónás", "Lukács", "Pécs", "Király utca 2"),
    ],
    "pl": [
        ("Małgorzata", "Gosia", "Wójcik", "Kamińska", "Łódź", "Piotrkowska 77"),
        ("Krzysztof", "Krzyś", "Żółkiewski", "Mazur", "Gdańsk", "Długa 15"),
        ("Agnieszka", "Aga", "Zielińska", "Król", "Poznań", "Święty Marcin 6"),
        ("Wojciech", "Wojtek", "Szczęsny", "Górski", "Kraków", "Floriańska 21"),
    ],
}
#: Name, a wholly different later name, two legal forms, city, another city, street.
COMPANIES = {
    "cs": [
        ("Pekařství Zlatý klas", "Moravské pečivo", "s.r.o.", "spol. s r.o.", "Brno", "Cheb", "Křenová 8"),
        ("Strojírny Vltava", "Vltava Engineering", "a.s.", "akciová společnost", "Praha", "Zlín", "Dělnická 14"),
        ("Truhlářství Dubina", "Nábytek Dubina plus", "s.r.o.", "v.o.s.", "Pardubice", "Kladno", "Lesní 3"),
    ],
    "sk": [
        ("Tatranské mliekarne", "Podtatranská mliečna", "a.s.", "s.r.o.", "Poprad", "Levice", "Mlynská 5"),
        ("Dopravný podnik Váh", "Vážska preprava", "s.r.o.", "spol. s r.o.", "Trenčín", "Senica", "Prístavná 2"),
        ("Kovovýroba Hron", "Hronské konštrukcie", "s.r.o.", "k.s.", "Zvolen", "Martin", "Fabrická 19"),
    ],
    "hu": [
        ("Balatoni Hajógyár", "Keszthelyi Vízijármű", "Kft.", "Zrt.", "Siófok", "Baja", "Kikötő utca 1"),
        ("Alföldi Malomipar", "Tiszamenti Gabona", "Zrt.", "Nyrt.", "Szolnok", "Sopron", "Malom utca 12"),
        ("Mátrai Borászat", "Gyöngyösi Pincészet", "Bt.", "Kft.", "Gyöngyös", "Paks", "Szőlő utca 7"),
    ],
    "pl": [
        ("Browar Wiślany", "Nadwiślańskie Napoje", "sp. z o.o.", "S.A.", "Toruń", "Kielce", "Portowa 10"),
        ("Zakłady Odzieżowe Łódka", "Łódzka Moda", "S.A.", "sp. z o.o.", "Łódź", "Opole", "Tkacka 33"),
        ("Meble Świerkowe", "Świerk Wnętrza", "sp. z o.o.", "sp.k.", "Rzeszów", "Elbląg", "Stolarska 4"),
    ],
}


@dataclass(frozen=True)
class LabelledPair:
    """Two entries of `type_name`, one company or person if `is_same`."""

    type_name: str
    kind: str
    language: str
    is_same: bool
    one: Values
    other: Values


class Draw:
    """Numbers that nobody else has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0

    def phone(self) -> str:
        self.number += 1
        return f"+4207{self.number:04d}{self.random.randrange(1000, 9999)}"

    def mail(self) -> str:
        self.number += 1
        return f"box{self.number}@post{self.number}.example"

    def registration(self) -> str:
        self.number += 1
        return f"{71000000 + self.number * 37}"

    def slip(self, word: str) -> str:
        """Two letters in the middle change places, or one of them is lost."""
        at = self.random.randrange(1, len(word) - 2)
        if self.random.random() < 0.5:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at + 1 :]


def bare(text: str) -> str:
    """As somebody writes it who has no such letters."""
    return "".join(
        one for one in unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L")) if one.isascii()
    )


def spaced(phone: str) -> str:
    return f"00{phone[1:4]} {phone[4:7]} {phone[7:10]} {phone[10:]}"


def person(given: str, family: str, **more: Any) -> Values:
    return {"given_name": given, "family_name": family, **more}


def pairs_of_people(draw: Draw) -> Iterator[tuple[str, str, bool, Values, Values]]:
    for language, names in PEOPLE.items():
        for given, short, family, second, city, street in names:
            home = {"city": city, "street": street}
            phone, mail = draw.phone(), draw.mail()
            yield (
                "slip in the name",
                language,
                True,
                person(given, family, **home),
                person(given, draw.slip(family), **home),
            )
            phone, mail = draw.phone(), draw.mail()
            married = person(given, second, email=mail, **home)
            yield "married, same mail and home", language, True, person(given, family, email=mail, **home), married
            phone, mail = draw.phone(), draw.mail()
            yield (
                "married, same mail only",
                language,
                True,
                person(given, family, email=mail),
                person(given, second, email=mail),
            )
            phone = draw.phone()
            swapped = person(family, given, phone=spaced(phone))
            yield "names swapped", language, True, person(given, family, phone=phone), swapped
            phone = draw.phone()
            yield (
                "without accents",
                language,
                True,
                person(given, family, phone=phone),
                person(bare(given), bare(family), phone=phone),
            )
            mail = draw.mail()
            yield (
                "called by friends",
                language,
                True,
                person(given, family, email=mail),
                person(short, family, email=mail.upper()),
            )
            apart = person(given, family, phone=draw.phone(), city="Bratislava", street="Iná 1")
            yield "namesakes elsewhere", language, False, person(given, family, phone=draw.phone(), city="Vác"), apart
            desk = draw.phone()
            yield (
                "colleagues at one desk",
                language,
                False,
                person(given, family, phone=desk),
                person(short, second, phone=desk),
            )
            yield (
                "parent and child",
                language,
                False,
                person(given, second, **home, birthday=date(1951, 3, 4)),
                person(given, second, **home, birthday=date(1982, 9, 1)),
            )


def pairs_of_companies(draw: Draw) -> Iterator[tuple[str, str, bool, Values, Values]]:
    for language, names in COMPANIES.items():
        for name, renamed, form, another, city, elsewhere, street in names:
            seat = {"city": city, "street": street}
            full = f"{name} {form}"
            yield (
                "legal form written otherwise",
                language,
                True,
                {"name": full, **seat},
                {"name": f"{name}, {another}", "city": city},
            )
            number = draw.registration()
            yield (
                "renamed",
                language,
                True,
                {"name": full, "registration_number": number},
                {"name": f"{renamed} {form}", "registration_number": f"{number[:3]} {number[3:5]} {number[5:]}"},
            )
            first, *rest = name.split(" ")
            yield (
                "slip in the name",
                language,
                True,
                {"name": full, **seat},
                {"name": " ".join([draw.slip(first), *rest, form]), **seat},
            )
            phone = draw.phone()
            yield (
                "without accents",
                language,
                True,
                {"name": full, "phone": phone},
                {"name": bare(name), "phone": spaced(phone)},
            )
            sister = {"name": f"{name} {another}", "registration_number": draw.registration(), **seat}
            yield (
                "sister companies in one house",
                language,
                False,
                {"name": full, "registration_number": draw.registration(), **seat},
                sister,
            )
            far = {"name": full, "registration_number": draw.registration(), "city": elsewhere}
            yield (
                "same name in another town",
                language,
                False,
                {"name": full, "registration_number": draw.registration(), "city": city},
                far,
            )


Maker = Callable[[Draw], Iterator[tuple[str, str, bool, Values, Values]]]
MAKERS: dict[str, Maker] = {"people": pairs_of_people, "companies": pairs_of_companies}


def labelled_pairs(seed: int = 20261123) -> list[LabelledPair]:
    """The whole set: 144 pairs of people and 72 of companies."""
    draw = Draw(seed)
    return [LabelledPair(type_name, *made) for type_name, maker in MAKERS.items() for made in maker(draw)]
