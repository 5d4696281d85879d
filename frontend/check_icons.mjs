// Fails when a template or a Python file names an icon that Tabler does not have.
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { iconNames } from "./icons.mjs";

const { unknown } = await iconNames(resolve(dirname(fileURLToPath(import.meta.url)), ".."));
if (unknown.length) {
  console.error(`There are no Tabler icons with these names: ${unknown.join(", ")}`);
  process.exit(1);
}
