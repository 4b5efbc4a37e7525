import { EvalError } from "./eval-error.ts";
import type { LabelledDocument } from "./labelled-set.ts";

export type CollectionsBy = "field" | "prefix";

/** More are no collections but documents: the ids' first part was meant for something else. */
const MOST = 64;
/** Of a collection's name. */
const LONGEST = 64;
const RESERVED = "tributary";

/**
 * Which collection each document goes into: one for all, or one for each value of the documents' field `collection`,
 * or of the part of their ids before the first `-` or `:`. Names follow the product's rule, and two values never share
 * one. Throws an `EvalError` when that makes no collections.
 */
export function groupDocuments<T extends Pick<LabelledDocument, "id" | "collection">>(
  documents: T[],
  { by, single, prefix }: { by: CollectionsBy | undefined; single: string; prefix: string },
): Map<string, T[]> {
  const groups = Map.groupBy(documents, (document) => {
    if (by === undefined) return single;
    if (by === "prefix") return document.id.replace(/[-:].*$/su, "");
    if (document.collection !== undefined) return document.collection;
    throw new EvalError(
      `The document "${document.id}" has no field "collection": leave --collections-by field away, or give it one.`,
    );
  });
  if (groups.size > MOST)
    throw new EvalError(
      `--collections-by ${by} makes ${groups.size} collections, and at most ${MOST} are sensible: leave it away.`,
    );
  const names = new Set<string>();
  return new Map(
    [...groups].map(([value, members]) => {
      const name = freeName(`${prefix}${value}`, names);
      names.add(name);
      return [name, members];
    }),
  );
}

function freeName(value: string, taken: Set<string>): string {
  const plain = value
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  const whole = plain === "" || plain === RESERVED ? `collection-${plain}` : plain;
  for (let number = 1; ; number++) {
    const ending = number === 1 ? "" : `-${number}`;
    const name = whole.slice(0, LONGEST - ending.length) + ending;
    if (!taken.has(name)) return name;
  }
}
