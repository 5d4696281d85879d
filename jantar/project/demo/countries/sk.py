"""Slovakia."""

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
    """Return the woman's form of a surname: Kováč, Kováčová; Slovenský, Slovenská; Hudec, Hudecová."""
    if name.endswith("ý"):
        return name[:-1] + "á"
    if name.endswith("y") and not name.endswith("gy"):
        return name[:-1] + "a"
    if name.endswith("vec"):
        return name[:-2] + "cová"
    if name.endswith(("a", "o")):
        return name[:-1] + "ová"
    if name.endswith("ek"):
        return name[:-2] + "ková"
    return name + "ová"


CITIES = cities(
    """
    Bratislava|811 01|Bratislavský kraj
    Bratislava|821 08|Bratislavský kraj
    Bratislava|851 01|Bratislavský kraj
    Košice|040 01|Košický kraj
    Košice|040 11|Košický kraj
    Prešov|080 01|Prešovský kraj
    Žilina|010 01|Žilinský kraj
    Banská Bystrica|974 01|Banskobystrický kraj
    Nitra|949 01|Nitriansky kraj
    Trnava|917 01|Trnavský kraj
    Trenčín|911 01|Trenčiansky kraj
    Martin|036 01|Žilinský kraj
    Poprad|058 01|Prešovský kraj
    Prievidza|971 01|Trenčiansky kraj
    Zvolen|960 01|Banskobystrický kraj
    Považská Bystrica|017 01|Trenčiansky kraj
    Michalovce|071 01|Košický kraj
    Spišská Nová Ves|052 01|Košický kraj
    Komárno|945 01|Nitriansky kraj
    Levice|934 01|Nitriansky kraj
    Liptovský Mikuláš|031 01|Žilinský kraj
    Ružomberok|034 01|Žilinský kraj
    Nové Zámky|940 01|Nitriansky kraj
    Dunajská Streda|929 01|Trnavský kraj
    Piešťany|921 01|Trnavský kraj
    Bardejov|085 01|Prešovský kraj
    Lučenec|984 01|Banskobystrický kraj
    """
)

TEXTS = Texts(
    subjects=by_kind(
        """
        call: Otázka na cenu: {product}
        call: Overenie záujmu – {product}
        call: Dohodnutie termínu stretnutia
        call: Spresnenie ponuky – {product}
        call: Reakcia na ponuku
        call: Termín dodania
        call: Reklamácia – spätné volanie
        meeting: Úvodné stretnutie
        meeting: Predstavenie riešenia: {product}
        meeting: Rokovanie o cene
        meeting: Technická konzultácia – {product}
        meeting: Vyhodnotenie spolupráce
        visit: Návšteva prevádzky, {city}
        visit: Zameranie na mieste – {product}
        visit: Servisná kontrola
        visit: Odovzdanie zákazky: {product}
        email: Ponuka: {product}
        email: Ďakujeme za stretnutie
        email: Podklady k zmluve
        email: Pripomenutie ponuky
        email: Aktualizovaný cenník
        letter: Rámcová zmluva na podpis
        letter: Pozvánka na veľtrh
        """
    ),
    sentences=by_kind(
        """
        call: Zákazník má záujem, chce poslať cenník a referencie z odboru.
        call: Rozpočet schvaľujú do konca mesiaca, potom sa ozvú.
        call: Porovnávajú nás s dvoma ďalšími dodávateľmi, rozhoduje cena a termín.
        call: Nezastihnutý, asistentka odovzdá odkaz.
        call: Dodanie do šiestich týždňov im vyhovuje.
        call: Chcú variant s predĺženou zárukou.
        call: Prosia o telefonát budúci týždeň, teraz majú inventúru.
        call: Súčasný dodávateľ nestíha, hľadajú náhradu.
        call: Objednávku potvrdili telefonicky, písomne pošlú do stredy.
        meeting: Prítomní vedúci nákupu a technik výroby.
        meeting: Prešli sme ponuku po položkách, najväčšia otázka je montáž.
        meeting: Žiadajú zľavu 5 %, ponúkli sme dlhšiu splatnosť.
        meeting: Dohodnutá skúšobná inštalácia na jednej linke.
        meeting: Konateľ chce vidieť referenčnú zákazku v regióne.
        meeting: Dohodnuté: do piatka upravená ponuka, potom schválenie vedením.
        meeting: Spoluprácu hodnotia dobre, výhrada len k rýchlosti fakturácie.
        visit: Zamerané, prístup pre kamión len z dvora.
        visit: Existujúce zariadenie je za hranicou životnosti.
        visit: Prevádzka beží na dve zmeny, montáž možná len cez víkend.
        visit: Odovzdané bez závad, podpísaný odovzdávací protokol.
        visit: Drobná porucha odstránená na mieste.
        email: Posielame ponuku podľa dohody, platnosť 30 dní.
        email: V prílohe technický list a cenník.
        email: Prosíme o potvrdenie termínu.
        email: Ďakujeme za čas, zápis zo stretnutia je v prílohe.
        letter: Odoslané doporučene v dvoch vyhotoveniach.
        letter: Vrátené podpísané.
        """
    ),
    products=lines(
        """
        regálový systém
        baliaca linka
        paletový vozík
        dielenské vybavenie
        priemyselné osvetlenie
        sekčné brány
        kompresorová stanica
        triediaci dopravník
        klimatizácia haly
        kancelársky nábytok
        """
    ),
    services=lines(
        """
        servisná zmluva
        predĺženie záruky
        pravidelná revízia
        školenie obsluhy
        prenájom techniky
        """
    ),
    next_steps=lines(
        """
        Poslať upravenú ponuku
        Zavolať kvôli rozhodnutiu
        Dohodnúť prehliadku prevádzky
        Pripraviť zmluvu
        Získať súhlas vedenia
        Doložiť referencie
        """
    ),
    tasks=lines(
        """
        Poslať ponuku: {product}
        Zavolať späť
        Pripraviť podklady na stretnutie
        Overiť termín dodania
        Poslať zápis zo stretnutia
        Skontrolovať úhradu zálohy
        Objednať dopravu
        """
    ),
    company_notes=lines(
        """
        Rodinná firma, rozhoduje majiteľ.
        Dodávateľ pre automobilový priemysel, prísne termíny.
        Rozširujú výrobu, nová hala bude hotová na jeseň.
        Platia vždy načas, chcú elektronické faktúry.
        Záujem o rámcovú zmluvu na dva roky.
        """
    ),
)

