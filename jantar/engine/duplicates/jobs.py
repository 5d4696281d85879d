"""The scan in a worker: resumed where it was, with progress, and cancelled when its owner wants it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jantar.engine.duplicates.scanning import Scan, now_text
from jantar.engine.records.registry import registry
from jantar.platform.jobs.declare import job
from jantar.platform.jobs.errors import JobFailedError
from jantar.platform.jobs.running import Run


@job("duplicates.scan", gettext_lazy("Look for duplicates"), atomic=False)
def scan(type_name: str, run: Run) -> dict[str, Any]:
    if type_name not in registry:
        raise JobFailedError(_("There is no such page."))
    search = Scan(registry.get(type_name))
    place = run.checkpoint or {"after": 0, "done": 0, "pairs": 0, "begun": now_text()}
    total = search.total()
    while pks := search.chunk(place["after"]):
        following = {**place, "after": pks[-1], "done": place["done"] + len(pks)}
        with run.step(done=following["done"], total=max(total, following["done"]), checkpoint=following):
            following["pairs"] += search.go_through(pks)
        place = following
    with run.step(done=place["done"], total=place["done"], checkpoint=place):
        search.forget(datetime.fromisoformat(place["begun"]))
    pairs = place["pairs"]
    message = ngettext("%(n)d pair may be the same.", "%(n)d pairs may be the same.", pairs) % {"n": pairs}
    return {"message": message, "url": f"/{type_name}/duplicates/", "pairs": pairs, "records": place["done"]}
