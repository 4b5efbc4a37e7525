import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createRowList,
  createRowMarks,
  intersectRows,
} from "../../../src/qdrant-local/row-list.ts";

const rows = fc.uniqueArray(fc.nat(500), { maxLength: 200 });
const ascending = (numbers: Iterable<number>): number[] => [...numbers].toSorted((a, b) => a - b);

describe("createRowList", () => {
  it("is an ordered set", () => {
    const changes = fc.array(fc.tuple(fc.boolean(), fc.nat(60)), { maxLength: 300 });
    const property = fc.property(changes, (all) => {
      const list = createRowList();
      const expected = new Set<number>();
      for (const [isAdded, row] of all) {
        if (isAdded) list.add(row);
        else list.remove(row);
        if (isAdded) expected.add(row);
        else expected.delete(row);
        expect(list.length).toBe(expected.size);
      }
      expect([...list.rows()]).toEqual(ascending(expected));
    });
    fc.assert(property);
  });
});

describe("createRowMarks", () => {
  it("lists what is marked, each row once", () => {
    const property = fc.property(rows, rows, (marked, unmarked) => {
      const marks = createRowMarks(501);
      for (const row of [...marked, ...marked]) marks.mark(row);
      for (const row of [...unmarked, ...unmarked]) marks.unmark(row);
      const expected = marked.filter((row) => !unmarked.includes(row));
      expect([...marks.rows()]).toEqual(ascending(expected));
      expect(ascending(expected).every(marks.has)).toBe(true);
    });
    fc.assert(property);
  });
});

describe("intersectRows", () => {
  it("keeps what both have, also when one is much longer", () => {
    const property = fc.property(rows, rows, fc.constantFrom(1, 40), (a, b, part) => {
      const short = Uint32Array.from(ascending(a.filter((row) => row % part === 0)));
      const long = Uint32Array.from(ascending(b));
      const expected = Array.from(short).filter((row) => long.includes(row));
      expect([...intersectRows(short, long)]).toEqual(expected);
      expect([...intersectRows(long, short)]).toEqual(expected);
    });
    fc.assert(property);
  });
});
