"""Poland."""

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
    """Return the woman's form of a surname: Kowalski, Kowalska; Nowak, Nowak."""
    for ending in ("ski", "cki", "dzki"):
        if name.endswith(ending):
            return name[:-1] + "a"
    return name


CITIES = cities(
    """
    Warszawa|00-950|mazowieckie
    Warszawa|02-676|mazowieckie
    Warszawa|03-301|mazowieckie
    Kraków|31-042|małopolskie
    Kraków|30-415|małopolskie
    Łódź|90-001|łódzkie
    Wrocław|50-102|dolnośląskie
    Poznań|61-001|wielkopolskie
    Gdańsk|80-831|pomorskie
    Szczecin|70-415|zachodniopomorskie
    Bydgoszcz|85-001|kujawsko-pomorskie
    Lublin|20-001|lubelskie
    Białystok|15-001|podlaskie
    Katowice|40-001|śląskie
    Gdynia|81-301|pomorskie
    Częstochowa|42-200|śląskie
    Radom|26-600|mazowieckie
    Toruń|87-100|kujawsko-pomorskie
    Kielce|25-001|świętokrzyskie
    Rzeszów|35-001|podkarpackie
    Olsztyn|10-001|warmińsko-mazurskie
    Opole|45-001|opolskie
    Zielona Góra|65-001|lubuskie
    Gliwice|44-100|śląskie
    Bielsko-Biała|43-300|śląskie
    Tarnów|33-100|małopolskie
    Płock|09-400|mazowieckie
    Elbląg|82-300|warmińsko-mazurskie
    Nowy Sącz|33-300|małopolskie
    Przemyśl|37-700|podkarpackie
    """
)

TEXTS = Texts(
    subjects=by_kind(
        """
        call: Pytanie o cenę: {product}
        call: Sprawdzenie zainteresowania – {product}
        call: Ustalenie terminu spotkania
        call: Doprecyzowanie oferty – {product}
        call: Odpowiedź na ofertę
        call: Termin dostawy
        call: Reklamacja – oddzwonienie
        meeting: Spotkanie wstępne
        meeting: Prezentacja rozwiązania: {product}
        meeting: Negocjacje cenowe
        meeting: Konsultacja techniczna – {product}
        meeting: Podsumowanie współpracy
        visit: Wizyta w zakładzie, {city}
        visit: Pomiar na miejscu – {product}
        visit: Przegląd serwisowy
        visit: Odbiór: {product}
        email: Oferta: {product}
        email: Dziękujemy za spotkanie
        email: Dokumenty do umowy
        email: Przypomnienie o ofercie
        email: Zaktualizowany cennik
        letter: Umowa ramowa do podpisu
        letter: Zaproszenie na targi
        """
    ),
    sentences=by_kind(
        """
        call: Klient jest zainteresowany, prosi o cennik i referencje z branży.
        call: Budżet zatwierdzą do końca miesiąca, potem się odezwą.
        call: Porównują nas z dwoma dostawcami, decyduje cena i termin.
        call: Nie odebrał, asystentka przekaże wiadomość.
        call: Termin dostawy sześć tygodni im odpowiada.
        call: Chcą wariant z przedłużoną gwarancją.
        call: Proszą o telefon w przyszłym tygodniu, teraz mają inwentaryzację.
        call: Obecny dostawca nie nadąża, szukają innego.
        call: Potwierdzili zamówienie telefonicznie, na piśmie prześlą do środy.
        meeting: Obecni kierownik zakupów i technolog.
        meeting: Omówiliśmy ofertę punkt po punkcie, najwięcej pytań o montaż.
        meeting: Oczekują rabatu 5%, zaproponowaliśmy dłuższy termin płatności.
        meeting: Uzgodniono próbną instalację na jednej linii.
        meeting: Prezes chce zobaczyć wdrożenie w regionie.
        meeting: Ustalenia: do piątku poprawiona oferta, potem akceptacja zarządu.
        meeting: Współpracę oceniają dobrze, uwagi tylko do szybkości fakturowania.
        visit: Pomiary wykonane, dojazd ciężarówki tylko od podwórza.
        visit: Obecne urządzenie jest zużyte.
        visit: Zakład pracuje na dwie zmiany, montaż możliwy tylko w weekend.
        visit: Odbiór bez uwag, protokół podpisany.
        visit: Drobna usterka usunięta na miejscu.
        email: Zgodnie z ustaleniami przesyłamy ofertę, ważną 30 dni.
        email: W załączniku karta techniczna i cennik.
        email: Prosimy o potwierdzenie terminu.
        email: Dziękujemy za czas, notatka ze spotkania w załączniku.
        letter: Wysłano listem poleconym w dwóch egzemplarzach.
        letter: Wróciła podpisana.
        """
    ),
    products=lines(
        """
        system regałów
        linia pakująca
        wózek paletowy
        wyposażenie warsztatu
        oświetlenie przemysłowe
        bramy segmentowe
        stacja sprężarek
        przenośnik sortujący
        klimatyzacja hali
        meble biurowe
        """
    ),
    services=lines(
        """
        umowa serwisowa
        przedłużenie gwarancji
        przegląd okresowy
        szkolenie operatorów
        wynajem sprzętu
        """
    ),
    next_steps=lines(
        """
        Wysłać poprawioną ofertę
        Zadzwonić w sprawie decyzji
        Umówić wizytę w zakładzie
        Przygotować umowę
        Uzyskać zgodę zarządu
        Przesłać referencje
        """
    ),
    tasks=lines(
        """
        Wysłać ofertę: {product}
        Oddzwonić
        Przygotować materiały na spotkanie
        Sprawdzić termin dostawy
        Wysłać notatkę ze spotkania
        Sprawdzić wpłatę zaliczki
        Zamówić transport
        """
    ),
    company_notes=lines(
        """
        Firma rodzinna, decyduje właściciel.
        Dostawca dla motoryzacji, sztywne terminy.
        Rozbudowują zakład, nowa hala będzie gotowa jesienią.
        Zawsze płacą w terminie, chcą faktur elektronicznych.
        Zainteresowani umową ramową na dwa lata.
        """
    ),
)

