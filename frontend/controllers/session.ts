import { Controller } from "@hotwired/stimulus";
import { csrfToken, setCsrfToken } from "../lib/http";
import { text } from "../lib/texts";
import { toast } from "../lib/toasts";

interface SessionAnswer {
  user: number | string;
  csrf: string;
}

/**
 * The dialog after a 401: sign in again here or on a new tab; page and typed text stay.
 * `check-url` answers {user, csrf} to a signed-in user and 401 otherwise; `form-url` (optional) answers
 * the sign-in form as a fragment and takes its POST (422 with the form again, 2xx when signed in).
 */
export default class extends Controller<HTMLDialogElement> {
  static override targets = ["form"];
  static override values = { checkUrl: String, formUrl: String };
  declare readonly formTarget: HTMLElement;
  declare readonly checkUrlValue: string;
  declare readonly formUrlValue: string;

  override connect(): void {
    document.addEventListener("session:ended", this.#ended);
    addEventListener("focus", this.#returned);
    this.formTarget.addEventListener("submit", this.#submit);
  }

  override disconnect(): void {
    document.removeEventListener("session:ended", this.#ended);
    removeEventListener("focus", this.#returned);
    this.formTarget.removeEventListener("submit", this.#submit);
  }

  async check(): Promise<void> {
    if (!this.checkUrlValue) return;
    const answer = await fetch(this.checkUrlValue, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const session = (await answer.json()) as SessionAnswer;
    if (String(session.user) !== document.body.dataset["user"]) {
      location.reload();
      return;
    }
    setCsrfToken(session.csrf);
    this.element.close();
    toast(text("signedIn"), { tone: "success" });
  }

  #ended = async (): Promise<void> => {
    if (this.element.open) return;
    this.element.showModal();
    if (this.formUrlValue) await this.#load(this.formUrlValue, {});
  };

  #returned = (): void => {
    if (this.element.open) void this.check();
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.target as HTMLFormElement;
    void this.#load(form.getAttribute("action") || this.formUrlValue, { method: "POST", body: new FormData(form, event.submitter) });
  };

  async #load(url: string, init: RequestInit): Promise<void> {
    const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" };
    const answer = await fetch(url, { ...init, headers, credentials: "same-origin" }).catch(() => null);
    if (!answer) {
      toast(text("offline"), { tone: "danger" });
      return;
    }
    if (init.method === "POST" && answer.ok) {
      await this.check();
      return;
    }
    if (answer.ok || answer.status === 422) {
      this.formTarget.innerHTML = await answer.text();
      this.formTarget.querySelector<HTMLElement>("[autofocus], input:not([type=hidden])")?.focus();
    }
  }
}
