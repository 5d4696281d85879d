"""How alike two records are, and why: points for what they have in common, less for what speaks against it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.utils.translation import gettext as _

from jantar.engine.fields.references import Reference
from jantar.engine.records.record_type import Duplicates, RecordType
from jantar.engine.search.text import keys_of, words_of
from jantar.engine.search.typos import allowed, distance
from jantar.kit.text import fold

#: Reasons every type may have; the others are called like the field that is the same.
NAME, MAIL, PHONE, ADDRESS = "name", "email", "phone", "address"

SAME_IDENTIFIER, OTHER_IDENTIFIER = 80, -40
SAME_MAIL, SAME_PHONE = 55, 45
SAME_NAME, LIKE_NAME, OTHER_NAME = 40, 25, -25
#: What a name is worth more where it alone is telling (that of a company).
TELLING = 20
SAME_CITY, SAME_STREET, SUPPORT = 10, 15, 15
#: Two days of birth are two people, whatever their name and home.
OTHER_DAY = -30
LONGEST_SPELLING = 9


@dataclass(frozen=True)
class Traits:
    """What of a record is compared. `contacts` and `identifiers` hold spellings; texts are folded."""

    words: tuple[str, ...] = ()
    identifiers: Mapping[str, Collection[str]] = field(default_factory=dict)
    contacts: Collection[str] = frozenset()
    place: Mapping[str, str] = field(default_factory=dict)
    supports: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spellings(self) -> set[str]:
        return {one for spellings in self.identifiers.values() for one in spellings} | set(self.contacts)

    def without(self, reasons: Collection[str]) -> Self:
        """What is left to compare where these reasons don't count."""
        return self if not reasons else replace(
            self,
            words=() if NAME in reasons else self.words,
            identifiers={name: spelt for name, spelt in self.identifiers.items() if name not in reasons},
            contacts=frozenset(one for one in self.contacts if (MAIL if "@" in one else PHONE) not in reasons),
            place={} if ADDRESS in reasons else self.place,
            supports={name: value for name, value in self.supports.items() if name not in reasons},
        )  # fmt: skip


@dataclass(frozen=True)
class Likeness:
    """Points, and the reasons for people to read."""

    points: int
    reasons: tuple[str, ...]


def traits_of(record_type: RecordType, values: Mapping[str, Any], more: Iterable[str] = ()) -> Traits:
    """From values by field; `more` are further contacts (those in parts)."""
    same = record_type.duplicates
    assert same
    text = " ".join(str(values.get(name) or "") for name in same.name)
    contacts = [values.get(path) for path in same.contacts if "." not in path]
    return Traits(
        words=telling_words(text, same),
        identifiers={name: spelt for name in same.identifiers if (spelt := spellings(values.get(name)))},
        contacts=frozenset(one for value in [*contacts, *more] for one in spellings(value)),
        place={name: folded for name in same.place if (folded := " ".join(fold(str(values.get(name) or "")).split()))},
        supports={name: plain(record_type, name, values.get(name)) for name in same.supports if values.get(name)},
    )


def telling_words(text: str, same: Duplicates) -> tuple[str, ...]:
    """The words of a name without those that many have ("Ltd"), unless it has no others."""
    words = words_of(text)
    return tuple(word for word in words if word not in same.ignored) or tuple(words)


def spellings(value: Any) -> frozenset[str]:
    """Under which a key is found, without the domain of a mail address, which colleagues share."""
    found = keys_of(str(value)) if value else []
    return frozenset(one for one in found if "@" in one or "@" not in found[0])


def plain(record_type: RecordType, name: str, value: Any) -> Any:
    return value.pk if isinstance(record_type.own_fields[name], Reference) else value


def likeness(record_type: RecordType, one: Traits, other: Traits) -> Likeness:
    """How alike two are, by what their traits hold."""
    same = record_type.duplicates
    assert same
    fields = record_type.own_fields
    points, reasons = 0, []
    for name in one.identifiers.keys() & other.identifiers.keys():
        shared = set(one.identifiers[name]) & set(other.identifiers[name])
        points += SAME_IDENTIFIER if shared else OTHER_IDENTIFIER
        if shared:
            reasons.append(_("same %(field)s") % {"field": fields[name].label})
    shared = set(one.contacts) & set(other.contacts)
    if any("@" in key for key in shared):
        points += SAME_MAIL
        reasons.append(_("same e-mail"))
    if any("@" not in key and len(key) >= LONGEST_SPELLING for key in shared):
        points += SAME_PHONE
        reasons.append(_("same phone"))
    named, reason = name_points(one.words, other.words, same)
    where, reasons_of_place = place_points(one, other, same)
    both = one.supports.keys() & other.supports.keys()
    supported = [name for name in both if one.supports[name] == other.supports[name]]
    points += OTHER_DAY * sum(fields[name].kind == "date" for name in both if name not in supported)
    reasons += [reason] if reason else []
    reasons += reasons_of_place + [_("same %(field)s") % {"field": fields[name].label} for name in supported]
    return Likeness(max(points + named + where + SUPPORT * len(supported), 0), tuple(reasons))


def name_points(one: Sequence[str], other: Sequence[str], same: Duplicates) -> tuple[int, str]:
    if not one or not other:
        return 0, ""
    telling = TELLING if same.name_is_telling else 0
    if sorted(one) == sorted(other):
        return SAME_NAME + telling, _("same name")
    shorter, longer = sorted((one, other), key=len)
    if is_like(shorter, longer):
        return LIKE_NAME + telling, _("similar name")
    return OTHER_NAME, ""


def is_like(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    """Every word of the shorter stands in the longer, give or take a slip; one word alone has to be all of it."""
    if len(shorter) != len(longer) and (len(shorter) < 2 or len(longer) > len(shorter) + 1):
        return False
    left = list(longer)
    for word in shorter:
        found = next((other for other in left if distance(word, other) <= slips(word, other)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def slips(word: str, other: str) -> int:
    return 0 if min(len(word), len(other)) < 3 or any(char.isdigit() for char in word + other) else allowed(word)


def place_points(one: Traits, other: Traits, same: Duplicates) -> tuple[int, list[str]]:
    """The last of `place` is the most exact; it counts beside another one: there is a Main Street in every town."""
    shared = [name for name in same.place if one.place.get(name) and one.place.get(name) == other.place.get(name)]
    if not shared or shared == [same.place[-1]]:
        return 0, []
    if same.place[-1] in shared and len(shared) > 1:
        return SAME_CITY + SAME_STREET, [_("same address")]
    return SAME_CITY, [_("same place")]
