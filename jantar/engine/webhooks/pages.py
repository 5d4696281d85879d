"""Settings: webhooks, and the log of what was sent to them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.filters.editor import whole_tree
from jantar.engine.pages.filters.places import Place
from jantar.engine.pages.filters.reading import top_row, whole_row
from jantar.engine.pages.filters.rows import Row
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.settings.shared import administrator, is_stored
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.webhooks import queries, services
from jantar.engine.webhooks.models import Delivery, Event, Webhook
from jantar.engine.webhooks.payload import TEST
from jantar.kit.numbers import whole_number
from jantar.platform.accounts.models import User

PAGE_SIZE = 50
COMBOBOX = {"data-controller": "combobox"}


class WebhookForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=gettext_lazy("Messages are sent there by POST."),
    )  # fmt: skip
    user: Any = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("full_name"), label=gettext_lazy("With the rights of"),
        empty_label=None, widget=forms.Select(COMBOBOX),
        help_text=gettext_lazy("Messages hold what this user may see, and nothing else."),
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"), choices=[(one.value, capfirst(one.label)) for one in Event], required=False,
        widget=forms.SelectMultiple(COMBOBOX),
    )  # fmt: skip
    fields_ = forms.MultipleChoiceField(
        label=gettext_lazy("When one of these fields changed"), required=False, widget=forms.SelectMultiple(COMBOBOX),
        help_text=gettext_lazy("Empty means any field."),
    )  # fmt: skip

    def __init__(self, *args: Any, record_type: RecordType | None, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        events: Any = self.fields["events"]
        events.choices = [(one.value, capfirst(str(one.label))) for one in Event]
        chosen: Any = self.fields["fields_"]
        if record_type is None:
            del self.fields["fields_"]
            return
        known = [(name, capfirst(str(field.label))) for name, field in record_type.fields(actor).items()]
        chosen.choices = [*known, *((part.name, capfirst(str(part.label))) for part in record_type.parts)]

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "name": data["name"], "url": data["url"].strip(), "user": data["user"].pk, "events": data["events"],
            "fields": data.get("fields_", []),
        }  # fmt: skip


def show_list(request: HttpRequest) -> HttpResponse:
    actor = administrator(request)
    hooks: list[Any] = list(queries.all_webhooks())
    for hook in hooks:
        hook.about = about(hook, actor)
    return render(request, "webhooks/list.html", {"hooks": hooks})


def about(hook: Webhook, actor: Actor) -> str:
    """What it is told of, in words."""
    known = dict(Event.choices)
    events = ", ".join(str(known[one]) for one in hook.events if one in known)
    if not hook.record_type:
        return f"{_('All records')}: {events}"
    if hook.record_type not in registry:
        return f"{hook.record_type}: {events}"
    record_type = registry.get(hook.record_type)
    if hook.filter:
        return f"{Speaker(record_type, actor, [hook.filter]).sentence(hook.filter)}: {events}"
    return f"{capfirst(str(record_type.label_plural))}: {events}"


@never_cache
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new webhook, or changes of one. `type` of the address says what records it is about."""
    actor = administrator(request)
    hook = queries.find_webhook(pk) if pk else None
    name = request.GET.get("type", hook.record_type if hook else "")
    record_type = registry.get(name) if name in registry else None
    form = WebhookForm(request.POST or None, record_type=record_type, actor=actor, initial=initial(hook, actor))
    row = filter_row(request, hook, record_type, actor)
    secrets: list[str] = []

    def store() -> None:
        values = {**form.values, "record_type": record_type.name if record_type else "", "filter": tree_of(row)}
        if hook:
            services.change_webhook(hook, values, actor=actor)
        else:
            stored, secret = services.add_webhook(values, actor=actor)
            secrets[:] = [secret, str(stored.pk)]

    if request.method == "POST" and is_sound(row) and is_stored(form, store):
        if secrets:
            return show_secret(request, queries.find_webhook(int(secrets[1])), secrets[0])
        messages.success(request, _("Saved."))
        return redirect("webhooks:log", pk)
    context = {
        "form": form,
        "hook": hook,
        "heading": _("Edit %(what)s") % {"what": hook} if hook else _("New webhook"),
        "record_type": record_type,
        "record_types": [one for one in registry.all() if actor.may("see", one.name)],
        "row": row,
        "row_url": reverse("pages:filter_row", args=[record_type.name]) if record_type else "",
    }
    wrong = bool(form.errors or (row and row.errors))
    return render(request, "webhooks/edit.html", context, status=422 if wrong else 200)


