import { Controller } from "@hotwired/stimulus";

/** In the fragment of a 409: `keep` sends the form (`form`, a selector) again on top of the newer `version`. */
export default class extends Controller<HTMLElement> {
  static override values = { form: String, version: String };
  declare readonly formValue: string;
  declare readonly versionValue: string;

  keep(): void {
    const form = document.querySelector<HTMLFormElement>(this.formValue);
    const version = form?.querySelector<HTMLInputElement>("input[name=version]");
    if (!form || !version) return;
    version.value = this.versionValue;
    this.element.closest("dialog")?.close();
    form.requestSubmit();
  }

  /** Takes the saved state: the page is loaded again without what was typed here. */
  reload(): void {
    const form = document.querySelector<HTMLFormElement>(this.formValue);
    form?.dispatchEvent(new CustomEvent("draft:drop"));
    location.reload();
  }
}
