"""Every door of Jantar: all addresses of pages and API that answer GET, with every id that fits in them.

Made from the addresses themselves, so a new page is walked through without anybody remembering it; one that holds
a part nobody has described in `fits` or `IDS` fails.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jantar.engine.fields.choices import Tags
from jantar.engine.fields.models import HeldFile
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.models import Series
from jantar.engine.records.registry import registry
from jantar.engine.timeline.models import Comment, Note
from jantar.engine.transfer.models import ImportRun
from jantar.engine.webhooks.models import Delivery, Webhook
from jantar.platform.accounts.models import Team, User
from jantar.platform.files.models import StoredFile
from jantar.platform.jobs.models import JobRun
from jantar.platform.mail.models import SentMail

PART = re.compile(r"<(?:\w+:)?(\w+)>")
#: Addresses that change or end what asks, or are not ours.
CLOSED = ("sign-in/", "sign-out/", "ui/", "__debug__")
TYPE = "<type_name>/"
#: Of addresses with an id that is not of a record: what it is an id of. The longest beginning that fits counts.
IDS: Mapping[str, Any] = {
    "account/calendars/": None,
    "account/tokens/": None,
    "account/watches/": None,
    "api/v1/channels/": Team,
    "api/v1/comments/": Comment,
    "api/v1/imports/": ImportRun,
    "api/v1/jobs/": JobRun,
    "api/v1/lists/": None,
    "api/v1/notes/": Note,
    "api/v1/notifications/": None,
    "api/v1/operations/": Operation,
    "api/v1/watches/": None,
    "api/v1/webhooks/": Webhook,
    "bulk/": JobRun,
    "channels/": Team,
    "comments/": Comment,
    "import/": ImportRun,
    "jobs/": JobRun,
    "lists/": None,
    "notes/": Note,
    "notifications/": None,
    "operations/": Operation,
    "reminders/": None,
    "settings/company/": None,
    "settings/fields/": None,
    "settings/mail/": SentMail,
    "settings/pipelines/": None,
    "settings/roles/": None,
    "settings/teams/": Team,
    "settings/users/": User,
    "settings/webhooks/": Webhook,
}


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """The addresses as they are declared, kinds of parts left out: "<type_name>/<pk>/edit/"."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = f"{before}{one.pattern}"
        if route.startswith(CLOSED) or "(?P<" in route:  # the one address by expression takes POST only
            continue
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield PART.sub(r"<\1>", route)


class Doors:
    """The addresses filled in; `records` are the ids of each type that are tried, others all there are.

    `only` is an expression that the addresses as declared have to match.
    """

    def __init__(self, records: Mapping[str, Iterable[int]], actor: Actor, only: str = "") -> None:
        self.records = records
        self.actor = actor
        self.only = only
        #: Addresses as declared that nobody can read, because they only take what is sent.
        self.shut: set[str] = set()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Pairs of the address as declared and as asked for."""
        for route in dict.fromkeys(route for route in routes() if re.search(self.only, route)):
            for path in self.filled(route):
                if route not in self.shut:
                    yield route, f"/{path}"

    def filled(self, route: str) -> Iterator[str]:
        if TYPE in route:
            for name in self.records:
                yield from self.with_parts(route.replace("<type_name>", name), name)
            return
        named = route.removeprefix("api/v1/").partition("/")[0]
        if named not in registry or named in self.records:
            yield from self.with_parts(route, named)

    def with_parts(self, path: str, type_name: str) -> Iterator[str]:
        names = PART.findall(path)
        for values in product(*(self.fitting(name, path, type_name) for name in names)):
            yield PART.sub("{}", path).format(*values)

    def fitting(self, name: str, path: str, type_name: str) -> list[Any]:
        """What can stand in this part of the address."""
        if name in ("pk", "id", "pipeline_pk"):
            return self.ids(path, type_name)
        fits: dict[str, Any] = {
            "number": [1, 2],
            "part": [1],
            "view": ["mine", "all", "1"],
            "series_id": list(Series.objects.values_list("pk", flat=True)),
            "delivery_pk": list(Delivery.objects.values_list("pk", flat=True)),
            "size": ["small", "large"],
            "target": ["any", *self.records],
            "kind": ["user", "team"],
            "state": ["later"],
            "key": self.keys(path),
        }
        if name != "name":
            assert name in fits, f"Say in `fits` what can stand for <{name}> in {path}."
            return fits[name]  # type: ignore[no-any-return]
        return self.names(path, type_name)

    def keys(self, path: str) -> list[Any]:
        if path.startswith(("field-files/", "api/v1/files/")):
            return list(HeldFile.objects.values_list("key", flat=True))
        return list(StoredFile.objects.values_list("key", flat=True)) if path.startswith("files/") else ["note"]

    def ids(self, path: str, type_name: str) -> list[int]:
        before = path.partition("<")[0]
        known = max((one for one in IDS if before.startswith(one)), key=len, default=None)
        if known is not None:
            return [1] if IDS[known] is None else list(IDS[known].objects.values_list("pk", flat=True))
        assert type_name in self.records, f"Say in IDS what the id in {path} is of."
        return list(self.records[type_name])

    def names(self, path: str, type_name: str) -> list[str]:
        record_type = registry.get(type_name)
        fields = record_type.fields(self.actor)
        after = path.rpartition("/<")[0].rpartition("/")[2]
        found: dict[str, list[str]] = {
            "fields": [record_type.title, *(name for name in ("about", "folder", "description") if name in fields)],
            "choices": [record_type.title],
            "words": [name for name, one in fields.items() if isinstance(one, Tags)],
            "parts": [part.name for part in record_type.parts],
            "acts": [action.name for action in record_type.actions],
            "related": list(registry.relations(record_type)),
        }
        return found.get(after, [record_type.title])


def content_of(answer: Any) -> str:
    """All that an answer says, sheets and archives unpacked."""
    data: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"\n".join(archive.read(name) for name in archive.namelist())
    head = f"{answer.get('Location', '')} {answer.get('Content-Disposition', '')} {answer.get('HX-Trigger', '')}"
    return f"{head}\n{data.decode('utf-8', 'replace')}"


def read_by(client: Client, doors: Doors, search: str = "") -> dict[tuple[str, str], str]:
    """What somebody reads behind every door: answers by address as declared and as asked for.

    `search` are words to look for wherever words can be given.
    """
    found = {}
    for route, path in doors:
        answer = client.get(path, query_for(route, search))
        if answer.status_code == 405:
            doors.shut.add(route)
            continue
        assert not route.startswith("api/") or answer.status_code in (200, 403, 404), (path, content_of(answer))
        found[route, path] = content_of(answer)
    return found


#: What an address of the API does not answer without.
NEEDED = {
    "api/v1/search": {"q": "x"},
    "api/v1/free-busy": {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"},
}


def query_for(route: str, search: str) -> dict[str, str]:
    if search and route == "api/v1/search":
        return {"q": search}
    if route == "api/v1/free-busy":
        some = User.objects.order_by("pk").values_list("pk", flat=True)[:3]
        return {**NEEDED[route], "users": ",".join(map(str, some))}
    if route in NEEDED or not search:
        return NEEDED.get(route, {})
    if not route.startswith("api/"):
        return {"search": search, "q": search}
    return {"search": search} if re.fullmatch(r"api/v1/(\w+)(/export)?", route) and is_list(route) else {}


def is_list(route: str) -> bool:
    return route.split("/")[2] in registry
