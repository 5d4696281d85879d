"""The sentence that reads a rule back while it is chosen."""

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.recurrence import in_words
from jantar.engine.pages.forms.recurring import posted_rule
from jantar.engine.pages.loading import load_type
from jantar.engine.records.errors import NotFound
from jantar.kit.errors import InputError
from jantar.kit.recurrence import follow_start, read_rule


@require_POST
def show_words(request: HttpRequest, type_name: str) -> HttpResponse:
    """POST of the controls of a form: the rule as a sentence, with the days that it takes from the start."""
    record_type = load_type(request, type_name)
    calendar = record_type.calendar
    if calendar is None or not calendar.repeats:
        raise NotFound(_("There is no such page."))
    text = posted_rule(request.POST, calendar.repeats)
    start = start_of(record_type.own_fields[calendar.start], request.POST.get(calendar.start, ""))
    words, is_wrong = "", False
    if text:
        try:
            rule = read_rule(text)
            words = in_words(follow_start(rule, start) if start else rule)
        except InputError as error:
            words, is_wrong = str(FieldError.said(error)), True
    return render(request, "pages/rule_words.html", {"words": words, "is_wrong": is_wrong})


def start_of(field: Field, text: str) -> date | None:
    try:
        value = field.parse(text)
    except FieldError:
        return None
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
