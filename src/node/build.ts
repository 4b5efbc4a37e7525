import { build, type Plugin, transform } from "esbuild";
import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/*
 * `npm run build`: the code that runs in browsers, each entry as one minified ES module. Start, test and deploy run it
 * first, which takes a tenth of a second. Written as text, because a Worker imports it as text.
 */

const ROOT = new URL("../../", import.meta.url);
const OUTPUT = new URL(".build/", ROOT);
/** Fields with names that only the widget and its Markdown parser have: no browser, no page and no wire knows them. */
const OWN_FIELDS =
  /^(renderer|pending|tokens?|len|spaces|indent|indent_len|blockquote_idx|hr_chars?|fence_start|fence_end|table_state|add_token|end_token|add_text|set_attr|isRestoring|isInline|isClosed|storageKey|readScope|setOpen|setBusy|onAsk|onStop|onFresh|onOpen|questionId|record|turns|grown|citations|panel|follow|begin|running|client|context|address|element|nodes|take|rate|say|options|view)$/;
const ENTRIES = { widget: "src/widget/main.ts", demo: "src/widget/demo/main.ts" };

/** A style sheet as a text, which esbuild alone would leave as it was written. */
const styles: Plugin = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** Writes `.build/<name>.js.txt` for each entry. Throws with esbuild's messages when the code is wrong. */
export async function buildBrowserCode(): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  await Promise.all(
    Object.entries(ENTRIES).map(async ([name, entry]) => {
      const { outputFiles } = await build({
        entryPoints: [fileURLToPath(new URL(entry, ROOT))],
        bundle: true,
        minify: true,
        format: "esm",
        target: "es2022",
        charset: "utf8",
        legalComments: "none",
        tsconfigRaw: {},
        plugins: [styles],
        ...(name === "widget" && { mangleProps: OWN_FIELDS }),
        // The Markdown parser asserts to the console.
        drop: ["console"],
        write: false,
      });
      writeFileSync(new URL(`${name}.js.txt`, OUTPUT), outputFiles[0]!.contents);
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildBrowserCode();
