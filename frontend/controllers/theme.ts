import { Controller } from "@hotwired/stimulus";
import { send } from "../lib/http";
import { setCookie } from "../lib/storage";

/** Light, dark or as the system: at once on the page, kept in a cookie and with the user. */
export default class extends Controller<HTMLElement> {
  static override targets = ["choice"];
  static override values = { url: String };
  declare readonly choiceTargets: HTMLElement[];
  declare readonly urlValue: string;

  override connect(): void {
    this.#mark(document.documentElement.dataset["theme"] ?? "auto");
  }

  choose(event: Event & { params: { name: string } }): void {
    const { name } = event.params;
    document.documentElement.dataset["theme"] = name;
    document.dispatchEvent(new CustomEvent("theme:changed"));
    setCookie("theme", name);
    this.#mark(name);
    if (this.urlValue) void send(this.urlValue, { method: "POST", body: new URLSearchParams({ theme: name }) });
  }

  #mark(name: string): void {
    for (const choice of this.choiceTargets) choice.setAttribute("aria-checked", String(choice.dataset["themeNameParam"] === name));
  }
}