POLAND = Country(
    code="PL",
    language="pl",
    currency="PLN",
    calling_code="48",
    mobile_prefixes=words(
        "501 502 504 506 508 510 512 514 600 601 602 604 606 608 660 662 664 691 693 695 697 698 781 788 880 883"
    ),
    mobile_digits=6,
    male_names=words(
        "Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Stanisław Jakub Adam Marek Łukasz Grzegorz Mateusz "
        "Wojciech Mariusz Dariusz Zbigniew Maciej Rafał Robert Kamil Jacek Dawid Szymon Ryszard Kacper Bartosz "
        "Jarosław Sławomir Mirosław Artur Sebastian Damian Patryk Przemysław Daniel Władysław Bogdan"
    ),
    female_names=words(
        "Anna Katarzyna Maria Małgorzata Agnieszka Barbara Ewa Magdalena Elżbieta Krystyna Joanna Aleksandra Monika "
        "Zofia Teresa Natalia Julia Danuta Karolina Marta Beata Dorota Janina Halina Jadwiga Alicja Iwona Grażyna "
        "Sylwia Paulina Justyna Renata Bożena Wiktoria Urszula Hanna Izabela Emilia Wanda Kinga"
    ),
    family_names=words(
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
        "Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Nowakowski Pawłowski Michalski Nowicki "
        "Adamczyk Dudek Zając Wieczorek Jabłoński Król Majewski Olszewski Jaworski Wróbel Malinowski Pawlak "
        "Witkowski Walczak Stępień Górski Rutkowski Michalak Sikora Ostrowski Baran Duda Szewczyk Tomaszewski "
        "Pietrzak Marciniak Wróblewski Zalewski Jakubowski Jasiński Zawadzki Sadowski Bąk Chmielewski Włodarczyk "
        "Borkowski Czarnecki Źródłowski"
    ),
    titles=("mgr", "inż.", "mgr inż.", "dr"),
    cities=CITIES,
    streets=lines(
        """
        ul. Długa
        ul. Polna
        ul. Leśna
        ul. Słoneczna
        ul. Przemysłowa
        ul. Mickiewicza
        ul. Kościuszki
        ul. Sienkiewicza
        ul. Fabryczna
        ul. Łąkowa
        ul. Ogrodowa
        ul. Krótka
        al. Jana Pawła II
        ul. Piłsudskiego
        ul. Składowa
        ul. Młyńska
        ul. Źródlana
        ul. Rzemieślnicza
        ul. Żeromskiego
        ul. Kolejowa
        """
    ),
    brands=lines(
        """
        Zimorodek
        Modra Sójka
        Bursztynek
        Jarzębiec
        Srebrny Potok
        Trzy Dęby
        Skowronek
        Białokamień
        Wrzosowa
        Szarotka
        Złoty Kłos
        Orlik
        Jesionka
        Żurawina
        Lipowiec
        Kruczek
        Ślęża
        Sosnówka
        Północna
        Łabędź
        """
    ),
    trades=trades(
        """
        Maszyny|Machinery
        Szkło|Glass
        Meble|Furniture
        Logistyka|Logistics
        Budownictwo|Construction
        Elektro|Electrical engineering
        Opakowania|Packaging
        Przetwory|Food
        Tkaniny|Textiles
        Tworzywa|Plastics
        Metal|Metalworking
        Tartak|Timber
        Energia|Energy
        Ogrody|Gardening
        Serwis|Services
        Hurtownia|Wholesale
        """
    ),
    legal_forms=(
        LegalForm("Sp. z o.o.", 12),
        LegalForm("S.A.", 4),
        LegalForm("Sp. k.", 2),
        LegalForm("s.c.", 2, registered=False),
    ),
    jobs=jobs(
        """
        prezes|prezes|decision_maker
        dyrektor|dyrektorka|decision_maker
        właściciel|właścicielka|decision_maker
        kierownik zakupów|kierowniczka zakupów|purchasing
        specjalista ds. zakupów|specjalistka ds. zakupów|purchasing
        kierownik produkcji|kierowniczka produkcji|champion
        technik utrzymania ruchu|techniczka utrzymania ruchu|user
        kierownik magazynu|kierowniczka magazynu|user
        dyrektor finansowy|dyrektorka finansowa|influencer
        księgowy|księgowa|influencer
        asystent|asystentka|influencer
        administrator budynku|administratorka budynku|user
        """
    ),
    texts=TEXTS,
    feminine=feminine,
)
