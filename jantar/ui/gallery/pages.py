"""Views of the component gallery (development only). The parts show what each behaviour expects of a server."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from jantar.ui.html import TONES
from jantar.ui.responses import with_closed_dialog, with_toast

from . import content
from .forms import OPERATORS, PersonForm

SECTIONS = ["basics", "data", "forms", "overlays", "feedback", "behaviours"]


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    context = {
        "sections": SECTIONS,
        "tones": TONES,
        "people": content.people()[:6],
        "now": content.NOW,
        "form": PersonForm(initial={"name": "Žofie Kučerová"}),
        "bad_form": PersonForm({"name": "", "email": "zofie@", "language": "cs"}, auto_id="bad-%s"),
        "chart": CHART,
    }
    return render(request, "ui/gallery/index.html", context)


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    people = Paginator(content.people() * 4, 40).page(1)
    return render(request, "ui/gallery/list.html", {"people": people, "total": 1240})


@require_GET
def board_page(request: HttpRequest) -> HttpResponse:
    deals = content.deals()
    columns = [
        {"key": key, "label": label, "tone": tone, "deals": [deal for deal in deals if deal.stage == key]}
        for key, label, tone in content.STAGES
    ]
    return render(request, "ui/gallery/board.html", {"columns": columns})


@require_GET
def record_page(request: HttpRequest) -> HttpResponse:
    person = content.people()[0]
    return render(request, "ui/gallery/record.html", {"person": person, "now": content.NOW, "stages": content.STAGES})


def form_page(request: HttpRequest) -> HttpResponse:
    """A form with a draft: 422 with its errors, 409 when another version was saved, a redirect when saved."""
    if request.method == "GET":
        return render(request, "ui/gallery/form.html", {"form": PersonForm()})
    form = PersonForm(request.POST)
    if not form.is_valid():
        return render(request, "ui/gallery/form_fields.html", {"form": form}, status=422)
    if form.cleaned_data["name"] == "Conflict":
        return render(request, "ui/gallery/conflict.html", status=409)
    return with_toast(HttpResponse("<p>Saved</p>"), "Saved", action_label="Undo", action_url=request.path)


@require_GET
def bare_page(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery/bare.html")


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").lower()
    people = [person for person in content.people() if query in f"{person.name} {person.company}".lower()]
    return render(request, "ui/gallery/palette.html", {"people": people})


def inline_value(request: HttpRequest, name: str) -> HttpResponse:
    """GET: the control. POST: the value as shown, or 422 with the control and its errors."""
    value = request.POST.get("value", request.GET.get("value", "")).strip()
    errors = ["Fill in a value."] if request.method == "POST" and not value else []
    if request.method == "GET" or errors:
        context = {"name": name, "value": value or "Gdańsk", "errors": errors, "typed": request.method == "POST"}
        return render(request, "ui/gallery/inline_control.html", context, status=422 if errors else 200)
    return render(request, "ui/gallery/inline_value.html", {"value": value})


@require_POST
def move_card(request: HttpRequest) -> HttpResponse:
    """Accepts a move, refuses the column "closed", asks for more before "won"."""
    if request.POST.get("column") == "closed":
        problem = {"title": "Not allowed", "detail": "The books are closed: deals can't be moved there."}
        return JsonResponse(problem, status=422, content_type="application/problem+json")
    return JsonResponse({"version": int(request.POST["version"]) + 1, "columns": {}, "message": "Moved"})


def dialog(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return with_toast(with_closed_dialog(HttpResponse(status=204)), "Call logged")
    return render(request, "ui/gallery/dialog.html", {"form": PersonForm(auto_id="dialog-%s")})


@require_GET
def drawer(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery/drawer.html", {"person": content.people()[2]})


@require_GET
def options(request: HttpRequest) -> JsonResponse:
    query = request.GET.get("q", "").lower()
    found = [person for person in content.people() if query in person.name.lower()]
    return JsonResponse({"items": [{"value": str(p.key), "label": p.name, "detail": p.company} for p in found]})


@require_GET
def condition(request: HttpRequest) -> HttpResponse:
    field = request.GET.get("field", "name")
    context = {"fields": list(OPERATORS), "field": field, "operators": OPERATORS.get(field, [])}
    return render(request, "ui/gallery/condition.html", context)


@require_GET
def job(request: HttpRequest) -> HttpResponse:
    done = (timezone.now().second % 10) * 10
    return render(request, "ui/gallery/job.html", {"done": done, "finished": done == 90})


def answer(request: HttpRequest, status: int) -> HttpResponse:
    """Any refusal, to look at what the page says of it."""
    return HttpResponse("", status=status)


@require_GET
def session(request: HttpRequest) -> JsonResponse:
    user = getattr(request, "user", None)
    return JsonResponse({"user": getattr(user, "pk", None) or "", "csrf": get_token(request)})


CHART = {
    "type": "bar",
    "stacked": True,
    "labels": ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "series": [
        {"name": "Won", "values": [120, 180, 150, 240, 210, 90]},
        {"name": "Expected", "values": [40, 30, 60, 80, 160, 310]},
    ],
    "unit": "tis. Kč",
}
