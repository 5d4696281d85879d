import { Controller } from "@hotwired/stimulus";
import { text } from "../lib/texts";
import { toast } from "../lib/toasts";

/** Copies `text`, the whole address of `path`, or the text of its `source` target when pressed. */
export default class extends Controller<HTMLElement> {
  static override targets = ["source"];
  static override values = { text: String, path: String };
  declare readonly sourceTarget: HTMLElement;
  declare readonly hasSourceTarget: boolean;
  declare readonly textValue: string;
  declare readonly pathValue: string;

  async copy(): Promise<void> {
    const source = this.hasSourceTarget ? this.sourceTarget : null;
    const address = this.pathValue ? new URL(this.pathValue, location.href).href : "";
    const words = this.textValue || address || (source instanceof HTMLInputElement ? source.value : (source?.textContent ?? "").trim());
    await navigator.clipboard.writeText(words);
    toast(text("copied"), { tone: "success" });
  }
}
