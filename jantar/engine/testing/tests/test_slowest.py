"""The summary of a run names the files that took the time."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def summary(folder: Path, files: int) -> str:
    for number in range(files):
        (folder / f"test_{number}.py").write_text(
            f"import time\ndef test_it():\n    time.sleep({0.1 * (number == 3)})\n"
        )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "jantar.engine.testing.slowest", "-p", "no:django", "."]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def test_after_many_files_the_slowest_come_first(tmp_path: Path) -> None:
    told = summary(tmp_path, 20).partition("slowest files")[2].splitlines()
    assert told[1].endswith(" s     1  test_3.py")
    assert told[16].endswith("20  all 20 files")


def test_after_few_files_nothing_is_told(tmp_path: Path) -> None:
    assert "slowest files" not in summary(tmp_path, 3)
