/**
 * Keys pressed while something that was asked for by keyboard is on its way: kept, and pressed again in order where the
 * focus is then, as if the answer had come at once. So nobody types faster than the server answers.
 */
const KEPT = /^(?:.|Enter|Escape|Tab|Backspace|Delete|Home|End|F2|Arrow(?:Up|Down|Left|Right))$/u;

let awaited: Element | null = null;
let from: Element | null = null;
let kept: KeyboardEvent[] = [];

/** From now on keys pressed on the element, or where the focus is now, are kept. */
export function expectSoon(element: Element): void {
  if (awaited && awaited !== element) kept = []; // they were meant for what was left behind
  awaited = element;
  from = document.activeElement;
  document.addEventListener("keydown", keyPressed, true);
}

/** Keeps a key that began what is awaited, before any others. */
export function keep(event: KeyboardEvent): void {
  if (awaited) kept.unshift(event);
}

/** Whether something else is awaited by now, or has the focus. */
export function wentAway(element: Element): boolean {
  const now = document.activeElement;
  return awaited !== element || (now !== from && now !== document.body && !element.contains(now));
}

/** The element is there: presses what was kept, up to a key after which something is awaited again. */
export function arrived(element: Element): void {
  if (awaited !== element) return;
  stop();
  while (!awaited && kept.length) press(kept.shift()!);
}

/** It does not come, or not as expected: what was kept has no place. */
export function failed(element: Element): void {
  if (awaited !== element) return;
  stop();
  kept = [];
}

function stop(): void {
  awaited = null;
  document.removeEventListener("keydown", keyPressed, true);
}

function keyPressed(event: KeyboardEvent): void {
  if (!event.isTrusted || isCommand(event) || !KEPT.test(event.key) || !awaited || wentAway(awaited)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  kept.push(event);
}

/** Whether a modifier makes a key a command; many letters of our languages need AltGr, which some report as Ctrl+Alt. */
export function isCommand(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
}

function press({ key, code, keyCode, shiftKey }: KeyboardEvent): void {
  const target = document.activeElement ?? document.body;
  const again = new KeyboardEvent("keydown", { key, code, keyCode, shiftKey, bubbles: true, cancelable: true });
  if (!target.dispatchEvent(again)) return;
  if (key === "Tab") neighbour(target, shiftKey)?.focus();
  else if (target instanceof HTMLSelectElement) choose(target, key);
  else if (key.length === 1) document.execCommand("insertText", false, key);
  else if (key === "Enter" && target instanceof HTMLTextAreaElement) document.execCommand("insertLineBreak");
  else if (key === "Backspace") document.execCommand("delete");
  else if (key === "Delete") document.execCommand("forwardDelete");
}

/** The choice that begins with what was typed. */
function choose(select: HTMLSelectElement, key: string): void {
  if (key.length > 1) return;
  const word = ((select.dataset["typed"] ?? "") + key).toLocaleLowerCase();
  const option = [...select.options].find((one) => one.text.trim().toLocaleLowerCase().startsWith(word));
  if (!option) return;
  select.dataset["typed"] = word;
  select.value = option.value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Where the Tab key goes from an element. */
function neighbour(element: Element, backwards: boolean): HTMLElement | undefined {
  const all = [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, [tabindex]")];
  const stops = all.filter((one) => one === element || (one.tabIndex >= 0 && !one.matches(":disabled") && one.checkVisibility()));
  return stops[stops.indexOf(element as HTMLElement) + (backwards ? -1 : 1)];
}
