/** What is pasted, with the tags that the editor knows: the server (kit/rich_text.py) makes the same of the same HTML. */

const TAG = /<(\/?)([a-z][\w:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/gi;
const names = (text: string) => new Set(text.split(" "));
const KEPT = names("a b blockquote br code del div em h3 h4 hr i ins li ol p pre s span strike strong table tbody td tfoot th thead tr u ul");
const ALIKE: Record<string, string> = { h1: "h3", h2: "h3", h5: "h4", h6: "h4", tt: "code", kbd: "code", samp: "code", xmp: "pre", listing: "pre", menu: "ul", dir: "ul" };
/** Their beginning and end divide the text. */
const DIVIDING = names("address article aside caption center dd details dialog dl dt fieldset figcaption figure footer form header legend main nav option section summary");
const BOLD = /font-weight\s*:\s*(?:bold|[6-9]00)/i, ITALIC = /font-style\s*:\s*italic/i, NOT_BOLD = /font-weight\s*:\s*(?:normal|400)/i;
const BLOCKS = names("BLOCKQUOTE H3 H4 HR OL P PRE TABLE UL");

export function cleanPasted(html: string): string {
  const bare = withKnownTags(html);
  if (!/<table\b/i.test(bare)) return bare;
  const { body } = new DOMParser().parseFromString(bare, "text/html");
  for (const table of body.querySelectorAll("table")) table.replaceWith(...[...table.rows].flatMap(linesOf));
  return body.innerHTML;
}

/**
 * Pasted HTML with the tags we know and where links lead, nothing else: the policy of the page refuses styles and
 * handlers even where nothing is drawn. What other programs say with styles is said with tags before.
 */
function withKnownTags(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->|<(style|xml|script|title)\b[\s\S]*?<\/\1>/gi, "")
    .replace(/<span\b([^>]*)>([^<]*)<\/span>/gi, (_all, rest: string, text: string) => (BOLD.test(rest) ? `<strong>${text}</strong>` : ITALIC.test(rest) ? `<em>${text}</em>` : text))
    .replace(TAG, (_all, end: string, tag: string, rest: string) => {
      const found = tag.toLowerCase();
      const name = DIVIDING.has(found) ? "div" : ALIKE[found] ?? found;
      if (!KEPT.has(name)) return "";
      if (end) return `</${name}>`;
      if (name === "b" && NOT_BOLD.test(rest)) return "<span>";
      const kept = /\sdata-pm-slice="[^"]*"/.exec(rest)?.[0] ?? "";
      const href = name === "a" ? /\shref\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/i.exec(rest)?.[0] ?? "" : "";
      return `<${name}${kept}${href}>`;
    });
}

/** A row as one line with a sign between its cells; cells with more than a line of text have the others below it. */
function linesOf(row: HTMLTableRowElement): Node[] {
  const lines: HTMLElement[] = [];
  let passed = 0;
  for (const [place, cell] of [...row.cells].entries()) {
    if (place) passed += 1;
    const blocks = blocksOf(cell);
    if (!blocks.length) continue;
    const last = lines.at(-1);
    if (passed && blocks[0]!.tagName === "P" && (!last || last.tagName === "P")) {
      const line = last ?? document.createElement("p");
      line.append(`${" |".repeat(passed)} `, ...blocks.shift()!.childNodes);
      if (!last) lines.push(line);
    }
    lines.push(...blocks);
    passed = 0;
  }
  return lines;
}

/** What stands in a cell: loose text as paragraphs, without empty ones at its beginning. */
function blocksOf(cell: HTMLElement): HTMLElement[] {
  const blocks: HTMLElement[] = [];
  let line: HTMLElement | null = null;
  const walk = (parent: Node): void => {
    for (const node of [...parent.childNodes]) {
      const name = node.nodeName;
      if (name === "DIV" || BLOCKS.has(name)) {
        line = null;
        if (name === "DIV") walk(node);
        else blocks.push(node as HTMLElement);
        line = null;
      } else if (line || node.textContent?.trim() || (name === "BR" && blocks.length)) {
        if (!line) blocks.push((line = document.createElement("p")));
        line.append(node);
      }
    }
  };
  walk(cell);
  const first = blocks.findIndex((block) => block.tagName !== "P" || block.textContent?.trim());
  return first < 0 ? [] : blocks.slice(first);
}
