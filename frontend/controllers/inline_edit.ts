import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";
import { arrived, expectSoon, failed, wentAway } from "../lib/typed_ahead";

const VISIBLE = ":is(input:not([type=hidden]), select:not(.ts-hidden-accessible), textarea, [contenteditable=true], .file-field-choose button):not([hidden])";

/**
 * A value edited where it stands. A click (in the cell of a list a double click, as a click there chooses words),
 * Enter or F2 fetches the control (GET url), Enter or leaving saves (POST url with its fields), Escape puts the value back. Answers: 200 the value as shown,
 * 422 the control again with its errors (what was typed in it), 409 the conflict for the dialog. Where the page of the
 * record is here (`data-record-page`), the answer is asked to bring what on it follows from the value. Keys pressed while the
 * control is on its way go into it, those pressed while it saves go on from there. A file dropped where a file stands
 * (`data-takes-file`) opens the control and goes into it; it is saved when it is uploaded.
 */
export default class extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;

  #shown: Node[] | null = null;
  #before = "";
  #busy = false;
  #leaving: Element | null = null;
  #dropped: File[] = [];

  override connect(): void {
    this.element.tabIndex = Math.max(this.element.tabIndex, 0);
    this.element.addEventListener("click", this.#click);
    this.element.addEventListener("dblclick", this.#start);
    this.element.addEventListener("keydown", this.#key);
    this.element.addEventListener("focusout", this.#left);
    this.element.addEventListener("htmx:afterSwap", this.#came);
    this.element.addEventListener("htmx:afterRequest", this.#answered);
    this.element.addEventListener("file-field:settled", this.#settled);
    for (const name of ["dragover", "drop"]) this.element.addEventListener(name, this.#drop);
  }

  override disconnect(): void {
    failed(this.element);
    this.element.removeEventListener("click", this.#click);
    this.element.removeEventListener("dblclick", this.#start);
    this.element.removeEventListener("keydown", this.#key);
    this.element.removeEventListener("focusout", this.#left);
    this.element.removeEventListener("htmx:afterSwap", this.#came);
    this.element.removeEventListener("htmx:afterRequest", this.#answered);
    this.element.removeEventListener("file-field:settled", this.#settled);
    for (const name of ["dragover", "drop"]) this.element.removeEventListener(name, this.#drop);
  }

  start(): void {
    if (this.#shown || this.#busy) return;
    this.#shown = [...this.element.childNodes];
    this.#request("GET", {});
  }

  save(): void {
    if (!this.#shown || this.#busy) return;
    if (this.#snapshot() === this.#before) {
      this.cancel();
      return;
    }
    this.#request("POST", { ...this.#values(), ...(this.#isOnItsPage ? { with_page: "1" } : {}) });
  }

  cancel(): void {
    if (!this.#shown) return;
    const shown = this.#shown;
    const hadFocus = this.element.contains(document.activeElement);
    this.#finish();
    this.element.replaceChildren(...shown);
    if (hadFocus) this.element.focus();
  }

  #start = (event: Event): void => {
    if ((event.target as Element).closest("a, button, input, select, textarea")) return;
    this.start();
  };

  /** Words marked with the mouse are there to be copied. */
  #click = (event: Event): void => {
    if (this.element.localName !== "td" && getSelection()?.isCollapsed !== false) this.#start(event);
  };

  #key = (event: KeyboardEvent): void => {
    if (!this.#shown) {
      if (event.target === this.element && (event.key === "Enter" || event.key === "F2")) {
        event.preventDefault();
        event.stopPropagation();
        this.start();
      }
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.cancel();
    } else if (event.key === "Enter" && !event.shiftKey && !(takesLines(event.target) && !event.ctrlKey) && !(event.target as Element).closest(".file-field, .rich-text-bar, .rich-text-link")) {
      if (event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      this.#leaving = this.element;
      this.save();
    }
  };

  #left = (event: FocusEvent): void => {
    const to = event.relatedTarget as Element | null;
    if (!this.#shown || this.#busy || this.element.contains(to) || !document.hasFocus()) return;
    if (this.element.querySelector("[data-uploading]")) return;
    this.#leaving = null;
    this.save();
  };

  #settled = (): void => {
    this.#leaving = null;
    this.save();
  };

  #drop = (event: Event): void => {
    const { type, dataTransfer } = event as DragEvent;
    if (this.#shown || this.#busy || !("takesFile" in this.element.dataset) || !dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (type !== "drop") return;
    this.#dropped = [...dataTransfer.files];
    this.start();
  };

  #request(method: "GET" | "POST", values: Record<string, string | string[]>): void {
    this.#busy = true;
    this.element.classList.add("is-busy");
    this.element.dataset["request"] = method;
    if (method === "GET" || this.#leaving) expectSoon(this.element);
    void htmx.ajax(method.toLowerCase() as "get" | "post", this.urlValue, { source: this.element, target: this.element, swap: "innerHTML", values });
  }

  /** What the control holds before anybody can change it, though after behaviours of its own have begun. */
  #came = (event: Event): void => {
    if (event.target !== this.element || this.element.dataset["request"] !== "GET") return;
    queueMicrotask(() => (this.#before = this.#snapshot()));
  };

  #answered = (event: Event): void => {
    const { xhr, elt } = (event as CustomEvent<{ xhr: XMLHttpRequest; elt: Element }>).detail;
    if (elt !== this.element) return;
    const method = this.element.dataset["request"];
    this.element.classList.remove("is-busy");
    // The swap comes with this event or right after it.
    setTimeout(() => this.#settle(method ?? "GET", xhr.status));
  };

  #settle(method: string, status: number): void {
    this.#busy = false;
    const isFine = status >= 200 && status < 300;
    if (!isFine) failed(this.element);
    if (method === "GET" && status === 200) {
      this.#begin();
    } else if (method === "GET") {
      this.#shown = null;
    } else if (isFine) {
      this.#finish();
      if (this.#leaving) this.element.focus();
      this.element.classList.add("highlight-new");
      arrived(this.element);
    } else if (status === 422) {
      this.#before = "";
      this.#focusControl();
    }
    // Anything else has been told in a toast or a dialog: the control and what was typed stay.
  }

  /** The control is there. Who is somewhere else by now is left there. */
  #begin(): void {
    this.element.classList.add("is-editing");
    if (wentAway(this.element)) {
      failed(this.element);
      this.cancel();
      return;
    }
    this.#leaving = null;
    this.#focusControl();
    arrived(this.element);
    const files = this.#dropped.splice(0);
    if (files.length) this.element.querySelector("[data-controller~=file-field]")?.dispatchEvent(new CustomEvent("file-field:give", { detail: { files } }));
  }

  #finish(): void {
    this.#shown = null;
    this.element.classList.remove("is-editing", "is-busy");
  }

  /** Whether the page of the record is here, whose title and key facts may follow from the value. */
  get #isOnItsPage(): boolean {
    const page = document.querySelector<HTMLElement>("[data-record-page]")?.dataset["recordPage"];
    return !!page && this.urlValue.startsWith(page);
  }

  get #controls(): (HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[] {
    return [...this.element.querySelectorAll<HTMLInputElement>("input[name], select[name], textarea[name]")];
  }

  #focusControl(): void {
    const control = this.element.querySelector<HTMLInputElement>(VISIBLE);
    if (!control) return;
    control.focus();
    if (control instanceof HTMLInputElement && ["text", "search", "email", "tel", "url"].includes(control.type)) control.select();
  }

  #values(): Record<string, string | string[]> {
    const values: Record<string, string | string[]> = {};
    for (const control of this.#controls) {
      if (control instanceof HTMLSelectElement && control.multiple) values[control.name] = [...control.selectedOptions].map((option) => option.value);
      else if (!(control instanceof HTMLInputElement) || !["checkbox", "radio"].includes(control.type) || control.checked) values[control.name] = control.value;
    }
    return values;
  }

  #snapshot(): string {
    return JSON.stringify(this.#values());
  }
}

/** Whether Enter begins a new line there. */
function takesLines(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
