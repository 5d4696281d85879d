"""The scan in a worker: resumed where it was, with progress, and cancelled when its owner wants it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jantar.engine.duplicates.rules import rules_of
from jantar.engine.duplicates.scanning import Scan, now_text
from jantar.engine.records.registry import registry
from jantar.platform.jobs.declare import job
from jantar.platform.jobs.errors import JobFailedError
from jantar.platform.jobs.running import Run


@job("duplicates.scan", gettext_lazy("Look for duplicates"), atomic=False)
def scan(type_name: str, run: Run) -> dict[str, Any]:
    if type_name not in registry:
        raise JobFailedError(_("There is no such page."))
    record_type = registry.get(type_name)
    search = Scan(record_type, rules_of(record_type))
    place = run.checkpoint or beginning(search)
    total = search.total()
    while pks := search.chunk(place["after"]):
        rules = rules_of(record_type)
        if rules.of_scan != place.get("rules", rules.of_scan):
            search = Scan(record_type, rules)
            place = beginning(search)
            continue
        following = {**place, "after": pks[-1], "done": place["done"] + len(pks)}
        with run.step(done=following["done"], total=max(total, following["done"]), checkpoint=following):
            following["pairs"] += search.go_through(pks)
        place = following
    with run.step(done=place["done"], total=place["done"], checkpoint=place):
        search.forget(datetime.fromisoformat(place["begun"]))
    return found(type_name, place["pairs"], place["done"])


def beginning(search: Scan) -> dict[str, Any]:
    """Where a scan starts; it starts anew when somebody changes the rules meanwhile."""
    return {"after": 0, "done": 0, "pairs": 0, "begun": now_text(), "rules": search.rules.of_scan}


def found(type_name: str, pairs: int, records: int) -> dict[str, Any]:
    message = ngettext("%(n)d pair may be the same.", "%(n)d pairs may be the same.", pairs) % {"n": pairs}
    return {"message": message, "url": f"/{type_name}/duplicates/", "pairs": pairs, "records": records}
