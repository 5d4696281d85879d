import { Controller } from "@hotwired/stimulus";
import { send } from "../lib/http";

const NARROWEST = 48;
const WIDEST = 900;
const STEP = 16;
const LEAP = 64;
const WAIT_MS = 300;

/**
 * Columns of a table made wider and narrower at the `edge` of their heads: by dragging, by the arrow keys (with Shift
 * in larger steps), and by a double click or Enter as wide as what is in them. Widths stand in `col` elements with
 * `data-column`; they are kept by a POST to `url` with the `state` of the list.
 */
export default class extends Controller<HTMLTableElement> {
  static override targets = ["edge"];
  static override values = { url: String, state: String };
  declare readonly edgeTargets: HTMLElement[];
  declare readonly urlValue: string;
  declare readonly stateValue: string;

  #timer = 0;
  #changed = new Set<string>();
  #drag: { edge: HTMLElement; from: number; width: number; } | null = null;

  override connect(): void {
    for (const [type, act] of this.#acts) this.element.addEventListener(type, act as EventListener);
    addEventListener("pagehide", this.#keep);
  }

  override disconnect(): void {
    for (const [type, act] of this.#acts) this.element.removeEventListener(type, act as EventListener);
    removeEventListener("pagehide", this.#keep);
    this.#keep();
  }

  edgeTargetConnected(edge: HTMLElement): void {
    edge.setAttribute("aria-valuemin", String(NARROWEST));
    edge.setAttribute("aria-valuemax", String(WIDEST));
    this.#say(edge);
  }

  get #acts(): [string, (event: never) => void][] {
    return [["pointerdown", this.#press], ["pointermove", this.#move], ["pointerup", this.#release], ["pointercancel", this.#cancel], ["dblclick", this.#twice], ["keydown", this.#key], ["click", this.#click]];
  }

  #edge(event: Event): HTMLElement | null {
    return (event.target as Element).closest<HTMLElement>("[data-column-widths-target=edge]");
  }

  #press = (event: PointerEvent): void => {
    const edge = this.#edge(event);
    if (!edge || event.button !== 0) return;
    edge.setPointerCapture(event.pointerId);
    edge.focus();
    this.#drag = { edge, from: event.clientX, width: this.#head(edge).offsetWidth };
    event.preventDefault();
  };

  #move = (event: PointerEvent): void => {
    if (this.#drag) this.#set(this.#drag.edge, this.#drag.width + event.clientX - this.#drag.from);
  };

  #release = (): void => {
    this.#drag = null;
    this.#keep();
  };

  /** Escape, or the system takes the pointer away: as wide as before. */
  #cancel = (): void => {
    if (this.#drag) this.#set(this.#drag.edge, this.#drag.width);
    this.#drag = null;
  };

  #twice = (event: MouseEvent): void => {
    const edge = this.#edge(event);
    if (edge) this.#fit(edge);
  };

  #click = (event: MouseEvent): void => {
    if (this.#edge(event)) event.stopPropagation();
  };

  #key = (event: KeyboardEvent): void => {
    const edge = this.#edge(event);
    if (!edge || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? LEAP : STEP;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.#set(edge, this.#head(edge).offsetWidth + (event.key === "ArrowLeft" ? -step : step));
    else if (event.key === "Enter") this.#fit(edge);
    else if (event.key === "Escape" && this.#drag) this.#cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  get #isSized(): boolean {
    return this.element.classList.contains("table-sized");
  }

  #head(edge: HTMLElement): HTMLTableCellElement {
    return edge.closest("th")!;
  }

  #column(name: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`col[data-column="${CSS.escape(name)}"]`);
  }

  /** The first width drawn fixes the others as they stand, so that they stay where they are. */
  #fix(): void {
    if (this.#isSized) return;
    const heads = this.edgeTargets.map((edge) => this.#head(edge));
    const widths = heads.map((head) => head.offsetWidth);
    for (const [index, head] of heads.entries()) this.#put(head.dataset["column"]!, widths[index]!);
    this.element.classList.add("table-sized");
  }

  #set(edge: HTMLElement, width: number): void {
    this.#fix();
    this.#put(this.#head(edge).dataset["column"]!, width);
    this.#say(edge);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#keep, WAIT_MS);
  }

  #put(name: string, width: number): void {
    this.#column(name)?.setAttribute("width", String(Math.round(Math.min(Math.max(width, NARROWEST), WIDEST))));
    this.#changed.add(name);
  }

  #fit(edge: HTMLElement): void {
    const head = this.#head(edge);
    const cells = [...this.element.rows].flatMap((row) => (row.cells.length > head.cellIndex && row.checkVisibility() ? [row.cells[head.cellIndex]!] : []));
    this.#set(edge, Math.ceil(Math.max(...cells.filter((cell) => cell.colSpan === 1).map(widthOf))));
  }

  #say(edge: HTMLElement): void {
    edge.setAttribute("aria-valuenow", String(this.#column(this.#head(edge).dataset["column"]!)?.getAttribute("width") ?? Math.min(Math.max(this.#head(edge).offsetWidth, NARROWEST), WIDEST)));
  }

  #keep = (): void => {
    clearTimeout(this.#timer);
    if (!this.#changed.size || this.#drag) return;
    const body = new URLSearchParams({ state: this.stateValue });
    for (const name of this.#changed) body.set(`width-${name}`, this.#column(name)?.getAttribute("width") ?? "");
    this.#changed.clear();
    void send(this.urlValue, { method: "POST", body, keepalive: true });
  };
}

/** What is in the cell, without being cut, and the space around it. */
function widthOf(cell: HTMLTableCellElement): number {
  const range = document.createRange();
  range.selectNodeContents(cell);
  const edge = cell.querySelector(".column-edge");
  if (edge) range.setEndBefore(edge);
  const style = getComputedStyle(cell);
  return range.getBoundingClientRect().width + parseFloat(style.paddingLeft) + parseFloat(style.paddingRight) + 2;
}
