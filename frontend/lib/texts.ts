/** Texts come from the page (ui/parts/texts.html), already in the user's language. */
export function text(name: string): string {
  return document.getElementById("ui-texts")?.dataset[name] ?? "";
}

/** Fills "{card} moved to {column}." from a template of the page. */
export function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Lower case without accents, as the server folds: "Łódź" becomes "lodz". */
export function fold(value: string): string {
  return value.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/ł/g, "l").replace(/ß/g, "ss").replace(/đ/g, "d");
}
