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
    document.addEventListener("session:doubt", this.#doubted);
    addEventListener("focus", this.#returned);
    this.formTarget.addEventListener("submit", this.#submit);
  }

  override disconnect(): void {
    document.removeEventListener("session:ended", this.#ended);
    document.removeEventListener("session:doubt", this.#doubted);
    removeEventListener("focus", this.#returned);
    this.formTarget.removeEventListener("submit", this.#submit);
  }

  async check(): Promise<void> {
    const answer = await this.#ask();
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

  /** A 403 may mean "not allowed", or that session or token are gone: asks which. */
  #doubted = (event: Event): void => {
    if (!this.checkUrlValue || this.element.open) return;
    event.preventDefault();
    const { message } = (event as CustomEvent<{ message: string }>).detail;
    void this.#ask().then(async (answer) => {
      if (answer?.status === 401) {
        await this.#ended();
        return;
      }
      if (answer?.ok) setCsrfToken(((await answer.json()) as SessionAnswer).csrf);
      toast(message, { tone: "danger" });
    });
  };

  async #ask(): Promise<Response | null> {
    if (!this.checkUrlValue) return null;
    return fetch(this.checkUrlValue, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" }).catch(() => null);
  }

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
