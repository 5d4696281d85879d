import { Controller } from "@hotwired/stimulus";
import { dropDraft, markSent, readDraft, writeDraft, type DraftValue } from "../lib/drafts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const SKIPPED = ["hidden", "password", "file", "submit", "button", "reset"];
const WAIT_MS = 250;

/**
 * Keeps what is typed into a form (`key` names the record) until it is saved, and puts it back after a session
 * end, a crash or a lost page. `notice` (with `time` in it) is shown then; its buttons call `discard` or hide it.
 */
export default class extends Controller<HTMLFormElement> {
  static override targets = ["notice", "time"];
  static override values = { key: String };
  declare readonly noticeTargets: HTMLElement[];
  declare readonly timeTargets: HTMLElement[];
  declare readonly keyValue: string;

  #timer = 0;
  #clean: DraftValue[] = [];

  override connect(): void {
    this.#clean = this.#read();
    this.#restore();
    this.element.addEventListener("input", this.#typed);
    this.element.addEventListener("change", this.#typed);
    this.element.addEventListener("submit", this.#submitted);
    this.element.addEventListener("htmx:afterRequest", this.#answered);
    this.element.addEventListener("htmx:beforeSwap", this.#leaves);
  }

  override disconnect(): void {
    clearTimeout(this.#timer);
    this.element.removeEventListener("input", this.#typed);
    this.element.removeEventListener("change", this.#typed);
    this.element.removeEventListener("submit", this.#submitted);
    this.element.removeEventListener("htmx:afterRequest", this.#answered);
    this.element.removeEventListener("htmx:beforeSwap", this.#leaves);
  }

  discard(): void {
    dropDraft(this.keyValue);
    this.#write(this.#clean);
    this.keep();
    delete this.element.dataset["typed"];
  }

  keep(): void {
    for (const notice of this.noticeTargets) notice.hidden = true;
  }

  get #controls(): Control[] {
    return ([...this.element.elements] as Control[]).filter((control) => control.name && control.name !== "csrfmiddlewaretoken" && ["INPUT", "SELECT", "TEXTAREA"].includes(control.tagName) && !SKIPPED.includes(control.type));
  }

  /** What was picked while typing (people named in a text): hidden inputs in `data-draft-picks`, which is their name. */
  get #picks(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[data-draft-picks]")];
  }

  #read(): DraftValue[] {
    const picked = this.#picks.flatMap((box) => [...box.querySelectorAll("input")].map(({ name, value }) => ({ name, value })));
    return [...this.#typedIn(), ...picked];
  }

  #typedIn(): DraftValue[] {
    return this.#controls.flatMap((control): DraftValue[] => {
      const { name } = control;
      if (control instanceof HTMLSelectElement) return [...control.selectedOptions].map((option) => ({ name, value: option.value, label: option.text }));
      if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) return [{ name, value: control.value, checked: control.checked }];
      return [{ name, value: control.value }];
    });
  }

  #write(values: DraftValue[]): void {
    const byName = Map.groupBy(values, (value) => value.name);
    for (const [name, kept] of byName) {
      const controls = this.#controls.filter((control) => control.name === name);
      for (const [index, control] of controls.entries()) this.#fill(control, kept, kept[index] ?? kept[0]!);
    }
    for (const box of this.#picks) {
      const name = box.dataset["draftPicks"]!;
      box.replaceChildren(...(byName.get(name) ?? []).map(({ value }) => Object.assign(document.createElement("input"), { type: "hidden", name, value })));
    }
  }

  #fill(control: Control, kept: DraftValue[], own: DraftValue): void {
    if (control instanceof HTMLSelectElement) {
      const chosen = new Map(kept.map((value) => [value.value, value.label ?? value.value]));
      for (const [value, label] of chosen) if (![...control.options].some((option) => option.value === value)) control.add(new Option(label, value));
      for (const option of control.options) option.selected = chosen.has(option.value);
    } else if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) {
      control.checked = kept.find((value) => value.value === control.value)?.checked ?? control.checked;
    } else control.value = own.value;
    control.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  }

  #restore(): void {
    const draft = readDraft(this.keyValue);
    if (!draft) return;
    if (JSON.stringify(draft.values) === JSON.stringify(this.#clean)) {
      markSent(this.keyValue, false);
      return;
    }
    this.#write(draft.values);
    markSent(this.keyValue, false);
    this.element.dataset["typed"] = "";
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(draft.at);
    for (const time of this.timeTargets) time.textContent = when;
    for (const notice of this.noticeTargets) notice.hidden = false;
  }

  #typed = (): void => {
    this.element.dataset["typed"] = "";
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => writeDraft(this.keyValue, this.#read()), WAIT_MS);
  };

  #submitted = (): void => {
    clearTimeout(this.#timer);
    if (!("typed" in this.element.dataset)) return;
    writeDraft(this.keyValue, this.#read());
    markSent(this.keyValue, true);
  };

  /** A form that is replaced by its answer is gone before the request has ended. */
  #leaves = (event: Event): void => {
    const { xhr, requestConfig } = (event as CustomEvent<{ xhr: XMLHttpRequest; requestConfig: { elt: Element } }>).detail;
    if (requestConfig.elt === this.element && event.target === this.element && xhr.status < 300) dropDraft(this.keyValue);
  };

  #answered = (event: Event): void => {
    const { xhr, elt } = (event as CustomEvent<{ xhr: XMLHttpRequest; elt: Element }>).detail;
    if (elt !== this.element) return;
    if (xhr.status >= 200 && xhr.status < 300) {
      dropDraft(this.keyValue);
      delete this.element.dataset["typed"];
    } else markSent(this.keyValue, false);
  };
}
