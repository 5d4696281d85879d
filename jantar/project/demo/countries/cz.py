"""Czechia."""

from jantar.project.demo.countries.model import (
    Country,
    LegalForm,
    Texts,
    by_kind,
    cities,
    jobs,
    lines,
    trades,
    words,
)


def feminine(name: str) -> str:
    """Return the woman's form of a surname: Novák, Nováková; Černý, Černá; Janů, Janů."""
    if name.endswith("ý"):
        return name[:-1] + "á"
    if name.endswith(("ů", "í")):
        return name
    if name.endswith(("a", "o", "ě")):
        return name[:-1] + "ová"
    if name.endswith("něk"):
        return name[:-3] + "ňková"
    if name.endswith("ek"):
        return name[:-2] + "ková"
    if name.endswith("ec"):
        return name[:-2] + "cová"
    return name + "ová"


CITIES = cities(
    """
    Praha|110 00|Hlavní město Praha
    Praha|150 00|Hlavní město Praha
    Praha|190 00|Hlavní město Praha
    Brno|602 00|Jihomoravský kraj
    Brno|615 00|Jihomoravský kraj
    Ostrava|702 00|Moravskoslezský kraj
    Plzeň|301 00|Plzeňský kraj
    Liberec|460 01|Liberecký kraj
    Olomouc|779 00|Olomoucký kraj
    České Budějovice|370 01|Jihočeský kraj
    Hradec Králové|500 02|Královéhradecký kraj
    Ústí nad Labem|400 01|Ústecký kraj
    Pardubice|530 02|Pardubický kraj
    Zlín|760 01|Zlínský kraj
    Jihlava|586 01|Kraj Vysočina
    Karlovy Vary|360 01|Karlovarský kraj
    Kladno|272 01|Středočeský kraj
    Mladá Boleslav|293 01|Středočeský kraj
    Opava|746 01|Moravskoslezský kraj
    Třebíč|674 01|Kraj Vysočina
    Tábor|390 02|Jihočeský kraj
    Znojmo|669 02|Jihomoravský kraj
    Přerov|750 02|Olomoucký kraj
    Chomutov|430 01|Ústecký kraj
    Uherské Hradiště|686 01|Zlínský kraj
    Kolín|280 02|Středočeský kraj
    Šumperk|787 01|Olomoucký kraj
    Žďár nad Sázavou|591 01|Kraj Vysočina
    """
)

TEXTS = Texts(
    subjects=by_kind(
        """
        call: Dotaz na cenu: {product}
        call: Ověření zájmu – {product}
        call: Domluva termínu schůzky
        call: Upřesnění nabídky – {product}
        call: Reakce na nabídku
        call: Termín dodání
        call: Reklamace – zpětné volání
        meeting: Úvodní schůzka
        meeting: Představení řešení: {product}
        meeting: Jednání o ceně
        meeting: Technická konzultace – {product}
        meeting: Vyhodnocení spolupráce
        visit: Návštěva provozu, {city}
        visit: Zaměření na místě – {product}
        visit: Servisní kontrola
        visit: Předání zakázky: {product}
        email: Nabídka: {product}
        email: Děkujeme za schůzku
        email: Podklady ke smlouvě
        email: Připomenutí nabídky
        email: Aktualizovaný ceník
        letter: Rámcová smlouva k podpisu
        letter: Pozvánka na veletrh
        """
    ),
    sentences=by_kind(
        """
        call: Zákazník má zájem, chce poslat ceník a reference z oboru.
        call: Rozpočet se schvaluje do konce měsíce, pak se ozvou.
        call: Porovnávají nás se dvěma dalšími dodavateli, rozhoduje cena a termín.
        call: Nezastižen, asistentka předá vzkaz.
        call: Termín dodání šest týdnů jim vyhovuje.
        call: Chtějí variantu s prodlouženou zárukou.
        call: Prosí o volání příští týden, teď mají inventuru.
        call: Současný dodavatel nestíhá, hledají náhradu.
        call: Potvrdili objednávku po telefonu, písemně pošlou do středy.
        meeting: Přítomni vedoucí nákupu a technik výroby.
        meeting: Prošli jsme nabídku po položkách, největší otázka je montáž.
        meeting: Požadují slevu 5 %, nabídli jsme delší splatnost.
        meeting: Domluvena zkušební instalace na jedné lince.
        meeting: Jednatel chce vidět referenční zakázku v regionu.
        meeting: Dohodnuto: do pátku upravená nabídka, pak schválení vedením.
        meeting: Spolupráci hodnotí dobře, výtka jen k rychlosti fakturace.
        visit: Zaměřeno, přístup pro kamion jen ze dvora.
        visit: Stávající zařízení je za hranicí životnosti.
        visit: Provoz běží na dvě směny, montáž možná jen o víkendu.
        visit: Předáno bez závad, podepsán předávací protokol.
        visit: Drobná závada odstraněna na místě.
        email: Posíláme nabídku dle dohody, platnost 30 dnů.
        email: V příloze technický list a ceník.
        email: Prosíme o potvrzení termínu.
        email: Děkujeme za čas, zápis ze schůzky je v příloze.
        letter: Odesláno doporučeně ve dvou vyhotoveních.
        letter: Vráceno podepsané.
        """
    ),
    products=lines(
        """
        regálový systém
        balicí linka
        paletový vozík
        dílenské vybavení
        průmyslové osvětlení
        sekční vrata
        kompresorová stanice
        třídicí dopravník
        klimatizace haly
        kancelářský nábytek
        """
    ),
    services=lines(
        """
        servisní smlouva
        prodloužení záruky
        pravidelná revize
        školení obsluhy
        pronájem techniky
        """
    ),
    next_steps=lines(
        """
        Poslat upravenou nabídku
        Zavolat kvůli rozhodnutí
        Domluvit prohlídku provozu
        Připravit smlouvu
        Získat souhlas vedení
        Doložit reference
        """
    ),
    tasks=lines(
        """
        Poslat nabídku: {product}
        Zavolat zpět
        Připravit podklady na schůzku
        Ověřit termín dodání
        Poslat zápis ze schůzky
        Zkontrolovat úhradu zálohy
        Objednat dopravu
        """
    ),
    company_notes=lines(
        """
        Rodinná firma, rozhoduje majitel.
        Dodavatel pro automobilový průmysl, přísné termíny.
        Rozšiřují výrobu, nová hala bude hotová na podzim.
        Platí vždy včas, chtějí elektronické faktury.
        Zájem o rámcovou smlouvu na dva roky.
        """
    ),
)

