import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";

/** Groups of a list: `toggle` opens and closes the one its button controls; the rows come when it is first opened. */
export default class extends Controller<HTMLElement> {
  toggle(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[aria-controls]")!;
    const rows = document.getElementById(button.getAttribute("aria-controls")!)!;
    const opens = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(opens));
    rows.hidden = !opens;
    if (opens) htmx.trigger(button, "open");
  }
}
