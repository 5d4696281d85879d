"""Pytest plugin: after a run of many files, in which of them the time went."""

from collections import defaultdict

import pytest

MANY = 20
NAMED = 15


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seconds: dict[str, float] = defaultdict(float)
    tests: dict[str, set[str]] = defaultdict(set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.partition("::")[0]
                seconds[file] += report.duration
                tests[file].add(report.nodeid)
    if len(seconds) < MANY:
        return
    terminalreporter.section("slowest files")
    for file in sorted(seconds, key=seconds.__getitem__, reverse=True)[:NAMED]:
        terminalreporter.write_line(f"{seconds[file]:7.1f} s  {len(tests[file]):4}  {file}")
    whole = sum(seconds.values())
    terminalreporter.write_line(f"{whole:7.1f} s  {sum(map(len, tests.values())):4}  all {len(seconds)} files")
