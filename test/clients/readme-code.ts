// The code that README.md shows, so that tests run what its readers copy.
import { readFileSync } from "node:fs";
import { ROOT } from "../node/tributary.ts";

export interface ReadmeCode {
  name: string;
  language: string;
  /** As it stands there. */
  text: string;
}

/** The server that the README's code speaks to. */
const SERVER = "http://127.0.0.1:8787";
const BLOCK = /(?:<!-- runs: (?<name>[\w-]+) -->\n)?^```(?<language>\w+)\n(?<text>[^]*?)^```$/gm;

export const readReadme = (): string => readFileSync(`${ROOT}README.md`, "utf8");

/** Every block of code, those that no test asks for by name with an empty one. */
export function readReadmeCode(): ReadmeCode[] {
  return [...readReadme().matchAll(BLOCK)].map(({ groups }) => {
    const { name = "", language = "", text = "" } = groups ?? {};
    return { name, language, text };
  });
}

/** The block below `<!-- runs: name -->`, turned towards another server. */
export function readmeCode(name: string, server = SERVER): string {
  const block = readReadmeCode().find((code) => code.name === name);
  if (block === undefined) throw new Error(`README.md must hold a block named "${name}".`);
  return block.text.replaceAll(SERVER, server);
}
