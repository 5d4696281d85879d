"""The record type of hand-picked lists."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.lists import pins, rights, rules
from jantar.engine.lists.models import Member, RecordList
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import RecordType, Search, Section, View
from jantar.engine.records.registry import registry

lists = RecordType(
    name="lists",
    model=RecordList,
    icon="list-check",
    area=None,
    columns=("name", "of", "audience", "team", "owner", "created_at"),
    sort="name",
    sections=(
        Section(pgettext_lazy("records", "List"), "name", "of", "description"),
        Section(_("Who sees it"), "audience", "team", "owner"),
    ),
    search=Search(text=("name",)),
    views=(View("mine", _("My lists"), {"all": [{"field": "owner", "op": "is", "value": "me"}]}, sort="name"),),
    traces=(Part("members", Member, "list", pgettext_lazy("list", "Members")),),
    within=rights.of_list,
    has_tab=False,
    importable=False,
    validate=rules.validate_list,
    before_merge=rules.move_members,
    after_update=pins.rename_pins,
)

registry.register(lists)
