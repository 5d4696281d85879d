// One SVG sprite with only the Tabler icons that the project names: <c-icon name="phone" />,
// icon="phone" in templates and Python, and the names in frontend/icons.txt for those chosen at run time.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, watch as watchFolder } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const PATTERNS = [/<c-icon\s[^>]*?\bname="([a-z0-9-]+)"/g, /\bicon=["']([a-z0-9-]+)["']/g, /\{% icon "([a-z0-9-]+)"/g, /\bicon\("([a-z0-9-]+)"/g];

/** Writes icons-HASH.svg into `out`; answers its file name and the icon names in it. */
export async function buildIcons(root, out) {
  const { names, unknown } = await iconNames(root);
  for (const name of unknown) console.warn(`There is no Tabler icon "${name}": it is left out.`);
  const symbols = names.map((name) => symbol(root, name));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
  const file = `icons-${createHash("sha256").update(sprite).digest("hex").slice(0, 8)}.svg`;
  await writeFile(join(out, file), sprite);
  return { file, names };
}

export function watchIconSources(root, rebuild) {
  let timer;
  watchFolder(join(root, "jantar"), { recursive: true }, (_event, name) => {
    if (!/\.(html|py)$/.test(name ?? "")) return;
    clearTimeout(timer);
    timer = setTimeout(rebuild, 300);
  });
}

/** The icons named anywhere: those that Tabler has, and the `unknown` ones. */
export async function iconNames(root) {
  const used = [...(await usedNames(root))].sort();
  return { names: used.filter((name) => existsSync(pathOf(root, name))), unknown: used.filter((name) => !existsSync(pathOf(root, name))) };
}

function pathOf(root, name) {
  const [folder, file] = name.endsWith("-filled") ? ["filled", name.slice(0, -7)] : ["outline", name];
  return join(root, "node_modules/@tabler/icons/icons", folder, `${file}.svg`);
}

async function usedNames(root) {
  const listed = await readFile(join(root, "frontend/icons.txt"), "utf8");
  const names = new Set(listed.split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#")));
  for (const entry of await readdir(join(root, "jantar"), { recursive: true })) {
    if (!/\.(html|py)$/.test(entry)) continue;
    const text = await readFile(join(root, "jantar", entry), "utf8");
    for (const pattern of PATTERNS) for (const [, name] of text.matchAll(pattern)) names.add(name);
  }
  return names;
}

function symbol(root, name) {
  const svg = readFileSync(pathOf(root, name), "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const shapes = body.replace(/\s+/g, " ").replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/> </g, "><").trim();
  const paint = name.endsWith("-filled") ? ' fill="currentColor" stroke="none"' : "";
  return `<symbol id="${name}" viewBox="0 0 24 24"${paint}>${shapes}</symbol>`;
}
