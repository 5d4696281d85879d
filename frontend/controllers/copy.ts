import { Controller } from "@hotwired/stimulus";
import { text } from "../lib/texts";
import { toast } from "../lib/toasts";

/** Copies `text` (or the text of its `source` target) when pressed. */
export default class extends Controller<HTMLElement> {
  static override targets = ["source"];
  static override values = { text: String };
  declare readonly sourceTarget: HTMLElement;
  declare readonly hasSourceTarget: boolean;
  declare readonly textValue: string;

  async copy(): Promise<void> {
    const source = this.hasSourceTarget ? this.sourceTarget : null;
    const words = this.textValue || (source instanceof HTMLInputElement ? source.value : (source?.textContent ?? "").trim());
    await navigator.clipboard.writeText(words);
    toast(text("copied"), { tone: "success" });
  }
}
