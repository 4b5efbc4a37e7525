import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkId } from "../../src/chunk-id.ts";

describe("chunkId", () => {
  it("keeps the ids of stored chunks for ever", () => {
    // uuid5 of ["guides","bear-safety",0], computed by Python.
    expect(chunkId("guides", "bear-safety", 0)).toBe("d1e8ce25-e267-5aeb-9866-5b6b9899cf8d");
  });

  it("differs by collection, document and position", () => {
    const place = fc.tuple(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), fc.nat(20));
    fc.assert(
      fc.property(place, place, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(chunkId(...one) === chunkId(...other)).toBe(same);
        expect(chunkId(...one)).toMatch(
          /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
        );
      }),
    );
    expect(chunkId("a", "b/c", 0)).not.toBe(chunkId("a/b", "c", 0));
    expect(chunkId('a","b', "c", 0)).not.toBe(chunkId("a", 'b","c', 0));
  });
});
