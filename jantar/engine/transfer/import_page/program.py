"""The program whose export the file looks like."""

from functools import cached_property

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.transfer.import_page.basis import ImportBasis
from jantar.engine.transfer.known import Recognised, recognised_by


class ProgramPart(ImportBasis):
    @cached_property
    def recognised(self) -> Recognised | None:
        return recognised_by(self.plan.known)

    @property
    def looks_like(self) -> str:
        """Which program's export this seems to be, and when it is of something else than what is imported."""
        if self.recognised is None:
            return ""
        known = {"program": self.recognised.export.program, "content": self.recognised.export.content}
        text = _("This looks like a %(program)s export of %(content)s.") % known
        if self.recognised.record_type.name != self.run.record_type:
            text += " " + _("You are importing it as %(types)s.") % {"types": self.record_type.label_plural}
        return text

    @property
    def translated(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The fields whose values are translated, each with pairs of the program's word and ours."""
        if self.recognised is None:
            return []
        found = []
        for export in self.record_type.known_exports:
            if export.program == self.recognised.export.program:
                for key, values in export.values.items():
                    target = self.targets.get(key)
                    if target and target.field and key in self.plan.mapping:
                        words = [(text, target.field.text(value) if value else "–") for text, value in values.items()]
                        found.append((capfirst(str(target.label)), words))
        return found
