"""How the file is read, where it does not say."""

from django.utils.translation import gettext as _

from jantar.engine.transfer.import_page.basis import ImportBasis, Option

ENCODINGS = {"utf-8": "UTF-8", "cp1250": "Windows-1250", "iso8859-2": "ISO 8859-2", "cp852": "DOS 852",
             "cp1252": "Windows-1252", "utf-16": "UTF-16"}  # fmt: skip


class ReadingPart(ImportBasis):
    @property
    def encodings(self) -> list[Option]:
        found = self.plan.encoding.removesuffix("-sig")
        known = {**ENCODINGS, found: ENCODINGS.get(found, found.upper())}
        return [(key, label, key == found) for key, label in known.items()]

    @property
    def delimiters(self) -> list[Option]:
        signs = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Vertical bar")}
        return [(sign, label, sign == self.plan.delimiter) for sign, label in signs.items()]

    @property
    def worksheets(self) -> list[Option]:
        return [(name, name, name == self.plan.worksheet) for name in self.plan.worksheets]

    @property
    def decimal_signs(self) -> list[Option]:
        return tristate(self.plan.decimal_comma, _("Comma (1,5)"), _("Point (1.5)"))

    @property
    def date_orders(self) -> list[Option]:
        return tristate(self.plan.day_first, _("Day first (31/12)"), _("Month first (12/31)"))


def tristate(value: bool | None, yes: str, no: str) -> list[Option]:
    return [("", _("As found in the file"), value is None), ("1", yes, value is True), ("0", no, value is False)]
