"""The gallery needs no database, so its tests sign in somebody who is in none."""

from types import SimpleNamespace

ANNA = SimpleNamespace(pk=7, full_name="Anna Horváthová", email="anna@demo.example", theme="", is_authenticated=True)


class AnnaMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleNamespace(pk=None, full_name="", email="") if "sign-in" in request.path else ANNA
        return self.get_response(request)
