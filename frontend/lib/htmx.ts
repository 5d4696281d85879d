import htmx from "htmx.org";
import { csrfToken, tellFailure } from "./http";

Object.assign(htmx.config, {
  // Not "style": carried over to the new element it would be an inline style, which the policy forbids.
  attributesToSettle: ["class"],
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "409", swap: true, target: "#dialog-slot", swapOverride: "innerHTML" },
    { code: "[45]..", swap: false, error: true },
  ],
});

let running = 0;
function showRunning(change: number): void {
  running = Math.max(0, running + change);
  document.getElementById("load-bar")?.classList.toggle("is-active", running > 0);
}

type RequestEvent = CustomEvent<{ xhr: XMLHttpRequest; headers: Record<string, string> }>;

document.addEventListener("htmx:configRequest", (event) => {
  (event as RequestEvent).detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:beforeRequest", () => showRunning(1));
document.addEventListener("htmx:afterRequest", () => showRunning(-1));
document.addEventListener("htmx:sendError", () => tellFailure(0, "", ""));
document.addEventListener("htmx:timeout", () => tellFailure(0, "", ""));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as RequestEvent).detail;
  tellFailure(xhr.status, xhr.getResponseHeader("Content-Type") ?? "", xhr.responseText);
});

export { htmx };
