"""python -m benchmarks [--size small|million|large] [--only WORD] [--seconds N]"""

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
#: Of larger sizes an archive takes hours, and as much room again.
WITH_ARCHIVES = ("tiny", "small")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--size", default="small", choices=["tiny", "small", "million", "large"])
    parser.add_argument("--only", default="", help="only scenarios with this word in their name")
    parser.add_argument("--seconds", type=float, default=8, help="at most so long per scenario")
    options = parser.parse_args()
    os.environ.setdefault("JANTAR_LOG_LEVEL", "WARNING")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jantar.project.settings")

    from benchmarks import data

    size = data.SIZES[options.size]
    data.prepare(size)
    try:
        import django
        from django.conf import settings

        settings.ROOT_URLCONF = "benchmarks.urls"
        django.setup()
        data.fill(size)
        rows = measured(options)
    finally:
        data.stop()
    print(report_of(options.size, rows))
    return 0 if all(row["kept"] for row in rows) else 1


def measured(options: argparse.Namespace) -> list[dict[str, object]]:
    """Writes the results after each scenario, so that a run that is stopped keeps what it has."""
    from benchmarks.measure import compare, statements
    from benchmarks.scenarios import scenarios

    rows: list[dict[str, object]] = []
    for scenario in scenarios(with_archives=options.size in WITH_ARCHIVES):
        if options.only not in scenario.name:
            continue
        number = statements(scenario.app)
        timing = compare(scenario.app, scenario.floor, scenario.alone, seconds=options.seconds, rounds=scenario.rounds)
        kept = (
            timing.ratio <= scenario.ratio
            and (scenario.statements is None or number <= scenario.statements)
            and (scenario.p95_ms is None or timing.p95 * 1000 <= scenario.p95_ms)
        )
        row = {
            "scenario": scenario.name,
            "budget": scenario.ratio,
            "statements": number,
            "kept": kept,
            **asdict(timing),
        }
        print(
            f"{scenario.name:45} {timing.ratio:6.2f} x floor (budget {scenario.ratio}), {number} statements", flush=True
        )
        rows.append(row)
        if not options.only:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{options.size}.md").write_text(report_of(options.size, rows) + "\n")
            (RESULTS / f"{options.size}.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    return rows


def report_of(size: str, rows: list[dict[str, object]]) -> str:
    lines = [
        f"# Size {size}",
        "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores. Ratios are medians of pairs measured in turn.",
        "",
        "| scenario | times the floor | budget | times SQL and template alone | statements | p95 | kept |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        kept = "yes" if row["kept"] else "**no**"
        alone = f"{row['over_alone']:.1f}" if row["over_alone"] else ""
        lines.append(
            f"| {row['scenario']} | {row['ratio']:.2f} | {row['budget']} | {alone} | {row['statements']} | {row['p95'] * 1000:.0f} ms | {kept} |"  # type: ignore[operator]
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
