import { Controller } from "@hotwired/stimulus";

/** A file input one can drop files on; names and sizes of the chosen files are listed in `files`. */
export default class extends Controller<HTMLElement> {
  static override targets = ["input", "files"];
  static override values = { submit: Boolean };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly filesTargets: HTMLElement[];
  declare readonly submitValue: boolean;

  override connect(): void {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) this.element.addEventListener(name, this.#drag);
    this.inputTarget.addEventListener("change", this.#changed);
  }

  override disconnect(): void {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) this.element.removeEventListener(name, this.#drag);
    this.inputTarget.removeEventListener("change", this.#changed);
  }

  #drag = (event: Event): void => {
    event.preventDefault();
    const { type, dataTransfer } = event as DragEvent;
    this.element.classList.toggle("is-over", type === "dragenter" || type === "dragover");
    if (type !== "drop" || !dataTransfer?.files.length) return;
    this.inputTarget.files = this.inputTarget.multiple ? dataTransfer.files : firstOf(dataTransfer.files);
    this.inputTarget.dispatchEvent(new Event("change", { bubbles: true }));
  };

  #changed = (): void => {
    const files = [...(this.inputTarget.files ?? [])];
    const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
    for (const list of this.filesTargets) {
      list.replaceChildren(...files.map((file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} · ${size.format(Math.max(1, file.size / 1000))}`;
        return item;
      }));
    }
    if (this.submitValue && files.length) this.inputTarget.form?.requestSubmit();
  };
}

function firstOf(files: FileList): FileList {
  const transfer = new DataTransfer();
  if (files[0]) transfer.items.add(files[0]);
  return transfer.files;
}
