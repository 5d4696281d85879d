import { Controller } from "@hotwired/stimulus";
import { momentText } from "../lib/dates";
import { dropDraft, markSent, readDraft, writeDraft, type DraftValue } from "../lib/drafts";
import { htmx } from "../lib/htmx";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const SKIPPED = ["hidden", "password", "file", "submit", "button", "reset"];
const WAIT_MS = 250;

/**
 * Keeps what is typed into a form (`key` names the record) until it is saved, and puts it back after a session
 * end, a crash or a lost page. `notice` (with `time` in it) is shown then; its buttons call `discard` or hide it.
 * Passwords and whatever is marked `data-secret` are never kept. A select marked `data-draft-shape` decides what else
 * the form asks for: it is changed first, and the form that comes back is filled. A `part` whose rows come from the
 * server (the conditions of a filter) is sent as it was to the address in its `data-url`, which answers with the rows.
 * A short form goes on in the one of all fields with `goOn`: it is sent to `wholeUrl`, and what was typed is kept in
 * the draft `wholeKey`, beside what that holds of other fields. The page that answers has it already, belongs to the address `carriedTo` and keeps it from there.
 */
export default class extends Controller<HTMLFormElement> {
  static override targets = ["notice", "time", "part"];
  static override values = { key: String, wholeKey: String, wholeUrl: String, carriedTo: String };
  declare readonly noticeTargets: HTMLElement[];
  declare readonly timeTargets: HTMLElement[];
  declare readonly partTargets: HTMLElement[];
  declare readonly keyValue: string;
  declare readonly wholeKeyValue: string;
  declare readonly wholeUrlValue: string;
  declare readonly carriedToValue: string;

  #timer = 0;
  #clean: DraftValue[] = [];
  #reshaping = false;

