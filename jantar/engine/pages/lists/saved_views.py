"""Saving what a list shows under a name, renaming, deleting, and choosing what the list opens with."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from jantar.engine.following.date_watching import dates_of
from jantar.engine.lists.condition import LISTS
from jantar.engine.pages.lists.column_widths import keep_widths, widths_of
from jantar.engine.pages.lists.picked_views import PickedView
from jantar.engine.pages.lists.pinned_views import follow_view, forget_view, signed_in
from jantar.engine.pages.lists.ready_views import ReadyView
from jantar.engine.pages.lists.state import ALL, ListState, View, from_parameters, read_state, state_from
from jantar.engine.pages.loading import load_type
from jantar.engine.pages.models import Audience, SavedView
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.middleware import current_actor
from jantar.engine.records.errors import BadQuery, NotAllowed, NotFound
from jantar.engine.records.record_type import RecordType
from jantar.ui.addresses import address


@dataclass(frozen=True)
class ViewMenu:
    """What the menu of views offers for a state."""

    state: ListState
    pins: frozenset[int | str] = frozenset()

    @property
    def kept_by(self) -> tuple[object, ...]:
        """What the menu depends on besides the address of the list, which names the view shown."""
        state = self.state
        views = [(str(view.pk), str(view.name)) for view in state.all_views]
        is_default = bool(self.shown_saved and self.shown_saved.is_default)
        offers = (self.may_change, self.is_pinned, self.may_be_default, is_default, self.opens_here, state.is_changed)
        picked = (self.lists_url, self.picked and self.picked.name)
        watching = (bool(self.watch_url), bool(self.dates_url))
        return (views, state.opening, str(state.view and state.view.pk), offers, picked, watching)

    @property
    def is_pinned(self) -> bool:
        return self.state.view is not None and self.state.view.pk in self.pins

    @property
    def may_change(self) -> bool:
        return self.state.view is not None and self.state.view.may_change(self.state.actor)

    @property
    def may_save(self) -> bool:
        return self.may_change and self.state.is_changed

    @property
    def opens_here(self) -> bool:
        view = self.state.view
        return self.state.opening == (str(view.pk) if view else "")

    @property
    def shown_saved(self) -> SavedView | None:
        return self.state.view if isinstance(self.state.view, SavedView) else None

    @property
    def may_be_default(self) -> bool:
        """Whether it can be made the default, or no longer be it: by an administrator, of a view everyone sees."""
        view = self.shown_saved
        return view is not None and self.state.actor.is_admin and view.audience == Audience.EVERYONE

    @property
    def picked(self) -> PickedView | None:
        """The hand-picked list that is shown."""
        return self.state.view if isinstance(self.state.view, PickedView) else None

    @property
    def lists_url(self) -> str:
        """Where the hand-picked lists of the type are found; "" where there can be none."""
        record_type, actor = self.state.record_type, self.state.actor
        if record_type.within is not None or actor.as_of or not actor.may("see", LISTS):
            return ""
        return address("pages:lists_of", record_type.name)

    @property
    def watch_url(self) -> str:
        """Where one begins or ends to watch the view or the hand-picked list; "" where there is none."""
        view, record_type = self.state.view, self.state.record_type
        if view is None or self.state.actor.as_of:
            return ""
        return reverse("pages:watch_view", args=[record_type.name, view.pk])

    @property
    def dates_url(self) -> str:
        """Where one is reminded of the dates of the records of the view; "" where there is no view or no date."""
        view, record_type = self.state.view, self.state.record_type
        if not self.watch_url or view is None or not dates_of(record_type, self.state.actor):
            return ""
        return reverse("pages:watch_view_dates", args=[record_type.name, view.pk])

    @property
    def default_url(self) -> str:
        return self._url("view_default", self.view_pk)

    @property
    def pin_url(self) -> str:
        return self._url("list_pin", self.picked.picked.pk) if self.picked else self._url("view_pin", self.view_pk)

    @property
    def share_path(self) -> str:
        """The address that shows what is shown now, to be passed on."""
        return self.state.here

    @property
    def views(self) -> list[tuple[View, str, bool]]:
        """Every view with its address and whether it is shown."""
        state = self.state
        return [(view, state.view_address(str(view.pk)), view == state.view) for view in state.all_views]

    @property
    def save_as(self) -> str:
        return self.state.part("view_new", place=self.state.place)

    @property
    def opens_url(self) -> str:
        return self._url("view_opens")

    @property
    def edit_url(self) -> str:
        return self._url("view_edit", self.view_pk)

    @property
    def save_url(self) -> str:
        return self._url("view_save", self.view_pk)

    @property
    def delete_url(self) -> str:
        return self._url("view_delete", self.view_pk)

    @property
    def view_pk(self) -> int:
        assert isinstance(self.state.view, SavedView)
        return self.state.view.pk

    def _url(self, name: str, *args: int) -> str:
        return f"{reverse(f'pages:{name}', args=[self.state.record_type.name, *args])}?place={self.state.place}"


class ViewForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    audience = forms.ChoiceField(label=gettext_lazy("Who sees it"), choices=Audience.choices, initial=Audience.PRIVATE)
    opens = forms.BooleanField(label=gettext_lazy("Open this list with it"), required=False)

    def __init__(self, *args: Any, state: ListState, view: SavedView | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.state, self.view = state, view
        self.fields["name"].widget.attrs["autofocus"] = True
        if state.actor.main_team is None:
            self.fields["audience"].choices = [  # type: ignore[attr-defined]
                choice for choice in Audience.choices if choice[0] != Audience.TEAM
            ]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        owner = self.view.owner_id if self.view else self.state.actor.user_id
        same = SavedView.objects.visible_to(self.state.actor)
        same = same.filter(record_type=self.state.record_type.name, owner_id=owner, name=name)
        if same.exclude(pk=self.view.pk if self.view else 0).exists():
            raise forms.ValidationError(_("You already have a view with this name."))
        return name


def save_as(request: HttpRequest, type_name: str) -> HttpResponse:
    """A dialog that asks for the name; then what the list shows becomes a new view."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    if request.method != "POST":
        state = read_state(request, record_type)
        name = _("Copy of %(name)s") % {"name": state.view.name} if state.view and not state.is_changed else ""
        return show_form(request, state, ViewForm(state=state, initial={"name": name[:60]}))
    state = state_from(request.POST.get("state", ""), record_type, actor)
    form = ViewForm(request.POST, state=state)
    if not form.is_valid():
        return show_form(request, state, form, status=422)
    view = SavedView(record_type=record_type.name, owner_id=signed_in(actor))
    fill(view, state)
    name_view(view, form, actor)
    keep_widths(state, widths_of(state), key=str(view.pk))
    return HttpResponseClientRedirect(shown(state, view))


