"""The page of outgoing mail, for administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jantar.kit.numbers import whole_number
from jantar.platform.mail import services
from jantar.platform.mail.models import SentMail

PAGE_SIZE = 50
P = ParamSpec("P")


def for_administrators(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Nobody else learns that the page exists."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not getattr(request.user, "is_admin", False):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@for_administrators
def show_list(request: HttpRequest) -> HttpResponse:
    """Mails, newest first, with what became of them."""
    mails = SentMail.objects.select_related("owner").order_by("-pk")
    before = whole_number(request.GET.get("before", ""))
    if before is not None:
        mails = mails.filter(pk__lt=before)
    found = list(mails[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    context = {"mails": page, "next_before": page[-1].pk if len(found) > PAGE_SIZE else None}
    return render(request, "mail/list.html", context)


@for_administrators
def show_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail with its text."""
    return render(request, "mail/mail.html", {"mail": get_object_or_404(SentMail, pk=pk)})


@for_administrators
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a mail again that was given up."""
    if services.send_again(get_object_or_404(SentMail, pk=pk)):
        messages.success(request, _("The mail is sent again."))
    return redirect("mail:list")


@for_administrators
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """Send a mail to the administrator who asks."""
    address = getattr(request.user, "email", "")
    services.send_mail(
        [address],
        subject=_("Test mail from Jantar"),
        body=_("Outgoing mail works."),
        owner_id=request.user.pk,
    )
    messages.success(request, _("A test mail to %(address)s is on its way.") % {"address": address})
    return redirect("mail:list")
