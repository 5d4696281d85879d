"""How the numbers and dates of a column are written, told from its first filled cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from jantar.engine.transfer.sheets.model import Column, Notice
from jantar.kit.errors import gettext_noop

_SAMPLES = 3
_SAMPLE_LENGTH = 200
_ENOUGH = 5_000
#: So many different cells of a column are counted, so many of them told, in so many columns.
_COUNTED, _TOLD, _COLUMNS = 300, 100, 300
_COUNTED_LENGTH = 100
#: A column with more different cells than this has to repeat them to be one of certain values.
_FEW = 30
_MOSTLY = 0.8

_NUMBER = re.compile(r"[^\W\d_]{0,3}[-+(]?[$€£]?[\d.,' \u00a0\u202f]*\d[)%]?\s*[^\W\d_]{0,3}[$€£.]?")
_COMMA = re.compile(r"(?:^|\D)\d*,(?:\d{1,2}|\d{4,})(?=\D*$)")
_POINT = re.compile(r"(?:^|\D)\d*\.(?:\d{1,2}|\d{4,})(?=\D*$)")
_THOUSANDS_THEN_COMMA = re.compile(r"\d\.\d{3},\d+\D*$")
_THOUSANDS_THEN_POINT = re.compile(r"\d,\d{3}\.\d+\D*$")
_EITHER = re.compile(r"(?:^|\D)[1-9]\d{0,2}[.,]\d{3}(?=\D*$)")
_DATE = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)")


@dataclass(slots=True)
class Evidence:
    """Counts over the filled cells of one column."""

    samples: list[str] = field(default_factory=list)
    filled: int = 0
    looked_at: int = 0
    numbers: int = 0
    comma: int = 0
    point: int = 0
    either: int = 0
    dates: int = 0
    day_first: int = 0
    month_first: int = 0
    counted: dict[str, int] = field(default_factory=dict)

    def add(self, cell: str) -> None:
        if not cell or cell.isspace():
            return
        self.filled += 1
        if len(self.samples) < _SAMPLES and cell[:_SAMPLE_LENGTH] not in self.samples:
            self.samples.append(cell[:_SAMPLE_LENGTH])
        self._count(cell.strip())
        if self.looked_at < _ENOUGH and len(cell) <= 40:
            self.looked_at += 1
            self._look_at(cell.strip())

    def _count(self, cell: str) -> None:
        if cell in self.counted:
            self.counted[cell] += 1
        elif len(self.counted) < _COUNTED and len(cell) <= _COUNTED_LENGTH:
            self.counted[cell] = 1

    def _look_at(self, cell: str) -> None:
        if match := _DATE.match(cell):
            self.dates += 1
            self.day_first += int(match[1]) > 12
            self.month_first += int(match[3]) > 12
        elif _NUMBER.fullmatch(cell):
            self.numbers += 1
            if _THOUSANDS_THEN_COMMA.search(cell) or ("." not in cell and _COMMA.search(cell)):
                self.comma += 1
            elif _THOUSANDS_THEN_POINT.search(cell) or ("," not in cell and _POINT.search(cell)):
                self.point += 1
            elif _EITHER.search(cell):
                self.either += 1

    @property
    def values(self) -> tuple[tuple[str, int], ...]:
        """The most frequent cells, where the column seems to have only certain ones."""
        if len(self.counted) > _FEW and sum(self.counted.values()) < 2 * len(self.counted):
            return ()
        return tuple(sorted(self.counted.items(), key=lambda pair: -pair[1])[:_TOLD])

    @property
    def decimal_comma(self) -> bool | None:
        if self.numbers < self.looked_at * _MOSTLY or self.comma == self.point:
            return None
        return self.comma > self.point

    @property
    def is_date(self) -> bool:
        return self.dates > 0 and self.dates >= self.looked_at * _MOSTLY

    @property
    def dates_day_first(self) -> bool | None:
        if not self.is_date or self.day_first == self.month_first:
            return None
        return self.day_first > self.month_first


def judge_columns(
    headers: Sequence[str], evidence: Sequence[Evidence], delimiter: str
) -> tuple[list[Column], bool, bool, list[Notice]]:
    """Return the columns, whether the sheet has decimal commas and day-first dates, and doubts."""
    decimal_comma = _majority([seen.decimal_comma for seen in evidence])
    comma_of_sheet = delimiter == ";" if decimal_comma is None else decimal_comma
    day_first = _majority([seen.dates_day_first for seen in evidence])
    day_of_sheet = True if day_first is None else day_first
    columns, doubts = [], []
    for place, (header, seen) in enumerate(zip(headers, evidence, strict=True)):
        own_comma, own_day = seen.decimal_comma, seen.dates_day_first
        columns.append(
            Column(
                header,
                tuple(seen.samples),
                seen.filled,
                comma_of_sheet if own_comma is None else own_comma,
                day_of_sheet if own_day is None else own_day,
                seen.values if place < _COLUMNS else (),
            )
        )
        if own_day is None and day_first is None and seen.is_date:
            doubts.append(Notice(_EITHER_ORDER, {"column": header}))
        if seen.is_date and seen.day_first and seen.month_first:
            doubts.append(Notice(_MIXED_ORDER, {"column": header}))
        if own_comma is None and decimal_comma is None and seen.either and not seen.dates:
            doubts.append(Notice(_EITHER_SIGN, {"column": header, "sample": seen.samples[0]}))
    return columns, comma_of_sheet, day_of_sheet, doubts


def _majority(votes: Sequence[bool | None]) -> bool | None:
    yes, no = votes.count(True), votes.count(False)
    return None if yes == no else yes > no


_EITHER_ORDER = gettext_noop("The dates in “%(column)s” could begin with the day or the month. Check the order.")
_MIXED_ORDER = gettext_noop("Some dates in “%(column)s” begin with the day, others with the month.")
_EITHER_SIGN = gettext_noop(
    "Numbers such as %(sample)s in “%(column)s” can be read in two ways. Check the decimal sign."
)