def edit_view(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """A dialog for the name and audience of a view."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    view = load_view(record_type, pk, actor)
    state = from_parameters(QueryDict(f"view={pk}"), record_type, actor, request.GET.get("place", "list"))
    start = {"name": view.name, "audience": view.audience, "opens": is_opening(state, view)}
    form = ViewForm(request.POST or None, state=state, view=view, initial=start)
    if request.method != "POST" or not form.is_valid():
        return show_form(request, state, form, view, status=422 if form.is_bound else 200)
    name_view(view, form, actor)
    return HttpResponseClientRedirect(shown(state, view))


@require_POST
def update_view(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """What the list shows replaces what the view held."""
    record_type = load_type(request, type_name)
    view = load_view(record_type, pk, current_actor(request))
    state = state_from(request.POST.get("state", ""), record_type, current_actor(request))
    fill(view, state)
    view.save()
    return HttpResponseClientRedirect(shown(state, view))


@require_POST
def delete_view(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    load_view(record_type, pk, actor).delete()
    forget_view(pk)
    place = request.GET.get("place", "list")
    return HttpResponseClientRedirect(ListState(record_type, actor, place if place == "board" else "list").address())


@require_POST
def set_default(request: HttpRequest, type_name: str, pk: int) -> HttpResponse:
    """The list opens with the view for everyone who chose nothing else; a second time takes that back."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    view = load_view(record_type, pk, actor)
    if not actor.is_admin:
        raise NotAllowed(_("Only an administrator can do this."))
    if view.audience != Audience.EVERYONE:
        raise BadQuery("view", _("Share the view with everyone first."))
    is_default = not view.is_default
    every = SavedView.objects.visible_to(actor).filter(record_type=record_type.name, is_default=True)
    every.update(is_default=False)
    view.is_default = is_default
    view.save(update_fields=["is_default"])
    return HttpResponseClientRedirect(state_from(request.POST.get("state", ""), record_type, actor).address())


@require_POST
def open_with(request: HttpRequest, type_name: str) -> HttpResponse:
    """The list opens with the view shown; with everything when no view is."""
    record_type = load_type(request, type_name)
    actor = current_actor(request)
    state = state_from(request.POST.get("state", ""), record_type, actor)
    set_opening(record_type, actor, state.view)
    return HttpResponseClientRedirect(state.address())


def show_form(
    request: HttpRequest, state: ListState, form: ViewForm, view: SavedView | None = None, status: int = 200
) -> HttpResponse:
    context = {"state": state, "form": form, "view": view, "action": request.get_full_path()}
    return render(request, "pages/list_view_dialog.html", context, status=status)


def load_view(record_type: RecordType, pk: int, actor: Actor) -> SavedView:
    """A view the actor may change. Raises NotFound, or NotAllowed for one of somebody else."""
    view = SavedView.objects.visible_to(actor).exclude(name="").filter(record_type=record_type.name, pk=pk).first()
    if view is None:
        raise NotFound(_("This view no longer exists, or it is not shared with you."))
    if not view.may_change(actor):
        raise NotAllowed(_("Only its owner can change this view. Save it under another name."))
    return view


def fill(view: SavedView, state: ListState) -> None:
    view.filter, view.search, view.sort = state.filter, state.search, state.sort
    view.columns, view.sums, view.grouped_by = [*state.columns], [*state.sums], state.by


def name_view(view: SavedView, form: ViewForm, actor: Actor) -> None:
    view.name, view.audience = form.cleaned_data["name"], form.cleaned_data["audience"]
    view.team_id = actor.main_team if view.audience == Audience.TEAM else None
    view.is_default = view.is_default and view.audience == Audience.EVERYONE
    view.save()
    follow_view(view)
    record_type = form.state.record_type
    if form.cleaned_data["opens"]:
        set_opening(record_type, actor, view)
    elif is_opening(form.state, view):
        set_opening(record_type, actor, None)


def is_opening(state: ListState, view: SavedView) -> bool:
    return state.layout is not None and state.layout.opens_with_id == view.pk


def set_opening(record_type: RecordType, actor: Actor, view: View | None) -> None:
    """The list opens with the view from now on; with everything for None."""
    saved = view if isinstance(view, SavedView) else None
    ready = view.pk if isinstance(view, ReadyView | PickedView) else ALL
    SavedView.objects.visible_to(actor).update_or_create(
        record_type=record_type.name, owner_id=actor.user_id, name="",
        defaults={"opens_with": saved, "opens_with_ready": "" if saved else ready},
    )  # fmt: skip


def shown(state: ListState, view: SavedView) -> str:
    """The address of a view, unchanged."""
    return state.address(
        view=view, filter=view.filter, search=view.search, sort=view.sort, by=view.grouped_by,
        columns=None, sums=None, is_all=False,
    )  # fmt: skip
