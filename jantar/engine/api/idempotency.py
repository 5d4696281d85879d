"""Idempotency keys: a request that is sent again with its key is answered again, not done again."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.api.models import KeptAnswer
from jantar.engine.api.problems import Problem
from jantar.engine.permissions.actor import Actor

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT = timedelta(hours=24)
KEPT_HEADERS = ("Location", "ETag")


def once(request: HttpRequest, actor: Actor, produce: Callable[[], HttpResponse]) -> HttpResponse:
    """Answers by `produce`, or as before when the request has a key that was answered already.

    The key is claimed in the transaction of the change: a second request with it waits in the database until
    the first is decided. A refusal is no answer to keep: after it the key is free again.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return produce()
    if not KEY.fullmatch(key):
        raise Problem("bad-request", _("An idempotency key has 1 to 255 letters, digits and signs."), where=HEADER)
    assert actor.user_id is not None
    digest = digest_of(request)
    with transaction.atomic():
        kept, is_new = KeptAnswer.objects.get_or_create(user_id=actor.user_id, key=key, defaults={"digest": digest})
        if not is_new:
            return repeated(kept, digest)
        answer = produce()
        kept.status = answer.status_code
        kept.headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
        kept.body = answer.content.decode()
        kept.save()
    return answer


def repeated(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.digest != digest:
        detail = _("This key was sent with another request. Use a new key for each request.")
        raise Problem("key-used", detail, errors={HEADER: [detail]})
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    return HttpResponse(kept.body, status=kept.status, headers=headers, content_type="application/json")


def digest_of(request: HttpRequest) -> str:
    """Tells requests apart; of a form with files what is in it, because its body is read as a stream."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    for name, value in sorted(request.POST.items()):
        digest.update(json.dumps([name, value]).encode())
    files: list[tuple[str, Any]] = sorted(request.FILES.items())
    for name, file in files:
        digest.update(json.dumps([name, file.name]).encode())
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    return digest.hexdigest()


def forget_old_answers() -> int:
    """Deletes answers older than a day; returns how many."""
    return KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
