"""The dialogs in which a date is watched: of one record, or of every record of a view."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.following.date_watching import (
    dates_of,
    unwatch_date,
    watch_date,
    watch_dates_of_view,
    watch_of,
)
from jantar.engine.following.models import DateWatch
from jantar.engine.following.questions import place_of, view_of
from jantar.engine.pages.filters.places import by_label
from jantar.engine.pages.loading import load_record, load_type
from jantar.engine.pages.record.content import ShownField
from jantar.engine.pages.record.facts import watch_button
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import NotFound
from jantar.engine.records.record_type import RecordType
from jantar.kit.numbers import whole_number
from jantar.ui.responses import with_closed_dialog, with_toast

#: In the address: the dialog was opened from the page of all watches, to which it goes back.
FROM_WATCHES = "watches"
LONGEST = 80


class Leads(forms.CharField):
    """Several whole numbers with commas between them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=LONGEST, **options)

    def clean(self, value: Any) -> Any:
        words = super().clean(value).replace(";", ",").split(",")
        numbers = [whole_number(word.strip()) for word in words if word.strip()]
        if None in numbers:
            raise forms.ValidationError(_("Whole numbers with commas between them, such as “5, 1”."))
        return numbers


class DateWatchForm(forms.Form):
    days = Leads(
        label=gettext_lazy("Days before"),
        help_text=gettext_lazy("Such as “5, 1”; 0 is the day itself. You are told in the morning of a working day."),
    )
    hours = Leads(label=gettext_lazy("Hours before"), help_text=gettext_lazy("Such as “2”."))
    on_change = forms.BooleanField(label=gettext_lazy("Tell me when somebody changes it"), required=False)

    def __init__(self, data: Any, *, watch: DateWatch | None, has_time: bool) -> None:
        start = {"days": "5, 1", "hours": "", "on_change": True}
        if watch is not None:
            start = {"days": written(watch.days), "hours": written(watch.hours), "on_change": watch.on_change}
        super().__init__(data, initial=start)
        if not has_time:
            del self.fields["hours"]

    @property
    def chosen(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"days": data["days"], "hours": data.get("hours", []), "on_change": data["on_change"]}

    def refuse(self, error: Invalid) -> None:
        for name, texts in error.errors.items():
            for message in texts:
                self.add_error(name if name in self.fields else None, message)


class ViewDatesForm(DateWatchForm):
    """The same with a choice of the date; which of them have a time of day is told when it was chosen."""

    field = forms.ChoiceField(label=gettext_lazy("Date"))
    field_order = ("field", "days", "hours", "on_change")

    def __init__(self, data: Any, *, dates: dict[str, Field], watch: DateWatch | None, name: str) -> None:
        super().__init__(data, watch=watch, has_time=any(one.kind == "datetime" for one in dates.values()))
        choices: Any = self.fields["field"]
        choices.choices = by_label([(key, capfirst(str(one.label))) for key, one in dates.items()])
        choices.initial = name


def written(numbers: list[int]) -> str:
    """ "5, 1": the longest first, as one would say it."""
    return ", ".join(str(one) for one in sorted(numbers, reverse=True))


def watch_record_date(request: HttpRequest, type_name: str, pk: int, name: str) -> HttpResponse:
    """The dialog about a date of one record; POST keeps it, with ?end it is no longer watched."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    record = load_record(request, record_type, pk)
    field = dates_of(record_type, actor).get(name)
    if field is None:
        raise NotFound(_("There is no such field."))
    watch = watch_of(name, actor, record_type=type_name, record_id=pk)
    context = {"field": field, "record": record, "record_type": record_type, "watch": watch}
    if request.method == "POST" and "end" in request.GET:
        if watch is not None:
            unwatch_date(watch.pk, actor=actor)
        return kept(request, {**context, "watch": None}, _("You are no longer reminded of this date."))
    form = DateWatchForm(request.POST or None, watch=watch, has_time=field.kind == "datetime")
    if request.method == "POST" and form.is_valid():
        try:
            context["watch"] = watch_date(RecordKey(type_name, pk), name, actor=actor, **form.chosen)
        except Invalid as error:
            form.refuse(error)
        else:
            return kept(request, context, _("You will be told of this date."))
    context |= {"form": form, "title": capfirst(str(field.label)), "subtitle": str(record)}
    return ask(request, context)


def watch_view_dates(request: HttpRequest, type_name: str, view: str) -> HttpResponse:
    """The dialog about a date of every record of a view (?field= names the one to begin with)."""
    record_type, actor = load_type(request, type_name), current_actor(request)
    shown, dates = view_of(view, record_type, actor), dates_of(record_type, actor)
    if not dates:
        raise NotFound(_("There is no such field."))
    name = request.POST.get("field") or request.GET.get("field") or first_date(record_type, dates)
    watch = watch_of(name, actor, record_type=type_name, **place_of(view)) if name in dates else None
    form = ViewDatesForm(request.POST or None, dates=dates, watch=watch, name=name)
    if request.method == "POST" and form.is_valid():
        try:
            watch_dates_of_view(record_type, view, form.cleaned_data["field"], actor=actor, **form.chosen)
        except Invalid as error:
            form.refuse(error)
        else:
            told = _("You will be told of the dates in this view.")
            return done(request, _("You will be told of the dates in this list.") if shown.is_list else told)
    title = _("Dates in “%(view)s”") % {"view": shown.name}
    return ask(request, {"form": form, "title": title, "record_type": record_type})


@require_POST
def end_date(request: HttpRequest, pk: int) -> HttpResponse:
    """From the page of all watches."""
    unwatch_date(pk, actor=current_actor(request))
    messages.success(request, _("You are no longer reminded of this date."))
    return redirect("pages:watches")


def first_date(record_type: RecordType, dates: dict[str, Field]) -> str:
    """The deadline of the type, else a date that lists show, else the first one."""
    wanted = [*(one.field for one in record_type.deadlines), *record_type.columns, *dates]
    return next(name for name in wanted if name in dates)


def ask(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    form = context["form"]
    context["action"] = request.get_full_path()
    return render(request, "following/date_dialog.html", context, status=422 if form.is_bound else 200)


def kept(request: HttpRequest, context: dict[str, Any], words: str) -> HttpResponse:
    """The button beside the date anew."""
    if FROM_WATCHES in request.GET:
        return done(request, words)
    shown = ShownField(context["field"], "", watch=request.path, is_watched=context["watch"] is not None)
    answer = render(request, "following/date_kept.html", {"name": shown.name, "button": watch_button(shown)})
    return with_toast(with_closed_dialog(answer), words)


def done(request: HttpRequest, words: str) -> HttpResponse:
    if FROM_WATCHES in request.GET:
        return HttpResponseClientRedirect(reverse("pages:watches"))
    return with_toast(with_closed_dialog(HttpResponse(status=204)), words)
