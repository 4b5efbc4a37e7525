import type { Json, JsonObject } from "./json.ts";
import { createPayloadIndex, type PayloadIndex } from "./payload-index.ts";
import type { Rows } from "./rows.ts";

/** All payload indexes of a collection. */
export interface PayloadIndexes {
  readonly byField: ReadonlyMap<string, PayloadIndex>;
  /** Makes the indexes those of the schemas: one that is new or changed is filled from the rows. */
  define(schemas: JsonObject, rows: Rows): void;
  replace(row: number, previous: JsonObject | undefined, next: JsonObject | undefined): void;
}

export function createPayloadIndexes(): PayloadIndexes {
  const byField = new Map<string, PayloadIndex>();
  let defined = new Map<string, Json>();

  return {
    byField,
    define(schemas, rows) {
      const next = new Map(Object.entries(schemas));
      for (const [field, schema] of defined) {
        if (next.get(field) !== schema) byField.delete(field);
      }
      for (const [field, schema] of next) {
        if (byField.has(field)) continue;
        const index = createPayloadIndex(field, schema);
        for (const row of rows.byId.values()) index.replace(row, undefined, rows.payloads[row]);
        byField.set(field, index);
      }
      defined = next;
    },
    replace(row, previous, next) {
      for (const index of byField.values()) index.replace(row, previous, next);
    },
  };
}
