"""Hungary."""

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

CITIES = cities(
    """
    Budapest|1051|Budapest
    Budapest|1117|Budapest
    Budapest|1138|Budapest
    Debrecen|4024|Hajdú-Bihar
    Szeged|6720|Csongrád-Csanád
    Miskolc|3525|Borsod-Abaúj-Zemplén
    Pécs|7621|Baranya
    Győr|9021|Győr-Moson-Sopron
    Nyíregyháza|4400|Szabolcs-Szatmár-Bereg
    Kecskemét|6000|Bács-Kiskun
    Székesfehérvár|8000|Fejér
    Szombathely|9700|Vas
    Szolnok|5000|Jász-Nagykun-Szolnok
    Tatabánya|2800|Komárom-Esztergom
    Kaposvár|7400|Somogy
    Érd|2030|Pest
    Veszprém|8200|Veszprém
    Békéscsaba|5600|Békés
    Zalaegerszeg|8900|Zala
    Sopron|9400|Győr-Moson-Sopron
    Eger|3300|Heves
    Nagykanizsa|8800|Zala
    Dunaújváros|2400|Fejér
    Hódmezővásárhely|6800|Csongrád-Csanád
    Salgótarján|3100|Nógrád
    Szekszárd|7100|Tolna
    Gödöllő|2100|Pest
    Vác|2600|Pest
    """
)

TEXTS = Texts(
    subjects=by_kind(
        """
        call: Árajánlatkérés: {product}
        call: Érdeklődés felmérése – {product}
        call: Időpont-egyeztetés
        call: Ajánlat pontosítása – {product}
        call: Visszajelzés az ajánlatra
        call: Szállítási határidő
        call: Reklamáció – visszahívás
        meeting: Bemutatkozó megbeszélés
        meeting: Megoldás bemutatása: {product}
        meeting: Ártárgyalás
        meeting: Műszaki egyeztetés – {product}
        meeting: Az együttműködés értékelése
        visit: Üzemlátogatás, {city}
        visit: Helyszíni felmérés – {product}
        visit: Szervizellenőrzés
        visit: Átadás: {product}
        email: Ajánlat: {product}
        email: Köszönjük a megbeszélést
        email: Szerződéshez szükséges adatok
        email: Emlékeztető az ajánlatról
        email: Frissített árlista
        letter: Keretszerződés aláírásra
        letter: Meghívó szakkiállításra
        """
    ),
    sentences=by_kind(
        """
        call: Az ügyfél érdeklődik, árlistát és hasonló referenciát kér.
        call: A keretet a hónap végéig hagyják jóvá, utána jelentkeznek.
        call: Két másik beszállítóval hasonlítanak össze, az ár és a határidő dönt.
        call: Nem értem el, az asszisztens átadja az üzenetet.
        call: A hathetes szállítási határidő megfelel nekik.
        call: Hosszabb garanciával is kérnek változatot.
        call: Jövő héten kérik a hívást, most leltároznak.
        call: A jelenlegi beszállító nem bírja a tempót, cserét keresnek.
        call: Telefonon megerősítették a rendelést, szerdáig írásban is küldik.
        meeting: Jelen volt a beszerzési vezető és a gyártástechnológus.
        meeting: Tételenként átvettük az ajánlatot, a fő kérdés a szerelés.
        meeting: 5% engedményt kérnek, hosszabb fizetési határidőt ajánlottunk.
        meeting: Próbatelepítésben állapodtunk meg az egyik soron.
        meeting: Az ügyvezető referenciamunkát szeretne látni a környéken.
        meeting: Megállapodás: péntekig módosított ajánlat, utána vezetői jóváhagyás.
        meeting: Elégedettek az együttműködéssel, csak a számlázás lassú.
        visit: Felmértük, kamionnal csak az udvar felől lehet megközelíteni.
        visit: A meglévő berendezés túl van az élettartamán.
        visit: Két műszakban dolgoznak, szerelni csak hétvégén lehet.
        visit: Hibátlan átadás, a jegyzőkönyvet aláírták.
        visit: A kisebb hibát a helyszínen elhárítottuk.
        email: A megbeszélt ajánlatot küldjük, 30 napig érvényes.
        email: Mellékelve a műszaki adatlap és az árlista.
        email: Kérjük az időpont megerősítését.
        email: Köszönjük az idejüket, az emlékeztetőt csatoltuk.
        letter: Ajánlva feladva két példányban.
        letter: Aláírva visszaérkezett.
        """
    ),
    products=lines(
        """
        polcrendszer
        csomagolósor
        raklapemelő
        műhelyberendezés
        ipari világítás
        szekcionált kapu
        kompresszorállomás
        válogató szállítószalag
        csarnokklíma
        irodabútor
        """
    ),
    services=lines(
        """
        szervizszerződés
        garanciahosszabbítás
        időszakos felülvizsgálat
        kezelői oktatás
        gépbérlés
        """
    ),
    next_steps=lines(
        """
        Módosított ajánlat küldése
        Hívás a döntés miatt
        Üzemlátogatás egyeztetése
        Szerződés előkészítése
        Vezetői jóváhagyás megszerzése
        Referenciák küldése
        """
    ),
    tasks=lines(
        """
        Ajánlat küldése: {product}
        Visszahívás
        Anyagok előkészítése a megbeszélésre
        Szállítási határidő ellenőrzése
        Emlékeztető küldése a megbeszélésről
        Előleg beérkezésének ellenőrzése
        Fuvar megrendelése
        """
    ),
    company_notes=lines(
        """
        Családi vállalkozás, a tulajdonos dönt.
        Autóipari beszállító, szigorú határidők.
        Bővítik az üzemet, őszre készül el az új csarnok.
        Mindig időben fizetnek, elektronikus számlát kérnek.
        Kétéves keretszerződés érdekli őket.
        """
    ),
)

