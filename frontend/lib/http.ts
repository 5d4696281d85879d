import { toast } from "./toasts";
import { text } from "./texts";

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
}

/** A signed-in-again page has a new token: gives it to later requests and to the forms on the page. */
export function setCsrfToken(token: string): void {
  const meta = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]");
  if (meta) meta.content = token;
  for (const input of document.querySelectorAll<HTMLInputElement>("input[name=csrfmiddlewaretoken]")) input.value = token;
}

/** fetch with the CSRF token. A failure is told to the user here; the answer is null then. */
export async function send(url: string, init: RequestInit = {}): Promise<Response | null> {
  const headers = new Headers(init.headers);
  headers.set("X-CSRFToken", csrfToken());
  headers.set("X-Requested-With", "fetch");
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    toast(text("offline"), { tone: "danger" });
    return null;
  }
  if (response.ok) return response;
  tellFailure(response.status, response.headers.get("Content-Type") ?? "", await response.text());
  return null;
}

/** Says why a request failed: the server's own words (problem document, plain text), else a general sentence. */
export function tellFailure(status: number, contentType: string, body: string): void {
  if (status === 401) {
    document.dispatchEvent(new CustomEvent("session:ended"));
    return;
  }
  const message = serverMessage(contentType, body) || generalMessage(status);
  const doubt = new CustomEvent("session:doubt", { detail: { message }, cancelable: true });
  if (status === 403 && !document.dispatchEvent(doubt)) return;
  toast(message, { tone: "danger" });
}

function serverMessage(contentType: string, body: string): string {
  if (contentType.includes("json")) {
    try {
      const problem = JSON.parse(body) as { detail?: unknown; title?: unknown };
      const words = typeof problem.detail === "string" ? problem.detail : problem.title;
      return typeof words === "string" ? words : "";
    } catch {
      return "";
    }
  }
  return contentType.startsWith("text/plain") && body.length < 500 ? body : "";
}

function generalMessage(status: number): string {
  const names: Record<number, string> = { 0: "offline", 403: "forbidden", 404: "missing", 413: "tooLarge", 429: "tooMany" };
  return text(names[status] ?? "failed");
}
