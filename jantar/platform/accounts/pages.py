"""Sign-in, sign-out and the user's own settings."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from jantar.platform.accounts.forms import PasswordForm, ProfileForm, SignInForm, TokenForm
from jantar.platform.accounts.middleware import signed_in_user
from jantar.platform.accounts.models import ApiToken
from jantar.platform.accounts.sign_in import TooManyTries, check_sign_in


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; afterwards to the own address in `next`."""
    target = own_address(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and try_sign_in(request, form):
        return redirect(target)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/sign_in.html", {"form": form, "next": target}, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in_part(request: HttpRequest) -> HttpResponse:
    """The same form for the dialog that a page shows when its session has ended."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and try_sign_in(request, form):
        return HttpResponse(status=204)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/sign_in_part.html", {"form": form}, status=status)


def try_sign_in(request: HttpRequest, form: SignInForm) -> bool:
    """Signs in when the form is right; else the form says why not, without telling whether the account exists."""
    if not form.is_valid():
        return False
    try:
        user = check_sign_in(address_of(request), form.cleaned_data["email"], form.cleaned_data["password"])
    except TooManyTries as error:
        text = ngettext(
            "Too many attempts. Try again in %(n)d second.",
            "Too many attempts. Try again in %(n)d seconds.",
            error.seconds,
        )
        form.add_error(None, text % {"n": error.seconds})
        return False
    if user is None:
        form.add_error(None, _("E-mail and password do not match. Check both and try again."))
        return False
    login(request, user)
    return True


def address_of(request: HttpRequest) -> str | None:
    """The caller's address; behind JANTAR_PROXIES proxies the one the outermost of them saw."""
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.PROXIES and len(forwarded) >= settings.PROXIES:
        address = forwarded[-settings.PROXIES]
    else:
        address = request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def own_address(request: HttpRequest, address: str) -> str:
    """The address when it is one of ours, else the start page."""
    if not address.startswith("/"):
        return "/"
    allowed = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if allowed and urlsplit(address).path != reverse("accounts:sign_out") else "/"


@login_not_required
@never_cache
def session_state(request: HttpRequest) -> HttpResponse:
    """Whether the session still lives, and the token its forms need now."""
    if not request.user.is_authenticated:
        return JsonResponse({"user": None}, status=401)
    return JsonResponse({"user": request.user.pk, "csrf": get_token(request)})


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("accounts:sign_in")


def edit_profile(request: HttpRequest) -> HttpResponse:
    user = signed_in_user(request)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(user.language):
            messages.success(request, _("Your profile is saved."))
        response = redirect("accounts:profile")
        response.delete_cookie("theme")
        return response
    status = 422 if form.is_bound else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)


@never_cache
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Keeps this session and ends all others, whose key the new password no longer fits."""
    user = signed_in_user(request)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        user.set_password(form.cleaned_data["new"])
        user.save(update_fields=["password"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed. All other sessions have ended."))
        return redirect("accounts:profile")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)


@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """The user's API tokens. A new one is shown in the answer to its creation and never again."""
    user = signed_in_user(request)
    form = TokenForm(request.POST or None)
    new_token = ""
    if request.method == "POST" and form.is_valid():
        _token, new_token = ApiToken.issue(user, form.cleaned_data["name"], form.expires_at)
        form = TokenForm()
    status = 422 if form.is_bound else 200
    context = {"form": form, "new_token": new_token, "tokens": user.api_tokens.order_by("-created_at")}
    return render(request, "accounts/tokens.html", context, status=status)


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(signed_in_user(request).api_tokens, pk=pk)
    token.delete()
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
    return redirect("accounts:tokens")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """From the user's menu: light, dark or as the system ("auto")."""
    theme = {"auto": "system"}.get(request.POST.get("theme", ""), request.POST.get("theme", ""))
    user = signed_in_user(request)
    if theme not in dict(user._meta.get_field("theme").flatchoices):
        return HttpResponse(_("There is no such theme."), status=422, content_type="text/plain; charset=utf-8")
    user.theme = theme
    user.save(update_fields=["theme"])
    return HttpResponse(status=204)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    user = signed_in_user(request)
    if language in dict(user._meta.get_field("language").flatchoices):
        user.language = language
        user.save(update_fields=["language"])
    return redirect(own_address(request, request.POST.get("next", "")))
