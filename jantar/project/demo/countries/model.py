"""What the generators know about one country."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    name: str
    postal_code: str
    region: str


@dataclass(frozen=True, slots=True)
class LegalForm:
    """`weight` is how often it is met; `registered` whether the trade register lists it."""

    suffix: str
    weight: int
    registered: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """A position for a man and for a woman; `role` is the person's part in buying."""

    male: str
    female: str
    role: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Words of everyday work in the language of the country.

    Subjects by kind of activity, sentences of minutes, outcomes by kind, names of what is sold,
    next steps, subjects of tasks, reasons. "{product}", "{company}" and "{city}" are filled in.
    """

    subjects: dict[str, tuple[str, ...]]
    sentences: dict[str, tuple[str, ...]]
    products: tuple[str, ...]
    services: tuple[str, ...]
    next_steps: tuple[str, ...]
    tasks: tuple[str, ...]
    company_notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Country:
    code: str
    language: str
    currency: str
    calling_code: str
    mobile_prefixes: tuple[str, ...]
    mobile_digits: int
    male_names: tuple[str, ...]
    female_names: tuple[str, ...]
    family_names: tuple[str, ...]
    titles: tuple[str, ...]
    cities: tuple[City, ...]
    streets: tuple[str, ...]
    brands: tuple[str, ...]
    trades: tuple[tuple[str, str], ...]
    legal_forms: tuple[LegalForm, ...]
    jobs: tuple[Job, ...]
    texts: Texts
    feminine: Callable[[str], str]

    def street_line(self, street: str, number: int) -> str:
        """Street and house number in the order of the country."""
        return f"{street} {number}." if self.code == "HU" else f"{street} {number}"


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


def cities(text: str) -> tuple[City, ...]:
    """Read "Brno|602 00|Jihomoravský kraj", one city a line."""
    return tuple(City(*line.split("|")) for line in lines(text))


def jobs(text: str) -> tuple[Job, ...]:
    """Read "ředitel|ředitelka|decision_maker", one position a line."""
    return tuple(Job(*line.split("|")) for line in lines(text))


def trades(text: str) -> tuple[tuple[str, str], ...]:
    """Read "Sklo|Glass": the word in a company's name and the industry, one a line."""
    pairs = (line.split("|") for line in lines(text))
    return tuple((word, industry) for word, industry in pairs)


def by_kind(text: str) -> dict[str, tuple[str, ...]]:
    """Read "call: text", one a line, into lists by kind."""
    found: dict[str, list[str]] = {}
    for line in lines(text):
        kind, _, content = line.partition(": ")
        found.setdefault(kind, []).append(content)
    return {kind: tuple(contents) for kind, contents in found.items()}
