import { describe, expect, it } from "vitest";
import { type Connect, DOCS, refusal, useClient } from "./connection.ts";

const at = (lon: number, lat: number): object => ({ lon, lat });
const open = { points: [at(0, 0), at(1, 0), at(1, 1), at(0, 1)] };
const short = { points: [at(0, 0), at(1, 0), at(0, 0)] };
const closed = { points: [at(0, 0), at(1, 0), at(1, 1), at(0, 0)] };

/** Each is a condition on the field `a`, and no server can read it. */
const UNREADABLE: [name: string, condition: object][] = [
  ["an unknown match", { match: { vale: 1 } }],
  ["a match of a float", { match: { value: 1.5 } }],
  ["a match of null", { match: { value: null } }],
  ["a match of an object", { match: { value: {} } }],
  ["a match of a mixed list", { match: { any: ["a", 1] } }],
  ["a match of a list of bools", { match: { any: [true] } }],
  ["a match of no list", { match: { except: "a" } }],
  ["a match that is no object", { match: "a" }],
  ["a bound that is no number", { range: { gt: true } }],
  ["bounds of two types", { range: { gt: 1, lt: "2024-01-01" } }],
  ["a bound that is no date", { range: { gt: "yesterday" } }],
  ["a range that is no object", { range: [1, 2] }],
  ["a negative count", { values_count: { gt: -1 } }],
  ["half a count", { values_count: { gt: 0.5 } }],
  ["a flag that is no bool", { is_empty: "yes" }],
  ["a circle without a centre", { geo_radius: { radius: 1 } }],
  ["a circle without a radius", { geo_radius: { center: at(0, 0) } }],
  ["a centre off the globe", { geo_radius: { center: at(181, 0), radius: 1 } }],
  ["a centre beyond a pole", { geo_radius: { center: at(0, -91), radius: 1 } }],
  ["a centre of one coordinate", { geo_radius: { center: { lat: 1 }, radius: 1 } }],
  ["coordinates in words", { geo_radius: { center: { lon: "1", lat: "1" }, radius: 1 } }],
  ["half a box", { geo_bounding_box: { top_left: at(0, 1) } }],
  ["a box off the globe", { geo_bounding_box: { top_left: at(0, 91), bottom_right: at(1, 0) } }],
  ["a polygon without a line", { geo_polygon: {} }],
  ["a polygon that is not closed", { geo_polygon: { exterior: open } }],
  ["a polygon of 3 points", { geo_polygon: { exterior: short } }],
  ["a hole of 3 points", { geo_polygon: { exterior: closed, interiors: [short] } }],
  ["a hole that is not closed", { geo_polygon: { exterior: closed, interiors: [open] } }],
];

const A_CONDITION = /^Format error in JSON body: Expected some form of condition/;
const readable = { key: "a", match: { value: 1 } };

const CASES: [name: string, filter: unknown, status: number, error: RegExp][] = [
  ...UNREADABLE.map(([name, condition]): [string, unknown, number, RegExp] => [
    name,
    { must: [readable, { key: "a", ...condition }] },
    400,
    A_CONDITION,
  ]),
  ["what is no condition", { should: ["a"] }, 400, A_CONDITION],
  ["an unknown kind of condition", { must: { has: [1] } }, 400, A_CONDITION],
  ["a key that is no path", { must: { ...readable, key: "a..b" } }, 400, A_CONDITION],
  ["a key that is no string", { must: { ...readable, key: 1 } }, 400, A_CONDITION],
  ["an id that is none", { must_not: { has_id: ["x"] } }, 400, A_CONDITION],
  ["ids that are no list", { must: { has_id: 1 } }, 400, A_CONDITION],
  ["is_empty of no field", { must: { is_empty: "a" } }, 400, A_CONDITION],
  ["a nested condition without a filter", { must: { nested: { key: "a" } } }, 400, A_CONDITION],
  [
    "what is wrong inside a nested condition",
    { must: { nested: { key: "a", filter: { must: { key: "b", match: {} } } } } },
    400,
    A_CONDITION,
  ],
  [
    "what is wrong inside a nested filter",
    { must: { should: [{ must_not: { key: "b", range: 1 } }] } },
    400,
    A_CONDITION,
  ],
  ["an unknown clause", { most: [] }, 400, /^Format error in JSON body: unknown field `most`/],
  ["a filter that is no object", "a", 400, /^Format error in JSON body: /],
  [
    "min_should without a number",
    { min_should: { conditions: [readable] } },
    400,
    /^Format error in JSON body: missing field `min_count`/,
  ],
  [
    "min_should without conditions",
    { min_should: { min_count: 1 } },
    400,
    /^Format error in JSON body: missing field `conditions`/,
  ],
  ["a field without a test", { must: { key: "a" } }, 422, /^Validation error in JSON body: \[/],
  [
    "a field whose tests are all null",
    { should: [{ key: "a", match: null, range: null }] },
    422,
    /^Validation error in JSON body: \[/,
  ],
];

export function describeFilterRefusals(connect: Connect): void {
  describe("filters and indexes that cannot be read", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { v: { size: 1, distance: "Dot" } } });
      await fresh.upsert(DOCS, { points: [{ id: 1, vector: { v: [1] }, payload: { a: 1 } }] });
    });

    it.each(CASES)(
      "are refused: %s; and nothing is deleted",
      async (_name, filter, status, error) => {
        const given = { filter } as never;
        const requests = [
          () => client().scroll(DOCS, given),
          () => client().query(DOCS, { query: [1], using: "v", filter: filter as never }),
          () => client().delete(DOCS, given),
        ];
        for (const request of requests) {
          const refused = await refusal(request());
          expect(refused).toMatchObject({ status, error: expect.stringMatching(error) });
        }
        expect(await client().count(DOCS)).toEqual({ count: 1 });
      },
    );

    it.each([
      ["no type", {}],
      ["an unknown type", "tag"],
      ["an unknown type in long form", { type: "tag" }],
      ["an option that is no bool", { type: "keyword", is_tenant: "yes" }],
      ["an unknown tokenizer", { type: "text", tokenizer: "letters" }],
      ["a negative length", { type: "text", min_token_len: -1 }],
      ["stopwords that are no list", { type: "text", stopwords: { custom: "a" } }],
    ])("are refused: an index with %s", async (_name, field_schema) => {
      const index = { field_name: "a", field_schema, wait: true } as never;
      const { status, error } = await refusal(client().createPayloadIndex(DOCS, index));
      expect(status).toBe(400);
      expect(error).toMatch(/^Format error in JSON body: /);
      expect((await client().getCollection(DOCS)).payload_schema).toEqual({});
    });

    it("are refused: an integer index that serves neither lookups nor ranges", async () => {
      const field_schema = { type: "integer", lookup: false, range: false } as const;
      const index = { field_name: "a", field_schema, wait: true };
      const { status, error } = await refusal(client().createPayloadIndex(DOCS, index));
      expect(status).toBe(422);
      expect(error).toMatch(/^Validation error in JSON body: \[/);
    });
  });
}
