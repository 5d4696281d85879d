"""Doing a whole import in one call."""

import io
from typing import Any

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.undo import UndoResult, undo
from jantar.engine.transfer import services
from jantar.engine.transfer.importing import OUTCOMES
from jantar.engine.transfer.models import ImportRun
from jantar.platform.jobs.running import run_waiting_jobs


def sheet(text: str, encoding: str = "utf-8") -> bytes:
    return text.replace("\n", "\r\n").encode(encoding)


def imported(content: str | bytes, type_name: str, actor: Actor, name: str = "file.csv", **settings: Any) -> ImportRun:
    data = sheet(content) if isinstance(content, str) else content
    run = services.start_import(io.BytesIO(data), name, type_name, actor=actor, **settings)
    run_waiting_jobs()
    return services.find_import(run.pk, actor=actor)


def counts(run: ImportRun) -> dict[str, int]:
    """The outcomes that were met at least once."""
    found = run.counts or run.forecast or {}
    return {kind: found[kind] for kind in OUTCOMES if found.get(kind)}


def refused(run: ImportRun) -> list[tuple[int, str]]:
    return list(run.refused.values_list("number", "reason"))


def taken_out(run: ImportRun, actor: Actor) -> UndoResult:
    assert run.operation_id
    return undo(run.operation_id, actor=actor)
