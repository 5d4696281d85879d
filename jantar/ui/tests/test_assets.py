import gzip
import json
import re

from jantar.ui.assets import DIST, icon_names
from jantar.ui.csp import build_policy

FIRST_LOAD_LIMIT = 150_000


def entry(name: str) -> str:
    return str(json.loads((DIST / "manifest.json").read_text())[name])


def test_the_scripts_of_the_first_load_stay_below_150_kb_packed():
    files, seen = [entry("main.js")], set()
    while files:
        name = files.pop()
        if name in seen:
            continue
        seen.add(name)
        # Chunks imported at once belong to the first load; import(...) ones do not.
        files += re.findall(r"""(?:from|import)\s*["']\./([^"']+)["']""", (DIST / name).read_text())
    assert sum(len(gzip.compress((DIST / name).read_bytes())) for name in seen) < FIRST_LOAD_LIMIT


def test_heavy_libraries_are_not_in_the_first_load():
    script = (DIST / entry("main.js")).read_text()
    for name in ("chunk-echarts", "chunk-sortable", "chunk-tom-select"):
        assert f'import("./{name}' in script


def test_every_icon_named_is_in_the_sprite():
    sprite = (DIST / entry("icons.svg")).read_text()
    assert {"phone", "check", "x"} <= icon_names()
    assert sprite.count("<symbol") == len(icon_names())


def test_the_policy_allows_nothing_inline_and_takes_extra_sources():
    policy = build_policy({"img-src": "https://files.example"})
    assert "unsafe" not in policy
    assert "img-src 'self' data: blob: https://files.example" in policy
    assert "script-src 'self';" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
