import { Controller } from "@hotwired/stimulus";
import { csrfToken } from "../lib/http";
import { fill, text } from "../lib/texts";
import { reasonOf } from "../lib/uploading";

/**
 * The control of a field that holds a file: what is chosen, dropped, pasted or photographed goes to `url` at once, so
 * that it is there whatever else is wrong in the form. The select `value` holds its id and is what the form sends.
 * `file` and `picture` are addresses with KEY in the place of the id. Tells `file-field:settled` when the value is new,
 * and takes files that are handed over with `file-field:give`.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["value", "held", "picture", "name", "busy", "sending", "progress", "said", "input", "camera", "choose"];
  static override values = { url: String, file: String, picture: String, limit: Number, tooLarge: String, done: String, cancelled: String };
  declare readonly valueTarget: HTMLSelectElement;
  declare readonly heldTarget: HTMLElement;
  declare readonly pictureTargets: HTMLImageElement[];
  declare readonly nameTarget: HTMLAnchorElement;
  declare readonly busyTarget: HTMLElement;
  declare readonly sendingTarget: HTMLElement;
  declare readonly progressTarget: HTMLProgressElement;
  declare readonly saidTarget: HTMLElement;
  declare readonly inputTarget: HTMLInputElement;
  declare readonly cameraTarget: HTMLInputElement;
  declare readonly chooseTarget: HTMLButtonElement;
  declare readonly urlValue: string;
  declare readonly fileValue: string;
  declare readonly pictureValue: string;
  declare readonly limitValue: number;
  declare readonly tooLargeValue: string;
  declare readonly doneValue: string;
  declare readonly cancelledValue: string;

  #request: XMLHttpRequest | null = null;

  override connect(): void {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) this.element.addEventListener(name, this.#drag);
    this.element.addEventListener("paste", this.#paste);
    this.element.addEventListener("file-field:give", this.#given);
    this.valueTarget.addEventListener("draft:restored", this.#show);
    window.addEventListener("beforeunload", this.#leaving);
    this.#show();
  }

  override disconnect(): void {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) this.element.removeEventListener(name, this.#drag);
    this.element.removeEventListener("paste", this.#paste);
    this.element.removeEventListener("file-field:give", this.#given);
    this.valueTarget.removeEventListener("draft:restored", this.#show);
    window.removeEventListener("beforeunload", this.#leaving);
    this.#request?.abort();
  }

  choose(): void {
    this.inputTarget.click();
  }

  shoot(): void {
    this.cameraTarget.click();
  }

  chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.#take([...(input.files ?? [])]);
    input.value = "";
  }

  remove(): void {
    this.#set("", "");
    this.saidTarget.textContent = "";
    this.chooseTarget.focus();
  }

  cancel(): void {
    this.#request?.abort();
    this.chooseTarget.focus();
  }

  #drag = (event: Event): void => {
    const { type, dataTransfer, relatedTarget } = event as DragEvent;
    if (!dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const over = type === "dragenter" || type === "dragover" || (type === "dragleave" && this.element.contains(relatedTarget as Node | null));
    this.element.classList.toggle("is-over", over);
    if (type === "drop") this.#take([...dataTransfer.files]);
  };

  #paste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.#take(files);
  };

  #given = (event: Event): void => {
    this.#take((event as CustomEvent<{ files: File[] }>).detail.files);
  };

  #leaving = (event: BeforeUnloadEvent): void => {
    if (this.#request) event.preventDefault();
  };

  #take([file]: File[]): void {
    if (!file) return;
    this.#request?.abort();
    this.#say("", false);
    if (file.size > this.limitValue) this.#say(fill(this.tooLargeValue, { name: file.name }), true);
    else this.#send(file);
  }

  #send(file: File): void {
    const data = new FormData();
    data.set("file", file);
    const request = new XMLHttpRequest();
    this.#request = request;
    this.sendingTarget.textContent = file.name;
    this.progressTarget.value = 0;
    this.#mark(true);
    request.upload.addEventListener("progress", ({ loaded, total }) => { this.progressTarget.value = total ? loaded / total : 0; });
    request.addEventListener("load", () => this.#answered(request, file));
    request.addEventListener("error", () => this.#say(text("offline"), true));
    request.addEventListener("abort", () => this.#say(this.cancelledValue, false));
    request.addEventListener("loadend", () => {
      if (this.#request !== request) return;
      this.#request = null;
      this.#mark(false);
    });
    request.open("POST", this.urlValue);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(data);
  }

  /** A form that is sent while a file is on its way would go without it: its buttons wait. */
  #mark(isBusy: boolean): void {
    this.busyTarget.hidden = !isBusy;
    this.element.toggleAttribute("data-uploading", isBusy);
    const form = this.element.closest("form");
    const waits = !!form?.querySelector("[data-uploading]");
    for (const button of form?.querySelectorAll<HTMLButtonElement>("button[type=submit], button:not([type])") ?? []) button.disabled = waits;
  }

  #answered(request: XMLHttpRequest, file: File): void {
    if (request.status === 401) document.dispatchEvent(new CustomEvent("session:ended"));
    if (request.status !== 201) return this.#say(reasonOf(request), true);
    const { id, label } = JSON.parse(request.responseText) as { id: string; label: string };
    this.#say(fill(this.doneValue, { name: file.name }), false);
    this.element.removeAttribute("data-uploading");
    this.#set(id, label);
    this.element.dispatchEvent(new CustomEvent("file-field:settled", { bubbles: true }));
  }

  #set(key: string, label: string): void {
    const select = this.valueTarget;
    const option = [...select.options].find(({ value }) => value === key) ?? new Option(label, key);
    if (!option.isConnected) select.add(option);
    select.value = key;
    this.#show();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #show = (): void => {
    const option = this.valueTarget.selectedOptions[0];
    const key = option?.value ?? "";
    this.heldTarget.hidden = !key;
    if (!key) return;
    this.nameTarget.textContent = option?.text ?? "";
    this.nameTarget.href = this.fileValue.replace("KEY", key);
    for (const picture of this.pictureTargets) picture.src = this.pictureValue.replace("KEY", key);
  };

  #say(words: string, isRefused: boolean): void {
    this.saidTarget.textContent = words;
    this.saidTarget.classList.toggle("is-refused", isRefused);
  }
}