CZECHIA = Country(
    code="CZ",
    language="cs",
    currency="CZK",
    calling_code="420",
    mobile_prefixes=words("601 602 603 604 605 606 607 608 702 720 723 724 728 731 733 736 737 739 774 775 776 777"),
    mobile_digits=6,
    male_names=words(
        "Jiří Jan Petr Josef Pavel Martin Tomáš Jaroslav Miroslav Zdeněk František Václav Michal Milan Karel Jakub "
        "Lukáš David Vladimír Ladislav Ondřej Roman Stanislav Marek Radek Daniel Antonín Vojtěch Filip Adam Matěj "
        "Dominik Aleš Bohumil Libor Rostislav Luboš Oldřich Vlastimil Štěpán"
    ),
    female_names=words(
        "Jana Marie Eva Hana Anna Lenka Kateřina Lucie Věra Alena Petra Veronika Jaroslava Tereza Martina Michaela "
        "Jitka Helena Ludmila Zdeňka Ivana Monika Eliška Zuzana Markéta Barbora Jarmila Kristýna Dagmar Šárka "
        "Simona Božena Adéla Klára Vlasta Květa Radka Iveta Pavla Žaneta"
    ),
    family_names=words(
        "Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Marek Pospíšil Hájek Jelínek "
        "Král Růžička Beneš Fiala Sedláček Doležal Zeman Kolář Navrátil Čermák Vaněk Urban Blažek Kříž Kovář "
        "Kopecký Bartoš Vlček Musil Šimek Konečný Malý Čech Štěpánek Staněk Holub Kadlec Dostál Soukup Šťastný "
        "Mareš Sýkora Moravec Tichý Valenta Vávra Říha Matoušek Bureš Ševčík Hruška Mašek Krejčí Janů Ježek"
    ),
    titles=("Ing.", "Mgr.", "Bc.", "JUDr.", "RNDr."),
    cities=CITIES,
    streets=lines(
        """
        Nádražní
        Husova
        Masarykova
        Palackého
        Průmyslová
        Komenského
        Jiráskova
        Zahradní
        Školní
        Na Výsluní
        Tovární
        Květná
        Lidická
        Žižkova
        Dělnická
        Hlavní třída
        U Mlýna
        Pod Hájem
        Skladová
        Na Hrázi
        """
    ),
    brands=lines(
        """
        Ledňáček
        Modrá Sojka
        Javorník
        Kamenka
        Stříbrný Potok
        Bělokámen
        Tři Duby
        Hořec
        Skřivan
        Podhoran
        Jantarka
        Rudohor
        Vřesovka
        Chocholouš
        Mlýnice
        Zlatý Klas
        Říčanka
        Osmička
        Kopretina
        Severák
        Lípovka
        Havranka
        """
    ),
    trades=trades(
        """
        Strojírna|Machinery
        Sklo|Glass
        Nábytek|Furniture
        Logistika|Logistics
        Stavby|Construction
        Elektro|Electrical engineering
        Obaly|Packaging
        Potraviny|Food
        Textil|Textiles
        Plasty|Plastics
        Kovo|Metalworking
        Pila|Timber
        Energie|Energy
        Zahrada|Gardening
        Servis|Services
        Velkoobchod|Wholesale
        """
    ),
    legal_forms=(LegalForm("s.r.o.", 14), LegalForm("a.s.", 5), LegalForm("v.o.s.", 1), LegalForm("družstvo", 1)),
    jobs=jobs(
        """
        jednatel|jednatelka|decision_maker
        ředitel|ředitelka|decision_maker
        majitel|majitelka|decision_maker
        vedoucí nákupu|vedoucí nákupu|purchasing
        nákupčí|nákupčí|purchasing
        vedoucí výroby|vedoucí výroby|champion
        technik|technička|user
        vedoucí skladu|vedoucí skladu|user
        finanční ředitel|finanční ředitelka|influencer
        účetní|účetní|influencer
        asistent|asistentka|influencer
        správce budov|správkyně budov|user
        """
    ),
    texts=TEXTS,
    feminine=feminine,
)
