"""What the pages of an import show, a room for each part of them."""

from jantar.engine.fields.errors import Invalid
from jantar.engine.transfer.import_page.first_rows import PreviewPart
from jantar.engine.transfer.import_page.known_records import KnownRecordsPart
from jantar.engine.transfer.import_page.outcome import OutcomePart
from jantar.engine.transfer.import_page.program import ProgramPart
from jantar.engine.transfer.import_page.reading import ReadingPart
from jantar.engine.transfer.import_page.values import ValuesPart
from jantar.engine.transfer.models import State
from jantar.engine.transfer.services import preview

PREPARING, RUNNING, ENDED = 2, 3, 4


class ImportPage(ReadingPart, ProgramPart, KnownRecordsPart, ValuesPart, PreviewPart, OutcomePart):
    """Everything the templates ask of one import. Lists are worked out when asked for."""

    def prepare(self) -> "ImportPage":
        """Tries the first rows; what can't be followed is among the errors then."""
        if not self.errors:
            try:
                self.preview = preview(self.run, actor=self.actor)
            except Invalid as error:
                self.errors = error.errors
        return self

    @property
    def step(self) -> int:
        if self.run.is_finished or self.run.state == State.FAILED:
            return ENDED
        return RUNNING if self.run.is_busy else PREPARING

    @property
    def tone(self) -> str:
        return {State.DONE: "success", State.FAILED: "danger", State.CANCELLED: "warning"}.get(self.run.state, "info")  # type: ignore[call-overload, no-any-return]

    @property
    def messages(self) -> list[str]:
        return [message for messages in self.errors.values() for message in messages]