SLOVAKIA = Country(
    code="SK",
    language="sk",
    currency="EUR",
    calling_code="421",
    mobile_prefixes=words("902 903 904 905 907 908 910 911 914 915 917 918 940 944 948 949"),
    mobile_digits=6,
    male_names=words(
        "Jozef Ján Peter Martin Štefan Milan Ľubomír Michal Tomáš Miroslav Ladislav Marek Pavol Vladimír Juraj Jakub "
        "Lukáš František Andrej Róbert Matej Dušan Rastislav Igor Anton Filip Samuel Roman Stanislav Patrik Marián "
        "Branislav Ondrej Viliam Ľuboš Erik Slavomír Adrián Karol Jaroslav"
    ),
    female_names=words(
        "Mária Anna Zuzana Katarína Eva Jana Helena Monika Lucia Martina Veronika Ľudmila Andrea Ivana Michaela Alena "
        "Petra Daniela Viera Gabriela Lenka Emília Silvia Božena Magdaléna Kristína Natália Ľubica Dominika Margita "
        "Beáta Renáta Jarmila Soňa Dana Žofia Nina Oľga Terézia Simona"
    ),
    family_names=words(
        "Horváth Kováč Varga Tóth Nagy Baláž Molnár Lukáč Szabó Polák Kollár Hudák Novák Kováčik Hudec Ďurčanský "
        "Oravec Krajčír Mihálik Gajdoš Zeman Jurík Sedlák Ondruš Štefánik Urban Kučera Marko Vaško Beňo Slovák "
        "Čierny Biely Hrčka Mráz Kmeť Ševčík Vlček Ľudvík Ďuriš Bartoš Kráľ Hlaváč Šimko Pavlík Ivan Kubík Danko "
        "Zajac Murín Fedor Tkáč Bielik Hric Janík Repiský Mikuš Sokol Jurčo Vician"
    ),
    titles=("Ing.", "Mgr.", "Bc.", "JUDr.", "PhDr."),
    cities=CITIES,
    streets=lines(
        """
        Hlavná
        Štefánikova
        Priemyselná
        Železničná
        Hviezdoslavova
        Mlynská
        Kvetná
        Vajnorská
        Slnečná
        Jesenského
        Moyzesova
        Záhradná
        Továrenská
        Nábrežná
        Partizánska
        Školská
        Lipová
        Pod Kalváriou
        Skladová
        Družstevná
        """
    ),
    brands=lines(
        """
        Kriváň
        Zlatá Srna
        Podtatran
        Bystrinka
        Bralo
        Sivý Sokol
        Javorina
        Dubník
        Plesnivec
        Vŕbovka
        Kamzík
        Strieborná Lúka
        Hron
        Ostriež
        Smrečina
        Oriešok
        Medovka
        Ľalia
        Vlčie Pole
        Jantárik
        """
    ),
    trades=trades(
        """
        Strojáreň|Machinery
        Sklo|Glass
        Nábytok|Furniture
        Logistika|Logistics
        Stavby|Construction
        Elektro|Electrical engineering
        Obaly|Packaging
        Potraviny|Food
        Textil|Textiles
        Plasty|Plastics
        Kovo|Metalworking
        Píla|Timber
        Energia|Energy
        Záhrada|Gardening
        Servis|Services
        Veľkoobchod|Wholesale
        """
    ),
    legal_forms=(LegalForm("s.r.o.", 14), LegalForm("a.s.", 4), LegalForm("j.s.a.", 1), LegalForm("družstvo", 1)),
    jobs=jobs(
        """
        konateľ|konateľka|decision_maker
        riaditeľ|riaditeľka|decision_maker
        majiteľ|majiteľka|decision_maker
        vedúci nákupu|vedúca nákupu|purchasing
        nákupca|nákupkyňa|purchasing
        vedúci výroby|vedúca výroby|champion
        technik|technička|user
        vedúci skladu|vedúca skladu|user
        finančný riaditeľ|finančná riaditeľka|influencer
        účtovník|účtovníčka|influencer
        asistent|asistentka|influencer
        správca budov|správkyňa budov|user
        """
    ),
    texts=TEXTS,
    feminine=feminine,
)
