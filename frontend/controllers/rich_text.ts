import { Controller } from "@hotwired/stimulus";
import type { Editor } from "@tiptap/core";

type Library = typeof import("../lib/rich_text");

/**
 * A text area of HTML as an editor, which loads when one is on the page. The area stays the control of the form: what is
 * typed is put into it at once, and what is put back into it (a draft) is shown. Buttons of the `bar` have `data-command`;
 * the arrow keys go along them, Alt+F10 goes there and Escape back. Ctrl+K asks for the address of a link in `linkBox`.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["text", "bar", "button", "linkBox", "address", "wrong"];
  declare readonly textTarget: HTMLTextAreaElement;
  declare readonly barTarget: HTMLElement;
  declare readonly buttonTargets: HTMLButtonElement[];
  declare readonly linkBoxTarget: HTMLElement;
  declare readonly addressTarget: HTMLInputElement;
  declare readonly wrongTarget: HTMLElement;

  #editor: Editor | null = null;
  #library: Library | null = null;

  override async connect(): Promise<void> {
    this.textTarget.addEventListener("draft:restored", this.#restored);
    this.#label?.addEventListener("click", this.#focus);
    this.element.classList.add("is-loading");
    // What is typed before the editor is there stands where its caret will be.
    this.textTarget.setSelectionRange(this.textTarget.value.length, this.textTarget.value.length);
    try {
      this.#library = await import("../lib/rich_text");
    } finally {
      this.element.classList.remove("is-loading");
    }
    if (this.element.isConnected && !this.#editor) this.#mount(this.#library);
  }

  override disconnect(): void {
    this.textTarget.removeEventListener("draft:restored", this.#restored);
    this.#label?.removeEventListener("click", this.#focus);
    this.#editor?.destroy();
    this.#editor = null;
    for (const place of this.element.querySelectorAll("[data-rich-text-place]")) place.remove();
    this.textTarget.hidden = false;
    this.barTarget.hidden = true;
  }

  press({ currentTarget }: Event): void {
    const name = (currentTarget as HTMLElement).dataset["command"]!;
    if (name === "link") this.#askLink();
    else if (this.#editor) this.#library?.COMMANDS[name]?.run(this.#editor);
  }

  /** A press with the mouse leaves the selection where it is. */
  hold(event: MouseEvent): void {
    event.preventDefault();
  }

  barKey(event: KeyboardEvent): void {
    const buttons = this.buttonTargets.filter((button) => !button.disabled);
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) this.#stop(buttons.at(to % buttons.length)!).focus();
    else if (event.key === "Escape") this.#editor?.commands.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  linkKey(event: KeyboardEvent): void {
    if (event.key === "Enter" && event.target === this.addressTarget) this.setLink();
    else if (event.key === "Escape") this.#closeLink();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  setLink(): void {
    const address = this.#library?.completeLink(this.addressTarget.value) ?? "";
    const isWrong = !address && this.addressTarget.value.trim() !== "";
    this.wrongTarget.hidden = !isWrong;
    this.addressTarget.setAttribute("aria-invalid", String(isWrong));
    if (isWrong) {
      this.addressTarget.focus();
      return;
    }
    if (!address) this.removeLink();
    else {
      const chain = this.#editor?.chain().focus().extendMarkRange("link");
      if (this.#editor?.state.selection.empty && !this.#editor.isActive("link")) chain?.insertContent({ type: "text", text: this.addressTarget.value.trim(), marks: [{ type: "link", attrs: { href: address } }] }).run();
      else chain?.setLink({ href: address }).run();
      this.#closeLink();
    }
  }

  removeLink(): void {
    this.#editor?.chain().focus().extendMarkRange("link").unsetLink().run();
    this.#closeLink();
  }

  get #label(): HTMLLabelElement | null {
    return document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(this.textTarget.id)}"]`);
  }

  #mount(library: Library): void {
    const hadFocus = document.activeElement === this.textTarget || this.textTarget.autofocus;
    const place = document.createElement("div");
    place.dataset["richTextPlace"] = "";
    this.textTarget.after(place);
    this.#editor = library.createEditor({
      place, html: this.textTarget.value, attributes: this.#attributes(),
      changed: (html) => this.#write(html),
      moved: () => queueMicrotask(this.#show),
      key: (event) => this.#key(event),
    });
    this.barTarget.hidden = false;
    // At the end before it has the focus: later it would take the caret from who types at once.
    this.#editor.commands.setTextSelection(this.#editor.state.doc.content.size);
    if (hadFocus) this.#editor.view.focus();
    this.textTarget.hidden = true;
    this.#show();
  }

  /** What tells of the text area tells of the editor. */
  #attributes(): Record<string, string> {
    const found: Record<string, string> = { id: `${this.textTarget.id}-editor`, role: "textbox", "aria-multiline": "true", class: "form-control rich-text rich-text-area" };
    const label = this.#label;
    if (label) {
      label.id ||= `${this.textTarget.id}-label`;
      found["aria-labelledby"] = label.id;
    }
    for (const name of ["aria-label", "aria-describedby", "aria-invalid", "aria-required"]) {
      const value = this.textTarget.getAttribute(name);
      if (value) found[name] = value;
    }
    return found;
  }

  #write(html: string): void {
    this.textTarget.value = html;
    this.textTarget.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #restored = (): void => {
    if (this.#editor && this.#library) this.#editor.commands.setContent(this.#library.asHtml(this.textTarget.value), { emitUpdate: false });
  };

  #focus = (event: Event): void => {
    if (!this.#editor) return;
    event.preventDefault();
    this.#editor.commands.focus();
  };

  #key(event: KeyboardEvent): boolean {
    const isLink = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    const isBar = event.key === "F10" && event.altKey;
    if (!isLink && !isBar) return false;
    event.preventDefault();
    event.stopPropagation();
    if (isLink) this.#askLink();
    else this.buttonTargets.find((button) => button.tabIndex === 0)?.focus();
    return true;
  }

  /** Which buttons are on, and which have something to do. */
  #show = (): void => {
    const editor = this.#editor;
    if (!editor) return;
    for (const button of this.buttonTargets) {
      const command = this.#library?.COMMANDS[button.dataset["command"]!];
      if (command?.isOn) button.setAttribute("aria-pressed", String(command.isOn(editor)));
      if (command?.can) button.disabled = !command.can(editor);
    }
    if (!this.buttonTargets.some((button) => button.tabIndex === 0 && !button.disabled)) this.#stop(this.buttonTargets[0]!);
  };

  /** The one button at which the Tab key stops. */
  #stop(chosen: HTMLButtonElement): HTMLButtonElement {
    for (const button of this.buttonTargets) button.tabIndex = button === chosen ? 0 : -1;
    return chosen;
  }

  #askLink(): void {
    if (!this.#editor) return;
    this.addressTarget.value = String(this.#editor.getAttributes("link")["href"] ?? "");
    this.wrongTarget.hidden = true;
    this.linkBoxTarget.hidden = this.addressTarget.hidden = false;
    this.#library?.showLinked(this.#editor, true);
    this.addressTarget.focus();
    this.addressTarget.select();
  }

  #closeLink(): void {
    this.linkBoxTarget.hidden = this.addressTarget.hidden = true;
    if (!this.#editor) return;
    this.#library?.showLinked(this.#editor, false);
    this.#editor.commands.focus();
  }
}
