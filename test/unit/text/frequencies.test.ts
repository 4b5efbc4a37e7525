import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addFrequency,
  copyFrequencies,
  decodeFrequencies,
  emptyFrequencies,
  encodeFrequencies,
  type Frequencies,
  listFrequencies,
  readFrequency,
} from "../../../src/text/frequencies.ts";
import { createRandom } from "../../support/random.ts";

const index = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 255, 256, 0xffffff00, 0xffffffff),
  // Many that fall on few keys.
  fc.nat(2000),
);
const changes = fc.array(fc.tuple(index, fc.constantFrom(1, 1, 1, -1, 5)), { maxLength: 300 });

function build(list: [number, number][]): Frequencies {
  const table = emptyFrequencies();
  for (const [at, change] of list) addFrequency(table, at, change);
  return table;
}

/** The same by a Map. */
function byHand(list: [number, number][]): Map<number, number> {
  const numbers = new Map<number, number>();
  for (const [at, change] of list) {
    const key = at >>> 8;
    numbers.set(key, Math.max(0, (numbers.get(key) ?? 0) + change));
  }
  return numbers;
}

/** So many terms that the table has grown several times. */
function large(): [number, number][] {
  const random = createRandom(5);
  return Array.from({ length: 20_000 }, () => [
    random.integer(0, 0xffffffff),
    1 + Math.floor(random.fraction() ** 8 * 5000),
  ]);
}

describe("frequencies", () => {
  it("are those of the upper 24 bits, never below zero", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const table = build(list);
        const numbers = byHand(list);
        for (const [at] of list) expect(readFrequency(table, at)).toBe(numbers.get(at >>> 8) ?? 0);
        expect(listFrequencies(table)).toEqual(
          [...numbers]
            .filter(([, count]) => count > 0)
            .map(([key, count]) => [key + 1, count])
            .toSorted(([a], [b]) => a! - b!),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("stay exact when the table grows, and forget what was taken back", () => {
    const list = large();
    const table = build(list);
    const numbers = byHand(list);
    expect(listFrequencies(table)).toHaveLength(numbers.size);
    for (const [key, count] of numbers) {
      if (readFrequency(table, key * 256) !== count) expect.fail(`${key}`);
      addFrequency(table, key * 256, -count);
    }
    expect(listFrequencies(table)).toEqual([]);
    for (let round = 0; round < 20_000; round++) {
      addFrequency(table, round * 65_536, 1);
      addFrequency(table, round * 65_536, -1);
    }
    expect(table.keys.length).toBeLessThanOrEqual(131_072);
  });

  it("of a copy are its own", () => {
    const table = build([[256, 2]]);
    addFrequency(copyFrequencies(table), 256, 1);
    expect(readFrequency(table, 256)).toBe(2);
  });
});

describe("encodeFrequencies and decodeFrequencies", () => {
  it("give back every table", async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const table = build(list);
        const decoded = await decodeFrequencies(await encodeFrequencies(table));
        expect(listFrequencies(decoded)).toEqual(listFrequencies(table));
      }),
      { numRuns: 25 },
    );
  });

  it("give back a large one, and the largest numbers", async () => {
    const table = build([...large(), [0, 0xffffffff], [0xffffffff, 0xffffffff]]);
    const text = await encodeFrequencies(table);
    expect(listFrequencies(await decodeFrequencies(text))).toEqual(listFrequencies(table));
    // Distances of two bytes, numbers of one: far less than the 160 kB of the entries.
    expect(text.length).toBeLessThan(90_000);
  });

  it("make an empty table short", async () => {
    expect((await encodeFrequencies(emptyFrequencies())).length).toBeLessThan(10);
  });
});

describe("decodeFrequencies", () => {
  it("throws a RangeError for a text that is cut short", async () => {
    const text = await encodeFrequencies(build(large()));
    const half = text.slice(0, Math.floor(text.length / 8) * 4);
    await expect(decodeFrequencies(half)).rejects.toThrow(RangeError);
  });

  it.each(["", "!!!", "not base64", "aGVsbG8gd29ybGQ="])(
    "throws a RangeError for %j",
    async (text) => {
      await expect(decodeFrequencies(text)).rejects.toThrow(RangeError);
    },
  );

  it.each([
    ["a distance without a number", [5]],
    ["a number that goes on", [5, 0x80]],
    ["the same key twice", [5, 1, 0, 1]],
    ["a number of zero", [5, 0]],
    ["a key that no index has", [0xff, 0xff, 0xff, 0x7f, 1]],
    ["a number beyond 32 bits", [1, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])("throws a RangeError for %s", async (_what, bytes) => {
    const body = new Blob([Uint8Array.from(bytes)])
      .stream()
      .pipeThrough(new CompressionStream("deflate-raw"));
    const packed = new Uint8Array(await new Response(body).arrayBuffer());
    await expect(decodeFrequencies(btoa(String.fromCharCode(...packed)))).rejects.toThrow(
      RangeError,
    );
  });
});
