"""By what known records and references are found, and what is done with them."""

from functools import cached_property

from django.utils.translation import gettext as _

from jantar.engine.transfer import plan as modes
from jantar.engine.transfer.import_page.basis import ImportBasis, Option
from jantar.engine.transfer.plan import SEPARATOR, full_key, own_key, references_in
from jantar.engine.transfer.reference_choices import ReferenceChoice, choice_of
from jantar.engine.transfer.reference_keys import tells
from jantar.engine.transfer.services import creatable
from jantar.engine.transfer.targets import ID


class KnownRecordsPart(ImportBasis):
    @property
    def match_options(self) -> list[Option]:
        found = []
        for prefix, record_type in self.types:
            fields = record_type.fields(self.actor)
            own = self.plan.of_type(prefix).mapping
            telling = [name for name in own if name in fields and fields[name].is_custom and tells(fields[name])]
            for name in dict.fromkeys((*telling, *record_type.match, *([ID] if ID in own else []))):
                key = full_key(prefix, name)
                found.append((key, self.labelled(record_type, fields[name].label), key in self.plan.match))
        return found

    @property
    def modes(self) -> list[Option]:
        labels = {
            modes.UPDATE: _("Update known records, create new ones"),
            modes.SKIP: _("Leave known records alone, create new ones"),
            modes.ONLY_UPDATE: _("Update known records only"),
            modes.CREATE: _("Create a new record from every row"),
        }
        return [(mode, label, mode == self.plan.mode) for mode, label in labels.items()]

    @cached_property
    def references(self) -> list[ReferenceChoice]:
        """The references that columns go to."""
        types = dict(self.types)
        found = []
        for key, reference in references_in(self.plan, self.record_type, self.actor).items():
            prefix = key.rpartition(SEPARATOR)[0]
            label = self.labelled(types[prefix], reference.label)
            can_create = key in self.plan.create_missing or bool(
                creatable(types[prefix], [own_key(key, prefix)], self.actor)
            )
            found.append(choice_of(key, label, reference, self.plan, self.actor, can_create=can_create))
        return found
