// Builds the browser assets into jantar/ui/static/ui/dist with content-hashed names
// and writes manifest.json (source name -> file) for the {% asset %} template tag.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import { compile } from "sass";
import { buildIcons, watchIconSources } from "./icons.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "jantar/ui/static/ui/dist");
const watch = process.argv.includes("--watch");

const scss = {
  name: "scss",
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, ({ path }) => {
      const options = { loadPaths: [join(root, "node_modules")], quietDeps: true, style: "compressed" };
      const { css, loadedUrls } = compile(path, options);
      return { contents: css, loader: "css", watchFiles: loadedUrls.map((url) => fileURLToPath(url)) };
    });
  },
};

const manifest = {
  name: "manifest",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length) return;
      const names = {};
      for (const [file, output] of Object.entries(result.metafile.outputs)) {
        const name = file.split("/").pop();
        if (output.entryPoint) names[plainName(output.entryPoint)] = name;
        else if (name.endsWith(".woff2")) names[name.replace(/-[A-Z0-9]{8}(?=\.woff2$)/, "")] = name;
      }
      const icons = await buildIcons(root, out);
      names["icons.svg"] = icons.file;
      names["favicon.svg"] = await copyHashed("frontend/favicon.svg");
      await writeFile(join(out, "icons.json"), JSON.stringify(icons.names));
      await writeFile(join(out, "manifest.json"), JSON.stringify(names, null, 1));
      await removeOld(Object.keys(result.metafile.outputs).map((file) => file.split("/").pop()), names);
    });
  },
};

async function copyHashed(source) {
  const content = await readFile(join(root, source));
  const [, name, extension] = source.match(/([^/]+)(\.\w+)$/);
  const file = `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}${extension}`;
  await writeFile(join(out, file), content);
  return file;
}

function plainName(entryPoint) {
  return entryPoint.split("/").pop().replace(/\.ts$/, ".js");
}

/** Removes what earlier builds left, so that the folder never grows. */
async function removeOld(outputs, names) {
  const keep = new Set([...outputs, ...Object.values(names), "manifest.json", "icons.json"]);
  for (const file of await readdir(out)) {
    if (!keep.has(file)) await rm(join(out, file), { recursive: true });
  }
}

await mkdir(out, { recursive: true });
const context = await esbuild.context({
  absWorkingDir: root,
  entryPoints: ["frontend/main.ts", "frontend/styles/main.css", "frontend/styles/gallery.css"],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome123", "firefox120", "safari17.5"],
  minify: true,
  sourcemap: watch ? "linked" : false,
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  legalComments: "none",
  logLevel: "info",
  plugins: [scss, manifest],
});

if (watch) {
  await context.watch();
  watchIconSources(root, () => context.rebuild());
} else {
  await context.rebuild();
  await context.dispose();
}