  override connect(): void {
    this.#clean = this.#read();
    if (this.carriedToValue) this.#carry();
    else this.#restore();
    this.element.addEventListener("input", this.#typed);
    this.element.addEventListener("change", this.#typed);
    this.element.addEventListener("filter:changed", this.#typed);
    this.element.addEventListener("submit", this.#submitted);
    this.element.addEventListener("htmx:afterRequest", this.#answered);
    this.element.addEventListener("htmx:beforeSwap", this.#leaves);
    window.addEventListener("pagehide", this.#pageLeft);
  }

  override disconnect(): void {
    this.#pageLeft();
    window.removeEventListener("pagehide", this.#pageLeft);
    this.element.removeEventListener("input", this.#typed);
    this.element.removeEventListener("change", this.#typed);
    this.element.removeEventListener("filter:changed", this.#typed);
    this.element.removeEventListener("submit", this.#submitted);
    this.element.removeEventListener("htmx:afterRequest", this.#answered);
    this.element.removeEventListener("htmx:beforeSwap", this.#leaves);
  }

  discard(): void {
    this.#forget();
    this.#write(this.#clean);
    this.keep();
    delete this.element.dataset["typed"];
  }

  keep(): void {
    for (const notice of this.noticeTargets) notice.hidden = true;
  }

  /** The form of all fields, with what was typed into this one; a link where nothing was. */
  goOn(event: MouseEvent): void {
    if (!("typed" in this.element.dataset) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#forget();
    const typed = this.#read();
    const names = new Set(typed.map((value) => value.name));
    const older = readDraft(this.wholeKeyValue)?.values ?? [];
    writeDraft(this.wholeKeyValue, [...typed, ...older.filter((value) => !names.has(value.name))]);
    this.element.setAttribute("action", this.wholeUrlValue);
    HTMLFormElement.prototype.submit.call(this.element);
  }

  get #controls(): Control[] {
    return ([...this.element.elements] as Control[]).filter((control) => control.name && control.name !== "csrfmiddlewaretoken" && ["INPUT", "SELECT", "TEXTAREA"].includes(control.tagName) && !SKIPPED.includes(control.type) && !("secret" in control.dataset) && !this.partTargets.some((part) => part.contains(control)));
  }

  /** What was picked while typing (people named in a text): hidden inputs in `data-draft-picks`, which is their name. */
  get #picks(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[data-draft-picks]")];
  }

  #read(): DraftValue[] {
    const picked = this.#picks.flatMap((box) => [...box.querySelectorAll("input")].map(({ name, value }) => ({ name, value })));
    return [...this.#typedIn(), ...picked, ...this.#inParts()];
  }

  /** Everything in the parts, in its order, hidden inputs too: their order says how the rows belong together. */
  #inParts(): DraftValue[] {
    const all = [...new FormData(this.element)];
    const names = new Set(this.partTargets.flatMap((part) => [...part.querySelectorAll<Control>("[name]")].map((control) => control.name)));
    return all.flatMap(([name, value]): DraftValue[] => (names.has(name) && typeof value === "string" ? [{ name, value, part: true }] : []));
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
    htmx.process(this.element); // what asks the server when a control is filled does not listen yet on a new page
    if (this.#reshape(values)) return;
    this.#rebuild(values.filter((value) => value.part));
    const byName = Map.groupBy(values.filter((value) => !value.part), (value) => value.name);
    for (const [name, kept] of byName) {
      const controls = this.#controls.filter((control) => control.name === name);
      for (const [index, control] of controls.entries()) this.#fill(control, kept, kept[index] ?? kept[0]!);
      this.#unfold(controls, kept);
    }
    for (const box of this.#picks) {
      const name = box.dataset["draftPicks"]!;
      box.replaceChildren(...(byName.get(name) ?? []).map(({ value }) => Object.assign(document.createElement("input"), { type: "hidden", name, value })));
    }
  }

  /** The section in which something was put back that it does not start with is open. */
  #unfold(controls: Control[], kept: DraftValue[]): void {
    const [first] = controls;
    const own = (values: DraftValue[]): string => JSON.stringify(values.map(({ value, checked }) => [value, checked]));
    if (!first || own(kept) === own(this.#clean.filter((value) => value.name === first.name))) return;
    for (const control of controls) control.closest("details")?.setAttribute("open", "");
  }

  /** Whether a select that decides about the rest had to be changed; the form that comes back is filled by itself. */
  #reshape(values: DraftValue[]): boolean {
    for (const select of this.element.querySelectorAll<HTMLSelectElement>("select[data-draft-shape]")) {
      const kept = values.find((value) => value.name === select.name)?.value;
      if (kept === undefined || kept === select.value || ![...select.options].some((option) => option.value === kept)) continue;
      this.#reshaping = true;
      select.value = kept;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      return true;
    }
    return false;
  }

  #rebuild(values: DraftValue[]): void {
    const [part] = this.partTargets;
    if (!part || !values.length) return;
    const sent = new FormData();
    for (const { name, value } of values) sent.append(name, value);
    void htmx.ajax("post", part.dataset["url"]!, { target: part, swap: "innerHTML", values: sent as unknown as Record<string, unknown> });
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

  /** What an older draft of the whole form holds for fields that the short one lacks is put beside what came along. */
  #carry(): void {
    history.replaceState(history.state, "", this.carriedToValue);
    this.element.dataset["typed"] = "";
    const draft = readDraft(this.keyValue);
    if (draft) this.#write(draft.values);
    const now = this.#read();
    if (draft && JSON.stringify(now) !== JSON.stringify(this.#clean)) this.#tell(draft.at);
    writeDraft(this.keyValue, now);
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
    this.#tell(draft.at);
  }

  #tell(at: number): void {
    const when = momentText(at);
    for (const time of this.timeTargets) time.textContent = when;
    for (const notice of this.noticeTargets) notice.hidden = false;
  }

  #typed = (): void => {
    if (this.#reshaping) return;
    this.element.dataset["typed"] = "";
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#keepNow, WAIT_MS);
  };

  #pageLeft = (): void => {
    if (this.#timer) this.#keepNow();
  };

  #keepNow = (): void => {
    this.#stop();
    writeDraft(this.keyValue, this.#read());
  };

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #forget(): void {
    this.#stop();
    dropDraft(this.keyValue);
  }

  #submitted = (): void => {
    this.#stop();
    if (!("typed" in this.element.dataset)) return;
    writeDraft(this.keyValue, this.#read());
    markSent(this.keyValue, true);
  };

  /** A form that is replaced by its answer is gone before the request has ended. */
  #leaves = (event: Event): void => {
    const { xhr, requestConfig } = (event as CustomEvent<{ xhr: XMLHttpRequest; requestConfig: { elt: Element } }>).detail;
    if (requestConfig.elt === this.element && event.target === this.element && xhr.status < 300) this.#forget();
  };

  #answered = (event: Event): void => {
    const { xhr, elt } = (event as CustomEvent<{ xhr: XMLHttpRequest; elt: Element }>).detail;
    if (elt !== this.element) return;
    if (xhr.status >= 200 && xhr.status < 300) {
      this.#forget();
      delete this.element.dataset["typed"];
    } else markSent(this.keyValue, false);
  };
}
