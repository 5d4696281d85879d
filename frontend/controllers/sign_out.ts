import { Controller } from "@hotwired/stimulus";
import { forgetAll } from "../lib/storage";

/** Signing out forgets what the browser kept: drafts, recent records, remembered tabs. */
export default class extends Controller<HTMLFormElement> {
  override connect(): void {
    this.element.addEventListener("submit", forgetAll);
  }

  override disconnect(): void {
    this.element.removeEventListener("submit", forgetAll);
  }
}
