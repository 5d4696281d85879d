"""The page of background jobs: what runs, how far it is, what came of it."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jantar.kit.numbers import whole_number
from jantar.platform.jobs import queue
from jantar.platform.jobs.models import JobRun, JobRunQuerySet

PAGE_SIZE = 50


@never_cache
def show_list(request: HttpRequest) -> HttpResponse:
    """The user's runs, newest first; administrators may look at everybody's."""
    return render(request, "jobs/list.html", _shown(request))


@never_cache
def show_rows(request: HttpRequest) -> HttpResponse:
    """The table alone, asked for again and again while something runs."""
    return render(request, "jobs/rows.html", _shown(request))


@never_cache
def show_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """One run as a fragment for the page that started it, for the behaviour `job-progress`."""
    run = get_object_or_404(_visible(request), pk=pk)
    return render(request, "jobs/progress.html", {"run": run})


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a failed or cancelled run be done again."""
    run = get_object_or_404(_visible(request), pk=pk)
    if queue.retry(run):
        messages.success(request, _("“%(job)s” is tried again.") % {"job": run.label})
    return redirect(_way_back(request))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a run; what an unfinished one did is undone."""
    run = get_object_or_404(_visible(request), pk=pk)
    if queue.cancel(run):
        messages.success(request, _("“%(job)s” is being cancelled.") % {"job": run.label})
    else:
        messages.info(request, _("“%(job)s” had ended already.") % {"job": run.label})
    return redirect(_way_back(request))


def _shown(request: HttpRequest) -> dict[str, object]:
    everybody = request.GET.get("who") == "all" and _is_admin(request)
    runs = _visible(request) if everybody else _visible(request).filter(owner_id=request.user.pk, is_internal=False)
    before = whole_number(request.GET.get("before", ""))
    if before is not None:
        runs = runs.filter(pk__lt=before)
    found = list(runs.select_related("owner").order_by("-pk")[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    return {
        "runs": page,
        "next_before": page[-1].pk if len(found) > PAGE_SIZE else None,
        "everybody": everybody,
        "only_mine": not everybody,
        "may_see_all": _is_admin(request),
        "is_running": any(run.is_open for run in page),
        "query": request.GET.urlencode(),
    }


def _visible(request: HttpRequest) -> JobRunQuerySet:
    return JobRun.objects.visible_for(request.user.pk, is_admin=_is_admin(request))


def _is_admin(request: HttpRequest) -> bool:
    return bool(getattr(cast(AbstractBaseUser, request.user), "is_admin", False))


def _way_back(request: HttpRequest) -> str:
    return reverse("jobs:list") + ("?who=all" if request.POST.get("who") == "all" else "")
