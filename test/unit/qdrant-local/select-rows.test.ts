import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Collection, createCollection } from "../../../src/qdrant-local/collection.ts";
import { compileFilter } from "../../../src/qdrant-local/filter.ts";
import type { Json, JsonObject } from "../../../src/qdrant-local/json.ts";
import { selectedRows, selectRows } from "../../../src/qdrant-local/select-rows.ts";
import type { PointChange } from "../../../src/qdrant-local/storage.ts";

const UUIDS = ["a64a8051-3ee7-4881-8bc6-691d25c70d54", "7cb46fb3-e348-4762-93ad-7fb983d2b85e"];
const DATES = ["2024-01-01", "2024-01-01T09:00:00+09:00", "2024-06-01 12:00", "2025-01-01"];
const WORDS = ["a", "ab", "b", "Fox runs", "the fox"];

const keyword = fc.constantFrom(...WORDS);
const integer = fc.integer({ min: -3, max: 3 });
const number = fc.constantFrom(-2.5, -1, 0, 0.5, 1, 2);
const date = fc.constantFrom(...DATES);
const uuid = fc.constantFrom(...UUIDS);

const INDEXES: Record<string, string> = {
  k: "keyword",
  n: "integer",
  x: "float",
  b: "bool",
  d: "datetime",
  u: "uuid",
  t: "text",
  "p[].k": "keyword",
  "p[].n": "integer",
};

/** Few ids and values, so that points are replaced and values are shared. */
const id = fc.integer({ min: 1, max: 12 });
const oneOrSome = <T extends Json>(value: fc.Arbitrary<T>): fc.Arbitrary<Json> =>
  fc.oneof(
    { weight: 4, arbitrary: value as fc.Arbitrary<Json> },
    fc.array(value as fc.Arbitrary<Json>, { maxLength: 3 }),
    fc.constant(null),
  );

const typed = fc.record(
  {
    k: oneOrSome(keyword),
    n: oneOrSome(integer),
    x: oneOrSome(number),
    b: oneOrSome(fc.boolean()),
    d: oneOrSome(date),
    u: oneOrSome(uuid),
    p: fc.array(fc.record({ k: keyword, n: integer }, { requiredKeys: [] }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

const anything: fc.Arbitrary<Json> = fc.oneof(
  keyword,
  integer,
  number,
  fc.boolean(),
  date,
  uuid.map((text) => text.toUpperCase()),
  fc.constant(null),
  fc.constantFrom<Json>({ k: "a", n: 1 }, { k: ["a", "b"], n: [0.5, 2] }),
);
/** Also values which the index of their field does not hold. */
const mixed = fc.dictionary(
  fc.constantFrom("k", "n", "x", "b", "d", "u", "t", "p"),
  fc.oneof(anything, fc.array(fc.oneof(anything, fc.array(anything, { maxLength: 2 })))),
) as fc.Arbitrary<JsonObject>;

const bounds = (bound: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc.record({ gt: bound, gte: bound, lt: bound, lte: bound }, { requiredKeys: [] });
const someOf = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> => fc.array(value, { maxLength: 3 });

const test: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.oneof(keyword, integer, fc.boolean(), uuid).map((value) => ({ match: { value } })),
  fc.oneof(someOf(keyword), someOf(integer), someOf(uuid)).map((any) => ({ match: { any } })),
  fc.oneof(someOf(keyword), someOf(integer)).map((except) => ({ match: { except } })),
  fc.constantFrom("", "a", "A", "b").map((prefix) => ({ match: { prefix } })),
  fc.oneof(bounds(number), bounds(date)).map((range) => ({ range })),
  bounds(fc.nat(2)).map((values_count) => ({ values_count })),
  fc.boolean().map((is_empty) => ({ is_empty })),
);
const textTest: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.constantFrom("text", "text_any", "phrase"), keyword)
  .map(([kind, wanted]) => ({ match: { [kind]: wanted } }));

const fieldTest = (...keys: string[]): fc.Arbitrary<JsonObject> =>
  fc.tuple(fc.constantFrom(...keys), test).map(([key, tested]) => ({ key, ...tested }));
const elementTest: fc.Arbitrary<JsonObject> = fc
  .array(fieldTest("k", "n"), { minLength: 1, maxLength: 2 })
  .map((must) => ({ nested: { key: "p", filter: { must } } }));

const { filter } = fc.letrec<{ filter: JsonObject; condition: JsonObject }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: fieldTest(...Object.keys(INDEXES)) },
    { weight: 2, arbitrary: elementTest },
    textTest.map((tested) => ({ key: "t", ...tested })),
    fc.array(id, { maxLength: 4 }).map((has_id) => ({ has_id })),
    fc.constant({ is_null: { key: "k" } }),
    tie("filter").map((nested) => ({ nested: { key: "p", filter: nested } })),
    tie("filter"),
  ),
  filter: fc.record(
    {
      must: fc.array(tie("condition"), { maxLength: 3 }),
      should: fc.array(tie("condition"), { maxLength: 3 }),
      must_not: fc.array(tie("condition"), { maxLength: 2 }),
      min_should: fc.record({
        conditions: fc.array(tie("condition"), { maxLength: 3 }),
        min_count: fc.constantFrom(1, 2),
      }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>,
}));

type Write = { put: JsonObject; id: number } | { remove: number };

const writes = (payload: fc.Arbitrary<JsonObject>): fc.Arbitrary<Write[]> =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ id, put: payload }) as fc.Arbitrary<Write> },
      id.map((remove): Write => ({ remove })),
    ),
    { minLength: 1, maxLength: 30 },
  );

