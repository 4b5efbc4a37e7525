import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CollectionRecord } from "../../src/ports.ts";
import { listFrequencies } from "../../src/text/frequencies.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";

/** Put in by test/vitest.config.ts. */
declare const FULL: boolean;

let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ samples: false });
});
afterAll(() => app.close());

const signal = new AbortController().signal;

async function readRecord(name: string): Promise<CollectionRecord | undefined> {
  const records = await app.services.ingest.store.listCollections(signal);
  return records.find((record) => record.name === name);
}

/** What was counted, with the number of each term. */
function counted(record: CollectionRecord | undefined): unknown {
  const { documents = 0, statistics } = record ?? {};
  const { chunks = 0, words = 0, grams = 0, frequencies } = statistics ?? {};
  return {
    documents,
    chunks,
    words,
    grams,
    terms: frequencies === undefined ? [] : listFrequencies(frequencies),
  };
}

const section = fc
  .array(fc.constantFrom("otter", "heron", "newt", "pike", "수달은", "배낭에서", "東京", "the"), {
    minLength: 1,
    maxLength: 6,
  })
  .map((words) => `## ${words[0]}\n\nLake ${words.join(" ")}.`);
const text = fc
  .array(section, { minLength: 1, maxLength: 4 })
  .map((sections) => sections.join("\n\n"));
const id = fc.constantFrom("a", "b", "c");
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      put: fc.uniqueArray(fc.record({ id, text }), {
        selector: (one) => one.id,
        minLength: 1,
        maxLength: 3,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ remove: id }) },
);

let collections = 0;

describe("the statistics of a collection", () => {
  it("are those of its documents, however these came, were replaced and went", async () => {
    const { ingester } = app.services;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const [lived, fresh] = [`lived-${++collections}`, `fresh-${collections}`];
        const documents = new Map<string, string>();
        for (const one of steps) {
          if ("put" in one) {
            await ingester.ingest(lived, one.put, signal);
            for (const document of one.put) documents.set(document.id, document.text);
          } else {
            const isRemoved = await ingester.remove(lived, one.remove, signal);
            expect(isRemoved).toBe(documents.delete(one.remove));
          }
        }
        const left = [...documents].map(([key, value]) => ({ id: key, text: value }));
        if (left.length > 0) await ingester.ingest(fresh, left, signal);
        expect(counted(await readRecord(lived))).toEqual(counted(await readRecord(fresh)));
      }),
      { numRuns: FULL ? 150 : 5 },
    );
    // Each run stores two collections more, which every write reads.
  }, 180_000);
});
