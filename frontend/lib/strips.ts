/** Room for the arrow at the end of a strip (navigation.css). */
const ARROW = 36;

/** Scrolls a strip of tabs, not the page, until the tab is seen whole beside the arrows. */
export function bringInto(strip: HTMLElement, tab: HTMLElement): void {
  const [row, at] = [strip.getBoundingClientRect(), tab.getBoundingClientRect()];
  const room = strip.scrollWidth > strip.clientWidth ? ARROW : 0;
  strip.scrollLeft += Math.min(at.left - row.left - room, 0) + Math.max(at.right - row.right + room, 0);
}
