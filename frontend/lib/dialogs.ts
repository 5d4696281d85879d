import htmx from "htmx.org";

/**
 * Dialogs of the page. `data-dialog-open="ID"` opens one, `data-dialog-close` closes the one around it.
 * A fragment that htmx puts into #dialog-slot or #drawer-slot opens its host. `#dialog=/address/` in the address of the
 * page opens that dialog (engine/pages/dialog_pages.py).
 */
export function watchDialogs(): void {
  document.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>("[data-dialog-open], [data-dialog-close]");
    if (!pressed) return;
    if (pressed.dataset["dialogOpen"]) openDialog(pressed.dataset["dialogOpen"]);
    else pressed.closest("dialog")?.close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const slot = event.target as Element;
    const host = slot.classList.contains("dialog-slot") ? slot.closest("dialog") : null;
    if (host) showFragment(host, slot);
  });
  document.addEventListener("dialog:close", (event) => {
    const from = (event.target as Element).closest?.("dialog") ?? topDialog();
    from?.close();
  });
  openAsked();
}

/** Anybody can write such an address: what is a file, perhaps of a stranger, is not put into the page. */
function openAsked(): void {
  const path = decoded(/^#dialog=(.+)$/.exec(location.hash)?.[1] ?? "");
  if (!/^\/[^/\\]/.test(path)) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  const guard = (event: Event): void => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; target: Element; shouldSwap: boolean }>;
    if (detail.target.id !== "dialog-slot") return;
    document.removeEventListener("htmx:beforeSwap", guard);
    const isPart = detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html") && !detail.xhr.getResponseHeader("Content-Disposition");
    detail.shouldSwap &&= isPart === true && detail.xhr.responseText.includes("data-dialog-title");
  };
  document.addEventListener("htmx:beforeSwap", guard);
  void htmx.ajax("get", path, { target: "#dialog-slot", swap: "innerHTML" });
}

/** "" for what is no part of an address. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

const CONTROLS = "input:not([type=hidden], [hidden]), select:not(.ts-hidden-accessible), textarea";

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** The modal dialog that the user sees on top, if one is open. */
export function topDialog(): HTMLDialogElement | null {
  return [...document.querySelectorAll<HTMLDialogElement>("dialog[open]")].at(-1) ?? null;
}

function showFragment(host: HTMLDialogElement, slot: Element): void {
  if (!slot.childElementCount) {
    host.close();
    return;
  }
  const title = slot.querySelector<HTMLElement>("[data-dialog-title]");
  if (title) {
    title.id ||= `${host.id}-title`;
    host.setAttribute("aria-labelledby", title.id);
  }
  host.classList.toggle("dialog-wide", slot.querySelector("[data-dialog-wide]") !== null && host.id === "dialog");
  if (!host.open) host.showModal();
  const first = [".field-invalid", "[autofocus]", ".dialog-body"].map((part) => slot.querySelector<HTMLElement>(`${part} :is(${CONTROLS}), ${part}:is(${CONTROLS})`)).find(Boolean);
  first?.focus();
}
