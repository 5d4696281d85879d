"""What a view tells the shell through htmx: a toast, a closed dialog, a changed record."""

from typing import TypeVar

from django.http import HttpResponse
from django.utils.functional import Promise
from django_htmx.http import trigger_client_event

Response = TypeVar("Response", bound=HttpResponse)


def with_toast(
    response: Response,
    message: str | Promise,
    *,
    tone: str = "success",
    action_label: str | Promise = "",
    action_url: str = "",
    link_url: str = "",
) -> Response:
    """Shows `message` in the toasts region. The action is a POST to `action_url` ("Undo").

    `link_url` is a page that tells more. A message of Django leads there when its extra tags are "show:ADDRESS".
    """
    detail = {"message": str(message), "tone": tone, "actionLabel": str(action_label), "actionUrl": action_url}
    detail["linkUrl"] = link_url
    return trigger_client_event(response, "toast:show", detail)


def with_closed_dialog(response: Response) -> Response:
    """Closes the dialog or drawer that the request came from."""
    return trigger_client_event(response, "dialog:close", {})


def with_event(response: Response, name: str, detail: dict[str, object] | None = None) -> Response:
    """Triggers an event on the page; parts with `hx-trigger="NAME from:body"` load themselves anew."""
    return trigger_client_event(response, name, detail or {})
