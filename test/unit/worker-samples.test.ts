import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSamples } from "../../src/node/files.ts";

// Read as text: only a Worker's bundler can import it.
const source = readFileSync("src/worker-samples.ts", "utf8");

describe("samples", () => {
  it("are the files of fixtures/, each under its own name", () => {
    const files = new Map(
      [...source.matchAll(/^import (\w+) from "\.\.\/fixtures\/(.+)\.md";$/gm)].map((match) => [
        match[1],
        match[2],
      ]),
    );
    const listed = [...source.matchAll(/^ {2}(\w+): \[\n([\s\S]*?)^ {2}\],$/gm)].flatMap(
      ([, collection, entries = ""]) =>
        [...entries.matchAll(/\{ id: "(.+)", text: (\w+) \}/g)].map(([, id, name]) => ({
          place: `${collection}/${id}`,
          file: files.get(name),
        })),
    );
    for (const { place, file } of listed) expect(file).toBe(place);
    const expected = Object.entries(readSamples()).flatMap(([collection, documents]) =>
      documents.map(({ id }) => `${collection}/${id}`),
    );
    expect(listed.map(({ place }) => place).toSorted()).toEqual(expected.toSorted());
    expect([...files.values()].toSorted()).toEqual(expected.toSorted());
  });
});