function openCollection(payloadIndexes: Record<string, string>): Collection {
  const config = { vectors: { v: { size: 1, distance: "Dot" } } };
  return createCollection({ definition: { config, metadata: {}, payloadIndexes }, operation: 0 });
}

function apply(write: Write, collection: Collection): void {
  if ("remove" in write) return collection.remove([write.remove], 1);
  const point: PointChange = { id: write.id, payload: write.put, vectors: new Map() };
  collection.put([point], 1);
}

function found(given: JsonObject, collection: Collection): unknown[] {
  return Array.from(selectedRows(selectRows([given], collection), collection), collection.idOf);
}

/** Each point looked at, whatever the indexes say. */
function lookedAt(given: JsonObject, collection: Collection): unknown[] {
  const passes = compileFilter(given, collection)!;
  const rows = collection.sortedRows().filter((row) => passes(collection.payloadOf(row), row));
  return rows.map(collection.idOf);
}

describe("selectRows", () => {
  it("finds what a look at every payload finds, after every write", () => {
    const property = fc.property(
      writes(fc.oneof(typed, mixed)),
      fc.array(filter, { minLength: 1 }),
      (all, filters) => {
        const collection = openCollection(INDEXES);
        for (const [i, write] of all.entries()) {
          apply(write, collection);
          const given = filters[i % filters.length]!;
          expect(found(given, collection)).toEqual(lookedAt(given, collection));
        }
        for (const given of filters) {
          expect(found(given, collection)).toEqual(lookedAt(given, collection));
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("finds the same without indexes, and with indexes made later", () => {
    const property = fc.property(
      writes(typed),
      fc.array(filter, { minLength: 1 }),
      (all, filters) => {
        const { t: _text, ...indexes } = INDEXES;
        const [indexed, bare, late] = [
          openCollection(indexes),
          openCollection({}),
          openCollection({}),
        ];
        for (const write of all) for (const each of [indexed, bare, late]) apply(write, each);
        late.redefine({ ...late.definition(), payloadIndexes: indexes }, 2);
        for (const given of filters) {
          const expected = lookedAt(given, bare);
          expect(found(given, indexed)).toEqual(expected);
          expect(found(given, late)).toEqual(expected);
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("tells of every row whether it passes, candidate or not", () => {
    const property = fc.property(
      writes(fc.oneof(typed, mixed)),
      filter,
      filter,
      (all, one, other) => {
        const collection = openCollection(INDEXES);
        for (const write of all) apply(write, collection);
        const { candidates, passes } = selectRows([one, other], collection);
        const both = { must: [one, other] };
        const passing = collection.sortedRows().filter(passes);
        expect(passing.map(collection.idOf)).toEqual(lookedAt(both, collection));
        const rows = [...(candidates ?? collection.sortedRows())];
        expect(passing.every((row) => rows.includes(row))).toBe(true);
        if (candidates) {
          expect(rows.every(candidates.has)).toBe(true);
          expect(rows).toHaveLength(candidates.size);
          expect(rows).toEqual(rows.toSorted((a, b) => a - b));
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("finds a float in an element by a range, although an integer index does not hold it", () => {
    const collection = openCollection(INDEXES);
    apply({ id: 1, put: { p: [{ n: 0.5 }] } }, collection);
    const range = { key: "n", range: { gt: 0, lt: 1 } };
    expect(found({ must: { nested: { key: "p", filter: { must: range } } } }, collection)).toEqual([
      1,
    ]);
  });

  it("looks at no payload where indexes answer the whole filter", () => {
    const collection = openCollection(INDEXES);
    for (let row = 1; row <= 100; row++) {
      apply(
        { id: row, put: { k: row % 10 === 0 ? "a" : "b", n: row, d: "2024-01-01" } },
        collection,
      );
    }
    const unread = { ...collection, payloadOf: () => expect.fail("a payload was read") };
    const answered: [JsonObject, number][] = [
      [{ must: { key: "k", match: { value: "a" } } }, 10],
      [
        {
          must: [
            { key: "k", match: { any: ["a", "b"] } },
            { key: "n", range: { lte: 25 } },
          ],
        },
        25,
      ],
      [{ must_not: { key: "k", match: { value: "b" } } }, 10],
      [
        {
          should: [
            { key: "n", match: { value: 1 } },
            { key: "k", match: { prefix: "a" } },
          ],
        },
        11,
      ],
      [{ must: { key: "d", range: { lt: "2025-01-01" } }, must_not: { has_id: [1, 2] } }, 98],
      [{ must: [{ must: [{ key: "n", range: { gt: 90 } }] }, {}] }, 10],
    ];
    for (const [given, count] of answered) {
      expect(found(given, unread)).toHaveLength(count);
    }
  });
});
