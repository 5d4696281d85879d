"""The words of the four countries in temporary tables, for drawing from."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from django.db import connection

from jantar.kit.text import slug
from jantar.project.demo.countries import COUNTRIES, Country
from jantar.project.demo.parties import SHARES
from jantar.project.demo.work import KINDS

#: Made-up conversations of each country, numbered from 0.
TALKS = 400

#: Country numbers as often as their share.
SPREAD = [number for number, country in enumerate(COUNTRIES, 1) for _ in range(SHARES[country])]

TABLES = ("seed_words", "seed_names", "seed_talks")


def store_words(seed: int) -> None:
    """Create and fill the tables.

    `seed_words` and `seed_names` have one row a country, by `id`; women's names stand after men's. `seed_talks` has
    TALKS rows a country, by `code` and `place`.
    """
    numbered = list(enumerate(COUNTRIES, 1))
    _store("seed_words", [_words(number, country, _random(seed, country)) for number, country in numbered])
    _store("seed_names", [_names(number, country) for number, country in numbered])
    _store("seed_talks", [talk for country in COUNTRIES for talk in _talks(country, _random(seed, country))])


def _store(table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Create a table with the columns of the rows. Lists are kept unpacked, as every row made reads several of them."""
    kinds = {name: _kind(value) for name, value in rows[0].items()}
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    plain = ", ".join(f"ALTER {name} SET STORAGE PLAIN" for name, kind in kinds.items() if kind == "text[]")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns})")
        if plain:
            cursor.execute(f"ALTER TABLE {table} {plain}")
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(list(row.values()))
        cursor.execute(f"ANALYZE {table}")


def _kind(value: object) -> str:
    return {int: "int", str: "text", list: "text[]"}[type(value)]


def _words(number: int, country: Country, random: Random) -> dict[str, object]:
    texts = country.texts
    return {
        "id": number,
        "code": country.code,
        "language": country.language,
        "currency": country.currency,
        "calling_code": country.calling_code,
        "jobs": [job.male for job in country.jobs],
        "cities": [city.name for city in country.cities],
        "postal_codes": [city.postal_code for city in country.cities],
        "regions": [city.region for city in country.cities],
        "streets": list(country.streets),
        "brands": list(country.brands),
        "trades": [word for word, _ in country.trades],
        "industries": [industry for _, industry in country.trades],
        "forms": [form.suffix for form in country.legal_forms for _ in range(form.weight)],
        "mobiles": list(country.mobile_prefixes),
        "products": [product[0].upper() + product[1:] for product in (*texts.products, *texts.services)],
        "tasks": [task.format(product=random.choice(texts.products)) for task in texts.tasks],
    }


def _names(number: int, country: Country) -> dict[str, object]:
    given = [*country.male_names, *country.female_names]
    family = [*country.family_names, *(country.feminine(name) for name in country.family_names)]
    return {"id": number, "given": given, "given_slug": _slugs(given), "family": family, "family_slug": _slugs(family)}


def _slugs(names: Iterable[str]) -> list[str]:
    return [slug(name) for name in names]


def _talks(country: Country, random: Random) -> Iterable[dict[str, object]]:
    texts = country.texts
    for place in range(TALKS):
        kind = random.choices(list(KINDS), list(KINDS.values()))[0]
        sentences = texts.sentences[kind]
        body = " ".join(random.sample(sentences, random.randint(1, min(3, len(sentences)))))
        subject = random.choice(texts.subjects[kind]).format(
            product=random.choice(texts.products),
            city=random.choice(country.cities).name,
            company=random.choice(country.brands),
        )
        yield {"code": country.code, "place": place, "kind": kind, "subject": subject, "body": body}


def _random(seed: int, country: Country) -> Random:
    return Random(f"{seed} {country.code}")  # noqa: S311 (made-up data, nothing secret)
