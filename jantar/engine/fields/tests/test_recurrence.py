"""Rules read back as sentences, in five languages."""

import pytest
from django.utils import translation

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.recurrence import Recurrence, in_words
from jantar.kit.recurrence import read_rule

pytestmark = pytest.mark.capability("C22")
SENTENCES = {
    "en": [
        "Every day", "Every working day", "Every 2 weeks on Monday and on Wednesday",
        "Every month on day 15 and on the last day", "Every month on the 2nd Tuesday",
        "Every 3 months on the last Wednesday", "Every month on the last working day, until 31 Dec 2027",
        "Every year on 24 December, 5 times", "Every year on the 1st Monday (September)",
        "By the rule FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    ],
    "cs": [
        "Každý den", "Každý pracovní den", "Každé 2 týdny v pondělí a ve středu",
        "Každý měsíc 15. den v měsíci a poslední den", "Každý měsíc 2. úterý v měsíci",
        "Každé 3 měsíce poslední středu v měsíci", "Každý měsíc poslední pracovní den, do 31. 12. 2027",
        "Každý rok dne 24. prosince, celkem 5krát", "Každý rok 1. pondělí v měsíci (září)",
        "Podle pravidla FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    ],
    "hu": [
        "Minden nap", "Minden munkanapon", "2 hetente hétfőn és szerdán",
        "Minden hónapban a hónap 15. napján és az utolsó napon", "Minden hónapban a hónap 2. keddjén",
        "3 havonta a hónap utolsó szerdáján", "Minden hónapban az utolsó munkanapon, eddig: 2027. dec. 31.",
        "Minden évben december 24., összesen 5 alkalommal", "Minden évben a hónap 1. hétfőjén (szeptember)",
        "A(z) FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR szabály szerint",
    ],
    "pl": [
        "Codziennie", "W każdy dzień roboczy", "Co 2 tygodnie w poniedziałek i w środę",
        "Co miesiąc 15. dnia miesiąca i ostatniego dnia", "Co miesiąc w 2. wtorek miesiąca",
        "Co 3 miesiące w ostatnią środę miesiąca", "Co miesiąc w ostatnim dniu roboczym, do 31 gru 2027",
        "Co rok dnia 24 grudnia, łącznie 5 razy", "Co rok w 1. poniedziałek miesiąca (wrzesień)",
        "Według reguły FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    ],
    "sk": [
        "Každý deň", "Každý pracovný deň", "Každé 2 týždne v pondelok a v stredu",
        "Každý mesiac 15. deň v mesiaci a v posledný deň", "Každý mesiac 2. utorok v mesiaci",
        "Každé 3 mesiace v poslednú stredu v mesiaci", "Každý mesiac v posledný pracovný deň, do 31. 12. 2027",
        "Každý rok dňa 24. decembra, spolu 5-krát", "Každý rok 1. pondelok v mesiaci (september)",
        "Podľa pravidla FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    ],
}  # fmt: skip
RULES = [
    "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,MO",
    "FREQ=MONTHLY;BYMONTHDAY=15,-1", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1WE",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20271231", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24;COUNT=5",
    "FREQ=YEARLY;BYMONTH=9;BYDAY=1MO", "FREQ=DAILY;BYDAY=FR;BYMONTHDAY=13",
]  # fmt: skip


@pytest.mark.parametrize("language", SENTENCES)
def test_a_rule_is_read_back_as_a_sentence(language):
    with translation.override(language):
        assert [in_words(read_rule(rule)) for rule in RULES] == SENTENCES[language]


def test_the_field_keeps_one_spelling_and_says_what_is_wrong():
    field = Recurrence("repeats", "repeats")
    assert field.load("RRULE:byday=we,mo;freq=weekly;interval=1") == "FREQ=WEEKLY;BYDAY=MO,WE"
    assert field.load(None) == ""
    with translation.override("cs"), pytest.raises(FieldError, match="častěji než každý den"):
        field.load("FREQ=HOURLY")