def initial(hook: Webhook | None, actor: Actor) -> dict[str, Any]:
    if hook is None:
        return {"user": actor.user_id, "events": [Event.CREATED, Event.CHANGED, Event.DELETED]}
    return {
        "name": hook.name, "url": hook.url, "user": hook.user_id, "events": hook.events, "fields_": hook.fields,
    }  # fmt: skip


def filter_row(request: HttpRequest, hook: Webhook | None, record_type: RecordType | None, actor: Actor) -> Row | None:
    """The filter as the rows of the filter editor; only records of one type can be filtered."""
    if record_type is None:
        return None
    place = Place(record_type, actor)
    if request.method == "POST":
        return top_row(request.POST, place) if "node" in request.POST else whole_row({}, place)
    kept = hook.filter if hook and hook.record_type == record_type.name else {}
    return whole_row(kept, place)


def is_sound(row: Row | None) -> bool:
    """Whether the rows make a filter; those at fault keep the message."""
    try:
        tree_of(row)
    except FieldError:
        return False
    return True


def tree_of(row: Row | None) -> Any:
    tree = whole_tree(row) if row else {}
    return {} if tree in ({"all": []}, {"any": []}, {"none": []}) else tree


def show_secret(request: HttpRequest, hook: Webhook, secret: str) -> HttpResponse:
    """The only page that ever shows it."""
    return render(request, "webhooks/secret.html", {"hook": hook, "heading": hook.name, "secret": secret})


def log(request: HttpRequest, pk: int) -> HttpResponse:
    """The messages to one webhook, the newest first."""
    actor = administrator(request)
    hook: Any = queries.find_webhook(pk)
    hook.about = about(hook, actor)
    state = request.GET.get("state", "")
    before = whole_number(request.GET.get("before", ""))
    found, next_before = queries.page_of_messages(hook, state=state, before=before, limit=PAGE_SIZE)
    for one in found:
        one.about = type_words(one)
    context = {
        "hook": hook,
        "heading": hook.name,
        "deliveries": found,
        "next_before": next_before,
        "waiting": ",".join(f"#message-{one.pk}" for one in found if one.state == Delivery.State.WAITING),
        "state": state,
        "states": Delivery.State.choices,
        "has_failed": hook.deliveries.filter(state=Delivery.State.FAILED).exists(),
    }
    return render(request, "webhooks/log.html", context)


def type_words(delivery: Delivery) -> str:
    """ "People: changed" """
    if delivery.event == TEST:
        return _("Test message")
    event = dict(Event.choices).get(delivery.event, delivery.event)
    known = delivery.record_type in registry
    label = registry.get(delivery.record_type).label_plural if known else delivery.record_type
    return f"{capfirst(str(label))}: {event}"


def show_message(request: HttpRequest, pk: int, delivery_pk: int) -> HttpResponse:
    """One message with what was answered to each attempt."""
    administrator(request)
    hook = queries.find_webhook(pk)
    delivery = queries.find_message(hook, delivery_pk)
    context = {
        "hook": hook,
        "delivery": delivery,
        "heading": delivery.message_id,
        "about": type_words(delivery),
        "attempts": delivery.tries.order_by("-pk"),
    }
    return render(request, "webhooks/message.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, go on, send a test message, delete."""
    actor = administrator(request)
    hook = queries.find_webhook(pk)
    if verb == "delete":
        services.delete_webhook(hook, actor=actor)
        messages.success(request, _("“%(what)s” is deleted.") % {"what": hook})
        return redirect("webhooks:list")
    if verb == "pause":
        services.pause_webhook(hook, actor=actor)
        messages.success(request, _("Paused. Messages wait until you turn it on."))
    elif verb == "resume":
        services.resume_webhook(hook, actor=actor)
        messages.success(request, _("Turned on. What waited is sent now."))
    else:
        services.send_test(hook, actor=actor)
        messages.success(request, _("A test message is on its way."))
    return redirect("webhooks:log", pk)


@never_cache
@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    actor = administrator(request)
    hook = queries.find_webhook(pk)
    return show_secret(request, hook, services.rotate_secret(hook, actor=actor))


@require_POST
def redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    """The chosen messages (`message`), or all that failed (`failed`)."""
    actor = administrator(request)
    hook = queries.find_webhook(pk)
    numbers = [one for text in request.POST.getlist("message") if (one := whole_number(text)) is not None]
    chosen = None if request.POST.get("failed") else numbers
    count = services.redeliver(hook, chosen, actor=actor)
    messages.success(
        request,
        ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count) % {"count": count},
    )
    return redirect("webhooks:log", pk)
