import { type Case, describeCases, MALFORMED, NO_ID } from "./bad-input.ts";
import { type Connect, DOCS } from "./connection.ts";

const CASES: Case[] = [
  ["a delete without a selector", (client) => client.delete(DOCS, {} as never), [400, MALFORMED]],
  ["a delete of a bad id", (client) => client.delete(DOCS, { points: [1, -1] }), [400, MALFORMED]],
  [
    "a delete by a filter with an unknown clause",
    (client) => client.delete(DOCS, { filter: { musts: [] } as never }),
    [400, MALFORMED],
  ],
  [
    "a delete by a filter with an unknown condition",
    (client) => client.delete(DOCS, { filter: { must: [{ key: "kept", mach: {} } as never] } }),
    [422, /^Validation error in JSON body: /],
  ],
  [
    "a payload without a target",
    (client) => client.setPayload(DOCS, { payload: {} }),
    [400, /^Format error in JSON body: Either list of point ids or filter must be provided/],
  ],
  [
    "no payload to set",
    (client) => client.setPayload(DOCS, { points: [1] } as never),
    [400, /^Format error in JSON body: missing field `payload`/],
  ],
  [
    "a list for a payload to set",
    (client) => client.setPayload(DOCS, { payload: [1], points: [1] } as never),
    [400, MALFORMED],
  ],
  [
    "a bad path for a payload",
    (client) => client.setPayload(DOCS, { payload: {}, points: [1], key: "a..b" }),
    [400, /^Format error in JSON body: Invalid json path: 'a..b'/],
  ],
  [
    "keys to delete that are no texts",
    (client) => client.deletePayload(DOCS, { keys: [1] as never, points: [1] }),
    [400, MALFORMED],
  ],
  [
    "a payload for a point that does not exist",
    (client) => client.overwritePayload(DOCS, { payload: {}, points: [7] }),
    [404, /^Not found: No point with id 7 found/],
  ],
  [
    "to clear a point that does not exist",
    (client) => client.clearPayload(DOCS, { points: [7] }),
    [404, /^Not found: No point with id 7 found/],
  ],
  [
    "to delete keys of a point that does not exist",
    (client) => client.deletePayload(DOCS, { keys: ["kept"], points: [7] }),
    [404, /^Not found: No point with id 7 found/],
  ],
  [
    "to retrieve without ids",
    (client) => client.retrieve(DOCS, {} as never),
    [400, /^Format error in JSON body: missing field `ids`/],
  ],
  ["to retrieve a bad id", (client) => client.retrieve(DOCS, { ids: ["x"] }), [400, NO_ID]],
  [
    "to retrieve a vector of an unknown name",
    (client) => client.retrieve(DOCS, { ids: [1], with_vector: ["foo"] }),
    [400, /^Wrong input: Not existing vector name error: foo/],
  ],
  [
    "a number for the payload to return",
    (client) => client.retrieve(DOCS, { ids: [1], with_payload: 5 as never }),
    [400, MALFORMED],
  ],
  [
    "a text for the vectors to return",
    (client) => client.retrieve(DOCS, { ids: [1], with_vector: "dense" as never }),
    [400, MALFORMED],
  ],
  [
    "a scroll of no points",
    (client) => client.scroll(DOCS, { limit: 0 }),
    [422, /^Validation error in JSON body: \[.*limit: value 0 invalid, must be 1 or larger\]/],
  ],
  [
    "a negative limit",
    (client) => client.scroll(DOCS, { limit: -1 }),
    [400, /^Format error in JSON body: invalid value: integer `-1`, expected usize/],
  ],
  [
    "a fractional limit",
    (client) => client.scroll(DOCS, { limit: 1.5 }),
    [400, /^Format error in JSON body: invalid type: floating point `1.5`, expected usize/],
  ],
  [
    "a text for a limit",
    (client) => client.scroll(DOCS, { limit: "5" as never }),
    [400, /^Format error in JSON body: invalid type: string "5", expected usize/],
  ],
  [
    "null in the vector of a query",
    (client) => client.query(DOCS, { query: [Number.NaN, 1], using: "dense" }),
    [400, MALFORMED],
  ],
  [
    "sparse indices of a query that repeat",
    (client) => client.query(DOCS, { query: { indices: [1, 1], values: [1, 1] }, using: "sparse" }),
    [422, /^Validation error in JSON body: \[.*indices: .*must be unique/],
  ],
];

export function describeBadRequests(connect: Connect): void {
  describeCases("bad requests", connect, CASES);
}
