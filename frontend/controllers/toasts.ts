import { Controller } from "@hotwired/stimulus";
import { topDialog } from "../lib/dialogs";
import { send } from "../lib/http";

interface ToastDetail {
  message: string;
  tone?: string;
  actionLabel?: string;
  actionUrl?: string;
  linkUrl?: string;
  linkLabel?: string;
}

const SHOWN_MS = 6000;
const ICONS: Record<string, string> = { success: "circle-check", danger: "alert-triangle", warning: "alert-triangle" };

/** The region that announces messages: `toast:show` events (also from the HX-Trigger header) and Django's messages. */
export default class extends Controller<HTMLElement> {
  override connect(): void {
    document.addEventListener("toast:show", this.#show);
    this.element.addEventListener("click", this.#pressed);
    for (const toast of this.element.querySelectorAll<HTMLElement>(".toast")) this.#leaveLater(toast);
    this.#raise();
  }

  override disconnect(): void {
    document.removeEventListener("toast:show", this.#show);
    this.element.removeEventListener("click", this.#pressed);
  }

  #show = (event: Event): void => {
    const { message, tone = "info", actionLabel, actionUrl, linkUrl, linkLabel } = (event as CustomEvent<ToastDetail>).detail;
    const template = document.getElementById("toast-template") as HTMLTemplateElement;
    const toast = (template.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>(".toast");
    if (!toast) return;
    toast.dataset["tone"] = tone;
    const use = toast.querySelector("use");
    use?.setAttribute("href", use.getAttribute("href")!.replace(/#.*/, `#${ICONS[tone] ?? "info-circle"}`));
    toast.querySelector(".toast-text")!.textContent = message;
    const action = toast.querySelector<HTMLButtonElement>("[data-toast-action]");
    if (action && actionLabel && actionUrl) {
      action.hidden = false;
      action.textContent = actionLabel;
      action.dataset["url"] = actionUrl;
    }
    const link = toast.querySelector<HTMLAnchorElement>("[data-toast-link]");
    if (link && linkUrl) {
      link.hidden = false;
      link.href = linkUrl;
      if (linkLabel) link.textContent = linkLabel;
    }
    this.element.append(toast);
    this.#raise();
    this.#leaveLater(toast);
  };

  /** Above everything, also above an open modal dialog (whose outside cannot be pressed). */
  #raise(): void {
    const filled = this.element.childElementCount > 0;
    if (this.element.matches(":popover-open")) this.element.hidePopover();
    if (!filled) return;
    const home = topDialog() ?? document.body;
    if (this.element.parentElement !== home) home.append(this.element);
    this.element.showPopover();
    if (home instanceof HTMLDialogElement) home.addEventListener("close", () => this.#comeHome(), { once: true });
  }

  #comeHome(): void {
    document.body.append(this.element);
    this.#raise();
  }

  #leaveLater(toast: HTMLElement): void {
    const serious = ["danger", "warning"].includes(toast.dataset["tone"] ?? "");
    const wait = (): void => {
      setTimeout(() => (toast.matches(":hover, :focus-within") ? wait() : this.#leave(toast)), serious ? SHOWN_MS * 2 : SHOWN_MS);
    };
    wait();
  }

  #leave(toast: HTMLElement): void {
    toast.remove();
    if (!this.element.childElementCount && this.element.matches(":popover-open")) this.element.hidePopover();
  }

  #pressed = async (event: Event): Promise<void> => {
    const button = (event.target as Element).closest("button");
    const toast = button?.closest<HTMLElement>(".toast");
    if (!button || !toast) return;
    const url = button.dataset["url"];
    if (url) {
      button.setAttribute("aria-busy", "true");
      const answer = await send(url, { method: "POST" });
      if (answer) location.reload();
    }
    this.#leave(toast);
  };
}
