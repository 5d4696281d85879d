"""Reading JSON strictly: whatever could be taken in two ways, or can't be stored, is refused."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from jantar.engine.api.problems import Problem
from jantar.engine.records.errors import Invalid

MAX_DEPTH = 32
#: NUL and halves of surrogate pairs have no place in PostgreSQL's text.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotJson(ValueError):
    """The message says in the language in force what is wrong."""


def read_object(request: HttpRequest, *, may_be_missing: bool = False) -> dict[str, Any]:
    """The JSON object in the body. Raises Problem (400, 415) or Invalid when it is no object."""
    body = request.body
    if may_be_missing and not body:
        return {}
    charset = (request.content_params or {}).get("charset", "utf-8")
    if request.content_type != "application/json" or charset.lower() != "utf-8":
        raise Problem("content-type", _("Send the content type application/json."))
    try:
        data = parse_json(body)
    except NotJson as error:
        raise Problem("bad-request", error, where="body") from error
    if not isinstance(data, dict):
        raise Invalid({"": [_("An object with fields and values is expected.")]})
    return data


def read_settings(data: Mapping[str, Any], known: Mapping[str, type]) -> dict[str, Any]:
    """The settings in the data, of which `known` tells the kinds: a list holds text, an int is an id.

    Raises Invalid, naming each that is unknown or of the wrong kind.
    """
    errors = {name: [_("There is no such setting.")] for name in data if name not in known}
    for name, kind in known.items():
        if name in data and not _fits(data[name], kind):
            errors[name] = [_("This value is not of the expected kind.")]
    if errors:
        raise Invalid(errors)
    return dict(data)


def _fits(value: Any, kind: type) -> bool:
    if kind is int:
        return type(value) is int and 0 < value < 2**63
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, kind)


def parse_json(source: bytes | str) -> Any:
    """The data of a JSON text; numbers with a fraction are Decimals. Raises NotJson."""
    try:
        text = source.decode() if isinstance(source, bytes) else source
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise NotJson(_("The text is not UTF-8.")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise NotJson(_("This is not JSON: see line %(line)d, column %(column)d.") % place) from error
    except RecursionError as error:
        raise NotJson(_("The JSON is nested too deeply.")) from error
    except NotJson:
        raise
    except (ValueError, ArithmeticError) as error:
        raise NotJson(_("A number in the JSON has too many digits.")) from error
    _check(data)
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJson(_("“%(name)s” is there twice.") % {"name": name[:50]})
        found[name] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise NotJson(_("%(name)s is not a number in JSON.") % {"name": name})


def _check(data: Any) -> None:
    waiting: list[tuple[Any, int]] = [(data, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise NotJson(_("The JSON is nested too deeply."))
        if isinstance(node, str):
            refuse_unstorable(node)
        elif isinstance(node, dict):
            waiting.extend((part, depth + 1) for pair in node.items() for part in pair)
        elif isinstance(node, list):
            waiting.extend((part, depth + 1) for part in node)


def refuse_unstorable(text: str) -> None:
    if UNSTORABLE.search(text):
        raise NotJson(_("The text contains a character that can't be stored."))
