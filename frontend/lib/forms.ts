/** Every form is sent once: a second press while it is on its way does nothing. `data-submit-many` opts out. */
const LONGEST_MS = 20_000;

export function watchForms(): void {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("keydown", sendByKeyboard);
  for (const name of ["htmx:afterRequest", "htmx:sendError"]) document.addEventListener(name, (event) => release(event.target));
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) release(form);
  });
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (form.method === "dialog" || "submitMany" in form.dataset) return;
  if ("sending" in form.dataset) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset["sending"] = "";
  event.submitter?.setAttribute("aria-busy", "true");
  // A page that answers with a download never leaves: the form must be usable again.
  setTimeout(() => release(form), LONGEST_MS);
  queueMicrotask(() => {
    if (event.defaultPrevented && !form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [hx-get]")) release(form);
  });
}

function release(target: EventTarget | null): void {
  const form = target instanceof Element ? target.closest("form") : null;
  if (!form) return;
  delete form.dataset["sending"];
  for (const button of form.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
}

function sendByKeyboard(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(event.target instanceof Element)) return;
  const form = event.target.closest("form");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector<HTMLElement>("button:not([type=button], [type=reset])"));
}
