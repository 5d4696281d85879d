"""What stands in front of every request: its id, its line in the log, and the health addresses."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from jantar.project import health, logs

logger = logging.getLogger("jantar.request")

GIVEN_ID = re.compile(r"[A-Za-z0-9_.:-]{8,100}")
QUIET = ("/static/", "/healthz", "/readyz")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id, taken from X-Request-ID when it is harmless, and logs its end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        identifier = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        token = logs.request_id.set(identifier)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = identifier
            if not request.path.startswith(QUIET):
                _log(request, response, (time.perf_counter() - began) * 1000)
            return response
        finally:
            logs.request_id.reset(token)


class HealthMiddleware:
    """Answers /healthz and /readyz, before sessions, hosts and sign-in come into play."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            checks = health.readiness()
            is_ready = checks["database"] == checks.get("migrations", "ok") == "ok"
            return JsonResponse(checks, status=200 if is_ready else 503)
        return self.get_response(request)


def _log(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    """One line for a request; the query stays out of it, it may hold names of people."""
    user = getattr(request, "user", None)
    logger.info(
        "%s %s %s",
        request.method,
        request.path,
        response.status_code,
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "ms": round(milliseconds, 1),
            "user_id": user.pk if user is not None and user.is_authenticated else None,
        },
    )
