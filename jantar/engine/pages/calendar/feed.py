"""The calendar of a user for other programs: iCalendar behind a secret address, and the page that gives it."""

import hashlib
import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jantar.engine.pages.calendar.feed_text import calendar_text
from jantar.engine.pages.models import CalendarFeed
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records.errors import NotFound
from jantar.platform.accounts.middleware import signed_in_user


@login_not_required
@require_safe
def show_feed(request: HttpRequest) -> HttpResponse:
    """GET ?key=SECRET. The key stands in the query, which no log has. Raises NotFound for one that is not in force."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=digest_of(request.GET.get("key", ""))).first()
    if feed is None or not feed.user.is_active:
        raise NotFound(_("There is no such page."))
    now = timezone.now()
    if feed.last_used_at is None or now - feed.last_used_at > timedelta(minutes=1):
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)
    actor = actor_for(feed.user)
    with translation.override(feed.user.language), timezone.override(ZoneInfo(feed.user.time_zone)):
        content = calendar_text(actor, now)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="jantar.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
def show_account(request: HttpRequest, address: str = "") -> HttpResponse:
    """Your account: whether there is an address, when it was last asked; `address` is shown once."""
    feed = CalendarFeed.objects.filter(user=signed_in_user(request)).first()
    return render(request, "pages/calendar_account.html", {"feed": feed, "address": address})


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A new address; one given before no longer works."""
    key = secrets.token_urlsafe(32)
    values = {"digest": digest_of(key), "created_at": timezone.now(), "last_used_at": None}
    CalendarFeed.objects.update_or_create(user=signed_in_user(request), defaults=values)
    return show_account(request, f"{settings.ADDRESS}{reverse('pages:calendar_feed')}?key={key}")


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    CalendarFeed.objects.filter(user=signed_in_user(request)).delete()
    messages.success(request, _("The address no longer works."))
    return redirect("pages:account_calendar")


def digest_of(key: str) -> str:
    """Keys have 256 random bits, so a plain hash is enough to store them."""
    return hashlib.sha256(key.encode()).hexdigest()
