"""Everything the database and the store of files hold, to be compared before and after.

Every table counts, also one that comes next year, unless it is named here with the reason why it may differ.
"""

import json
from hashlib import sha256
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

from jantar.engine.records.registry import registry
from jantar.platform.files.models import StoredFile

#: What notes that something was done, and what was told of it, is not taken back with what was done.
BOOKKEEPING = {
    "history_operation": "what was done, and by which operation it was undone",
    "history_change": "what each operation changed",
    "history_kept": "what an undoing left",
    "records_moved": "where a merge found the rows it moved",
    "pages_ledfilter": "what a merge did to filters of views",
    "jobs_jobrun": "the jobs that did it",
    "transfer_importrun": "the imports that did it",
    "transfer_refusedrow": "rows that an import refused",
    "transfer_layout": "how the last file of a layout was read",
    "following_datemove": "watched dates that were changed, until their watchers are told",
    "communications_invited": "up to which version the invitations were looked after",
    "search_word": "words that stood somewhere, tidied up every night",
    "search_fingerprint": "of the declarations",
}
#: Rows are added and stay: streams tell what happened, users what they were told, contents are kept for their days.
GROWING = ("timeline_entry", "timeline_place", "following_notification", "files_storedfile", "documents_content",
           "webhooks_delivery")  # fmt: skip
#: Entries that stand for what a record is, not for what happened: each of them once, where and when it is now.
TOLD_ONCE = ("activity", "task", "task_done")
#: Columns that count and date the changes of a row, and up to when records of a series are made.
NOT_COMPARED = ("version", "updated_at", "made_until")
FOREIGN = ("procrastinate_", "django_", "pg_")

Rows = dict[str, str]
State = dict[str, Rows]


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid)")
        found = sorted(name for (name,) in cursor.fetchall())
    return [name for name in found if name not in BOOKKEEPING and not name.startswith(FOREIGN)]


def state_of_all(names: list[str]) -> State:
    """By table the rows as JSON, by their keys; and the digests of the stored files.

    Entries of timelines, which are written anew when something is told otherwise, count by what they say and where.
    """
    left = " ".join(f"- '{name}'" for name in NOT_COMPARED)
    parts = [f"SELECT '{name}', (to_jsonb(t) {left})::text FROM \"{name}\" t" for name in names]
    found: State = {name: {} for name in names}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        for name, text in cursor.fetchall():
            found[name][key_of_row(name, json.loads(text))] = text
    found |= entries_of(found)
    files = StoredFile.objects.values_list("pk", "path")
    found["bytes"] = {str(pk): sha256(default_storage.open(path).read()).hexdigest() for pk, path in files}
    return found


def entries_of(found: State) -> State:
    entries, places = ([json.loads(text) for text in found[f"timeline_{name}"].values()] for name in ("entry", "place"))
    told = {one["id"]: [one["kind"], one["source_type"], one["source_id"], one["data"]] for one in entries}
    # What stands on a merged record besides is on the stream of the one that stayed, and nobody looks there.
    merged = merged_records(found)
    where = {
        json.dumps([*told[one["entry_id"]], one["record_type"], one["record_id"], one["at"]]): ""
        for one in places
        if (one["record_type"], one["record_id"]) not in merged
    }
    return {
        "timeline_entry": {json.dumps([*told[one["id"]], one["at"]]): "" for one in entries},
        "timeline_place": where,
        "told_once": {json.dumps(told[one["id"]]): one["at"] for one in entries if one["kind"] in TOLD_ONCE},
    }


def merged_records(found: State) -> set[tuple[str, int]]:
    rows = {one.name: found[one.model._meta.db_table] for one in registry.all()}
    return {
        (name, int(key))
        for name, texts in rows.items()
        for key, text in texts.items()
        if json.loads(text)["merged_into"] is not None
    }


def key_of_row(name: str, row: dict[str, Any]) -> str:
    if name == "search_entry":
        return f"{row['type']}/{row['record_id']}"
    return str(row.get("id", json.dumps(row, sort_keys=True)))


def difference(before: State, after: State) -> list[str]:
    """What is not as it was, a line for each row."""
    lines = []
    for name, rows in before.items():
        now = after[name]
        keys = rows.keys() if name in (*GROWING, "bytes", "told_once") else rows.keys() | now.keys()
        lines += [
            f"{name} {key}: {rows.get(key)} became {now.get(key)}"
            for key in sorted(keys)
            if rows.get(key) != now.get(key)
        ]
    return lines
