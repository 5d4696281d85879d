import { fill } from "./texts";

/** Something the page can do for what is at hand. `change` is true for a single field: offered only when asked for. */
export interface Command {
  name: string;
  icon: string;
  keys: string;
  change: boolean;
  run: () => void;
}
export interface Commands {
  heading: string;
  commands: Command[];
}

const ENTRIES = "a.btn, button.btn, .menu-item";
const NONE = "[data-menu-target=button], [data-no-command], [aria-current], [role=menuitemradio], [hidden], .is-busy";

/**
 * What the page offers right now: the acts in each `data-commands` (its value is the heading, else what is selected,
 * else the page's), and the fields that can be changed where they stand. It offers what the page does, so rights
 * need no word here.
 */
export function commandsOf(changeText: string): Commands[] {
  const found = new Map<string, Command[]>();
  for (const place of document.querySelectorAll<HTMLElement>("[data-commands]")) {
    if (place.matches(".bulk-bar[hidden]")) continue;
    const heading = place.dataset["commands"] || selectedText(place) || document.querySelector("h1")?.textContent?.trim() || "";
    const entries = [...place.querySelectorAll<HTMLElement>(ENTRIES)].filter((entry) => !entry.matches(NONE) && !entry.hasAttribute("data-command"));
    found.set(heading, [...(found.get(heading) ?? []), ...entries.map(asCommand)]);
  }
  const at = document.getElementById("record-title")?.textContent?.trim() ?? "";
  const fields = [...document.querySelectorAll<HTMLElement>("main .editable[data-controller~=inline-edit]:not(td)")];
  if (fields.length) found.set(at, [...(found.get(at) ?? []), ...fields.map((field) => asChange(field, changeText))]);
  return [...found].filter(([, commands]) => commands.length).map(([heading, commands]) => ({ heading, commands }));
}

function selectedText(place: HTMLElement): string {
  return place.querySelector("[role=status]")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
}

function asCommand(entry: HTMLElement): Command {
  const name = entry.getAttribute("aria-label") ?? entry.querySelector("span")?.textContent ?? entry.textContent ?? "";
  return { name: name.trim(), icon: iconOf(entry), keys: entry.dataset["shortcut"] ?? "", change: false, run: () => entry.click() };
}

function asChange(field: HTMLElement, changeText: string): Command {
  const run = (): void => {
    const folded = field.closest("details");
    if (folded) folded.open = true;
    field.scrollIntoView({ block: "center" });
    field.focus();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  };
  return { name: fill(changeText, { field: field.getAttribute("aria-label") ?? "" }), icon: "edit", keys: "", change: true, run };
}

export function iconOf(entry: HTMLElement): string {
  return entry.querySelector("use")?.getAttribute("href")?.split("#")[1] ?? "point";
}
