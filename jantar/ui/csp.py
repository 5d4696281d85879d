"""Content-Security-Policy: only our own files, nothing inline, nothing evaluated."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY: dict[str, str] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


class ContentSecurityPolicyMiddleware:
    """Adds the policy to every answer.

    A view that needs another one (a file shown in a sandbox) sets the header itself. The setting
    CSP_EXTRA adds sources, as {"img-src": "https://files.example"} for a file store elsewhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build_policy(getattr(settings, "CSP_EXTRA", {}))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response


def build_policy(extra: dict[str, str]) -> str:
    """The header's text, with the sources of `extra` added to their directives."""
    directives = {name: f"{sources} {extra.get(name, '')}".strip() for name, sources in POLICY.items()}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())
