"""What holds for every answer of the API: HEAD and OPTIONS work, nothing is cached, refusals are problems."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from jantar.engine.api.problems import method_not_allowed

View = Callable[..., HttpResponseBase]


def edge(view: View) -> View:
    """Wraps one view of the API. Whether a change was forged is decided with the credentials."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        answer = view(request, *args, **kwargs)
        request.method = asked
        if isinstance(answer, HttpResponseNotAllowed):
            answer = for_other_method(request, answer["Allow"])
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers.setdefault("Content-Language", get_language() or "en")
        patch_vary_headers(answer, ("Authorization", "Cookie", "Accept-Language"))
        return without_body(answer) if asked == "HEAD" else answer

    return answered


def for_other_method(request: HttpRequest, known: str) -> HttpResponse:
    methods = {method.strip() for method in known.split(",")}
    methods |= {"OPTIONS", *({"HEAD"} if "GET" in methods else ())}
    allowed = ", ".join(sorted(methods))
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allowed})
    return method_not_allowed(request, allowed)


def without_body(answer: HttpResponseBase) -> HttpResponseBase:
    if isinstance(answer, HttpResponse):
        length = len(answer.content)
        answer.content = b""
        answer["Content-Length"] = str(length)
    return answer
