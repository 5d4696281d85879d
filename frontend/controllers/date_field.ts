import { Controller } from "@hotwired/stimulus";
import { addDays, addMonths, dayText, fromIso, isoDay, monthText, readDay, spokenDay, today, weekdayNames, weeksOf, type Day } from "../lib/dates";

const CLOCK = /(?:^|[\s,T])(\d{1,2})[:.](\d{2})\s*$/;

/**
 * On <input type="date"> or <input type="datetime-local">: a text field in the page's language with a calendar.
 * The input itself keeps its name and the ISO value for the server; text that is no date is sent as it was typed,
 * so that the server can say what is wrong with it.
 */
export default class extends Controller<HTMLInputElement> {
  #text!: HTMLInputElement;
  #panel!: HTMLElement;
  #box!: HTMLElement;
  #cursor: Day = today();
  #withTime = false;

  override connect(): void {
    if (!["date", "datetime-local"].includes(this.element.type)) return;
    this.#withTime = this.element.type === "datetime-local";
    const template = document.getElementById("date-field-template") as HTMLTemplateElement;
    this.#box = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.#text = this.#box.querySelector("input")!;
    this.#panel = this.#box.querySelector("[popover]")!;
    this.#takeOver();
    this.element.after(this.#box);
    this.#box.querySelector("button")!.popoverTargetElement = this.#panel;
    this.#panel.addEventListener("toggle", this.#toggled);
    this.#panel.addEventListener("click", this.#pressed);
    this.#panel.addEventListener("keydown", this.#key);
    this.#text.addEventListener("input", this.#read);
    this.#text.addEventListener("change", this.#tidy);
    this.#text.addEventListener("keydown", this.#openByArrow);
    this.element.addEventListener("draft:restored", this.#show);
    this.#show();
  }

  override disconnect(): void {
    if (!this.#box) return;
    this.element.removeEventListener("draft:restored", this.#show);
    this.element.hidden = false;
    this.element.id = this.#text.id;
    this.#box.remove();
  }

  /** Label, help, errors and the duty to fill in go to the field that people see. */
  #takeOver(): void {
    for (const name of ["id", "required", "autofocus", "aria-invalid", "aria-describedby", "aria-label", "disabled", "class"]) {
      const value = this.element.getAttribute(name);
      if (value !== null) this.#text.setAttribute(name, value);
    }
    for (const name of ["id", "required", "autofocus"]) this.element.removeAttribute(name);
    this.element.hidden = true;
    this.element.tabIndex = -1;
  }

  #show = (): void => {
    const day = fromIso(this.element.value);
    const clock = this.#withTime ? ` ${this.element.value.slice(11, 16)}` : "";
    this.#text.value = day ? dayText(day) + clock.trimEnd() : this.element.value;
  };

  /** While typing: the ISO value when the text is a date, else the text itself. */
  #read = (): void => {
    const typed = this.#text.value.trim();
    const clock = this.#withTime ? CLOCK.exec(typed) : null;
    const day = readDay(clock ? typed.slice(0, clock.index) : typed);
    if (day) this.#set(day, clock ? `${clock[1]!.padStart(2, "0")}:${clock[2]}` : "");
    else {
      this.element.type = "text";
      this.element.value = typed;
    }
    this.element.dispatchEvent(new Event("input", { bubbles: true }));
  };

  #tidy = (): void => {
    this.#show();
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  };

  #set(day: Day, clock: string): void {
    this.element.type = this.#withTime ? "datetime-local" : "date";
    const kept = this.element.value.slice(11, 16) || "09:00";
    this.element.value = this.#withTime ? `${isoDay(day)}T${clock || kept}` : isoDay(day);
  }

  #openByArrow = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    this.#panel.showPopover();
  };

  #toggled = (event: Event): void => {
    if ((event as ToggleEvent).newState !== "open") return;
    this.#cursor = fromIso(this.element.value) ?? today();
    this.#draw();
    const field = this.#text.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#panel;
    const below = field.bottom + 4 + height <= innerHeight;
    Object.assign(this.#panel.style, {
      left: `${Math.max(8, Math.min(field.left, innerWidth - width - 8))}px`,
      top: `${below ? field.bottom + 4 : Math.max(8, field.top - height - 4)}px`,
    });
    this.#focusCursor();
  };

  #pressed = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLElement>("button");
    if (!button) return;
    if (button.dataset["months"]) {
      this.#cursor = addMonths(this.#cursor, Number(button.dataset["months"]));
      this.#draw();
    } else if (button.dataset["day"]) this.#choose(fromIso(button.dataset["day"])!);
  };

  #key = (event: KeyboardEvent): void => {
    const moves: Record<string, () => Day> = {
      ArrowLeft: () => addDays(this.#cursor, -1),
      ArrowRight: () => addDays(this.#cursor, 1),
      ArrowUp: () => addDays(this.#cursor, -7),
      ArrowDown: () => addDays(this.#cursor, 7),
      PageUp: () => addMonths(this.#cursor, -1),
      PageDown: () => addMonths(this.#cursor, 1),
    };
    const move = moves[event.key];
    if (!move || !(event.target as Element).closest("[data-day]")) {
      if (event.key === "Escape") event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.#cursor = move();
    this.#draw();
    this.#focusCursor();
  };

  #choose(day: Day): void {
    this.#set(day, "");
    this.#show();
    this.#panel.hidePopover();
    this.#text.focus();
    for (const name of ["input", "change"]) this.element.dispatchEvent(new Event(name, { bubbles: true }));
  }

  #focusCursor(): void {
    this.#panel.querySelector<HTMLElement>(`[data-day="${isoDay(this.#cursor)}"]`)?.focus({ preventScroll: true });
  }

  #draw(): void {
    this.#panel.querySelector("[data-month]")!.textContent = monthText(this.#cursor);
    const [head, body] = [this.#panel.querySelector("thead tr")!, this.#panel.querySelector("tbody")!];
    head.replaceChildren(...weekdayNames().map((name) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      return cell;
    }));
    body.replaceChildren(...weeksOf(this.#cursor).map((week) => {
      const row = document.createElement("tr");
      row.append(...week.map((day) => this.#cell(day)));
      return row;
    }));
  }

  #cell(day: Day): HTMLElement {
    const cell = document.createElement("td");
    const button = document.createElement("button");
    const iso = isoDay(day);
    button.type = "button";
    button.textContent = String(day.day);
    button.dataset["day"] = iso;
    button.tabIndex = iso === isoDay(this.#cursor) ? 0 : -1;
    button.setAttribute("aria-label", spokenDay(day));
    if (iso === isoDay(today())) button.setAttribute("aria-current", "date");
    if (this.element.value.startsWith(iso)) button.setAttribute("aria-pressed", "true");
    button.classList.toggle("is-outside", day.month !== this.#cursor.month);
    cell.append(button);
    return cell;
  }
}