HUNGARY = Country(
    code="HU",
    language="hu",
    currency="HUF",
    calling_code="36",
    mobile_prefixes=words("20 30 31 70"),
    mobile_digits=7,
    male_names=words(
        "László István József János Zoltán Sándor Gábor Ferenc Attila Péter Tamás Zsolt Tibor András Csaba Imre Lajos "
        "György Balázs Gyula Mihály Károly Róbert Béla Dániel Dávid Ádám Krisztián Miklós Norbert Bence Máté Levente "
        "Árpád Géza Győző Ákos Ernő Ödön Szabolcs"
    ),
    female_names=words(
        "Mária Erzsébet Katalin Ilona Éva Anna Zsuzsanna Margit Judit Ágnes Julianna Andrea Ildikó Erika Krisztina "
        "Irén Eszter Magdolna Mónika Edit Gabriella Szilvia Anita Anikó Viktória Márta Rozália Tímea Piroska Réka "
        "Ibolya Klára Tünde Dóra Zsófia Gyöngyi Veronika Nóra Enikő Orsolya"
    ),
    family_names=words(
        "Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Takács Juhász Lakatos Mészáros "
        "Oláh Simon Rácz Fekete Szilágyi Török Fehér Balázs Gál Szűcs Kocsis Orsós Pintér Fodor Szalai Sipos Magyar "
        "Lukács Gulyás Biró Király Katona László Jakab Bogdán Balog Sándor Boros Fazekas Kelemen Antal Somogyi "
        "Fülöp Orosz Vincze Hegedűs Deák Pál Pásztor Bognár Őri Győri Dömötör Szőke"
    ),
    titles=("dr.",),
    cities=CITIES,
    streets=lines(
        """
        Kossuth Lajos utca
        Petőfi Sándor utca
        Rákóczi út
        Széchenyi tér
        Ady Endre utca
        Ipari park
        Arany János utca
        Dózsa György út
        Béke utca
        Vasút utca
        Szent István körút
        Bem József utca
        Fő utca
        Kölcsey utca
        Gyár utca
        Malom köz
        Árpád út
        Bartók Béla út
        Tópart sétány
        Kertész utca
        """
    ),
    brands=lines(
        """
        Jégmadár
        Kék Szajkó
        Borostyán
        Kőrisvölgy
        Ezüstpatak
        Három Tölgy
        Pacsirta
        Fehérkő
        Rónamező
        Tündérrózsa
        Sólyomfészek
        Aranykalász
        Gyopár
        Hársfa
        Vadvíz
        Nyírfás
        Mókuskerék
        Zöldág
        Őszirózsa
        Túzok
        """
    ),
    trades=trades(
        """
        Gépgyár|Machinery
        Üveg|Glass
        Bútor|Furniture
        Logisztika|Logistics
        Építő|Construction
        Elektro|Electrical engineering
        Csomagoló|Packaging
        Élelmiszer|Food
        Textil|Textiles
        Műanyag|Plastics
        Fém|Metalworking
        Fűrész|Timber
        Energia|Energy
        Kertészet|Gardening
        Szerviz|Services
        Nagyker|Wholesale
        """
    ),
    legal_forms=(LegalForm("Kft.", 14), LegalForm("Zrt.", 4), LegalForm("Bt.", 3), LegalForm("Nyrt.", 1)),
    jobs=jobs(
        """
        ügyvezető|ügyvezető|decision_maker
        igazgató|igazgató|decision_maker
        tulajdonos|tulajdonos|decision_maker
        beszerzési vezető|beszerzési vezető|purchasing
        beszerző|beszerző|purchasing
        termelési vezető|termelési vezető|champion
        karbantartó|karbantartó|user
        raktárvezető|raktárvezető|user
        pénzügyi vezető|pénzügyi vezető|influencer
        könyvelő|könyvelő|influencer
        asszisztens|asszisztens|influencer
        létesítményfelelős|létesítményfelelős|user
        """
    ),
    texts=TEXTS,
    feminine=str,
)
