import { existsSync, readdirSync, readFileSync } from "node:fs";
import { ConfigError } from "../config.ts";
import { SAMPLE_COLLECTIONS, type Samples } from "../samples.ts";
import type { BrowserCode } from "../platform.ts";

const ROOT = new URL("../../", import.meta.url);

/** The prompts, name without `.md` → text. */
export function readPrompts(): Record<string, string> {
  return readMarkdown("prompts");
}

/** The demo page. */
export function readPage(): string {
  return readFileSync(new URL("src/routes/page.html", ROOT), "utf8");
}

/** What `npm run build` has made. Throws a ConfigError when it has not run. */
export function readBrowserCode(): BrowserCode {
  return { widget: readBuilt("widget"), demo: readBuilt("demo") };
}

function readBuilt(name: string): string {
  const file = new URL(`.build/${name}.js.txt`, ROOT);
  if (!existsSync(file))
    throw new ConfigError("The code for browsers is not built yet. Run: npm run build");
  return readFileSync(file, "utf8");
}

/** The sample collections of `fixtures/`. */
export function readSamples(): Samples {
  return Object.fromEntries(
    SAMPLE_COLLECTIONS.map((collection) => [
      collection,
      Object.entries(readMarkdown(`fixtures/${collection}`)).map(([id, text]) => ({ id, text })),
    ]),
  );
}

function readMarkdown(folder: string): Record<string, string> {
  const names = readdirSync(new URL(`${folder}/`, ROOT)).filter((name) => name.endsWith(".md"));
  return Object.fromEntries(
    names
      .toSorted()
      .map((name) => [
        name.slice(0, -".md".length),
        readFileSync(new URL(`${folder}/${name}`, ROOT), "utf8"),
      ]),
  );
}
