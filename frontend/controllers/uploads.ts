import { Controller } from "@hotwired/stimulus";
import { csrfToken } from "../lib/http";
import { fill, text } from "../lib/texts";
import { reasonOf } from "../lib/uploading";

/**
 * Files that are dropped anywhere on the page, pasted, chosen or photographed are sent to `url` one after the other.
 * Each stands in `list` (made from the template `item`) with its progress, and with the reason when it is refused.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["input", "camera", "list", "item"];
  static override values = { url: String, about: String, folder: String, limit: Number, tooLarge: String, done: String, cancelled: String };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly cameraTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;
  declare readonly itemTarget: HTMLTemplateElement;
  declare readonly urlValue: string;
  declare readonly aboutValue: string;
  declare readonly folderValue: string;
  declare readonly limitValue: number;
  declare readonly tooLargeValue: string;
  declare readonly doneValue: string;
  declare readonly cancelledValue: string;

  #waiting: [File, HTMLElement][] = [];
  #request: XMLHttpRequest | null = null;
  #current: HTMLElement | null = null;

  override connect(): void {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) window.addEventListener(name, this.#drag);
    window.addEventListener("paste", this.#paste);
    window.addEventListener("beforeunload", this.#leaving);
  }

  override disconnect(): void {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) window.removeEventListener(name, this.#drag);
    window.removeEventListener("paste", this.#paste);
    window.removeEventListener("beforeunload", this.#leaving);
  }

  choose(): void {
    this.inputTarget.click();
  }

  shoot(): void {
    this.cameraTarget.click();
  }

  chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.#add([...(input.files ?? [])]);
    input.value = "";
  }

  /** Cancels what is waiting or under way, and takes the line away. */
  close(event: Event): void {
    const item = (event.target as Element).closest<HTMLElement>(".uploads-item");
    if (!item) return;
    this.#waiting = this.#waiting.filter(([, other]) => other !== item);
    if (item === this.#current) this.#request?.abort();
    item.remove();
  }

  #drag = (event: Event): void => {
    const { type, dataTransfer, target, relatedTarget } = event as DragEvent;
    const elsewhere = target instanceof Element && target.closest(".dropzone, [data-takes-file], dialog[open]");
    if (elsewhere || !dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const over = type === "dragenter" || type === "dragover" || (type === "dragleave" && relatedTarget !== null);
    this.element.classList.toggle("is-dropping", over);
    if (type === "drop") this.#add([...dataTransfer.files]);
  };

  #paste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.clipboardData?.getData("text/plain") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#add(files);
  };

  #leaving = (event: BeforeUnloadEvent): void => {
    if (this.#request) event.preventDefault();
  };

  #add(files: File[]): void {
    for (const file of this.inputTarget.multiple ? files : files.slice(0, 1)) {
      const item = this.itemTarget.content.firstElementChild!.cloneNode(true) as HTMLElement;
      item.querySelector("[data-name]")!.textContent = file.name;
      this.listTarget.append(item);
      if (file.size > this.limitValue) this.#end(item, fill(this.tooLargeValue, { name: file.name }), true);
      else this.#waiting.push([file, item]);
    }
    if (!this.#request) this.#next();
  }

  #next(): void {
    const [file, item] = this.#waiting.shift() ?? [];
    this.#current = item ?? null;
    this.#request = null;
    if (file && item) this.#send(file, item);
  }

  #send(file: File, item: HTMLElement): void {
    const data = new FormData();
    if (this.aboutValue) data.set("about", this.aboutValue);
    if (this.folderValue) data.set("folder", this.folderValue);
    data.set("file", file);
    const request = new XMLHttpRequest();
    this.#request = request;
    const progress = item.querySelector("progress")!;
    request.upload.addEventListener("progress", ({ loaded, total }) => { progress.value = total ? loaded / total : 0; });
    request.addEventListener("load", () => this.#answered(request, item));
    request.addEventListener("error", () => this.#end(item, text("offline"), true));
    request.addEventListener("abort", () => this.#end(item, this.cancelledValue, true));
    request.addEventListener("loadend", () => this.#next());
    request.open("POST", this.urlValue);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(data);
  }

  #answered(request: XMLHttpRequest, item: HTMLElement): void {
    if (request.status === 401) document.dispatchEvent(new CustomEvent("session:ended"));
    if (request.status !== 201) return this.#end(item, reasonOf(request), true);
    this.#end(item, this.doneValue, false);
    for (const name of ["documents:changed", "record:facts"]) {
      document.body.dispatchEvent(new CustomEvent(name, { bubbles: true }));
    }
    setTimeout(() => item.remove(), 4000);
  }

  #end(item: HTMLElement, words: string, refused: boolean): void {
    item.classList.add("is-over");
    item.classList.toggle("is-refused", refused);
    item.querySelector("[data-state]")!.textContent = words;
  }
}
