"""Opening the file of an import again, as its plan says."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import File
from django.utils.translation import gettext as _

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.transfer.combined import CombinedImporter
from jantar.engine.transfer.importing import Importer
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.plan import Plan, check_plan
from jantar.engine.transfer.sheets import Notice, Row, Sheet, UnreadableSheetError, open_sheet
from jantar.engine.transfer.values import check_values
from jantar.kit.errors import InputError
from jantar.platform.files.services import open_file
from jantar.platform.settings.models import Workspace

#: One of several types only where rows hold them.
AnyImporter = Importer | CombinedImporter


def opened(file: Any, plan: Plan, *, survey: bool = True) -> Sheet:
    try:
        return open_sheet(
            file, worksheet=plan.worksheet, encoding=plan.encoding, delimiter=plan.delimiter, survey=survey
        )
    except UnreadableSheetError as error:
        raise Invalid({"file": [said(error)]}) from error


def file_of(run: ImportRun) -> "File[Any]":
    """The uploaded file, to be closed by the caller. Raises Invalid when it is kept no longer."""
    try:
        if run.file:
            return open_file(run.file)
    except FileNotFoundError:
        pass
    raise Invalid({"file": [_("This file is not kept any longer. Upload it again.")]})


@contextmanager
def rows_of(file: Any, plan: Plan) -> Iterator[Iterator[Row]]:
    """The rows of the file; reading ends before the file is closed, however far it got."""
    rows = opened(file, plan, survey=False).rows()
    with closing(rows):  # type: ignore[type-var]
        yield rows


def importer_for(run: ImportRun, plan: Plan, actor: Actor) -> AnyImporter:
    """Raises Invalid when the plan can't be followed."""
    record_type = registry.get(run.record_type)
    check_whole(plan, record_type, actor)
    base = Conventions(currency=Workspace.get().base_currency, time_zone=ZoneInfo(actor.time_zone))
    is_plain = plan.types(record_type) == [("", record_type)]
    importer: AnyImporter = (Importer if is_plain else CombinedImporter)(record_type, plan, actor, base)
    if errors := importer.default_errors:
        raise Invalid({f"constants.{name}": messages for name, messages in errors.items()})
    return importer


def check_whole(plan: Plan, record_type: RecordType, actor: Actor) -> None:
    """Raises Invalid with the part of the plan that can't be followed."""
    check_plan(plan, record_type, actor)
    if errors := check_values(plan, record_type, actor):
        raise Invalid(errors)


def error_headers(plan: Plan) -> list[str]:
    """The headers of the file of refused rows: those of the file, why, and which row."""
    return [*(column.header for column in plan.columns), _("Why refused"), _("Row")]


def said(notice: Notice | InputError) -> str:
    """What the reader of sheets has to say, in the language in force."""
    return _(notice.message) % notice.params if notice.params else _(notice.message)
