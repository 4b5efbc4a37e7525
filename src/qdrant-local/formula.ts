// Formula queries: a new score for each point that the prefetches found, from its old scores, its
// payload and conditions on it.
import type { Collection } from "./collection.ts";
import { validationFailed } from "./envelope.ts";
import { compileExpression, finite } from "./formula-expression.ts";
import { createVariables } from "./formula-variables.ts";
import type { JsonObject } from "./json.ts";
import { readObject, rejectOtherKeys } from "./read.ts";
import type { ScoredRow } from "./top-rows.ts";

export interface FormulaQuery {
  kind: "formula";
  expression: Expression;
}

/** A part of a formula, in double precision; refuses a value that is missing or not finite. */
export type Expression = (point: FormulaPoint) => number;

export interface FormulaPoint {
  row: number;
  payload: JsonObject;
  /** What each prefetch gave the point, where it found it. */
  scores: readonly (number | undefined)[];
}

export function readFormula(
  given: JsonObject,
  prefetches: number,
  collection: Collection,
): FormulaQuery {
  rejectOtherKeys(given, "formula query", ["formula", "defaults"]);
  const defaults = readObject(given["defaults"] ?? {}, "defaults");
  const variables = createVariables(defaults, collection);
  const expression = compileExpression(given["formula"], variables);
  if (prefetches === 0) throw validationFailed("cannot apply Formula without prefetches");
  return { kind: "formula", expression };
}

export function rescore(
  { expression }: FormulaQuery,
  lists: readonly ScoredRow[][],
  collection: Collection,
): ScoredRow[] {
  const found = lists.map((list) => new Map(list.map(({ row, score }) => [row, score])));
  const rows = new Set(found.flatMap((scores) => [...scores.keys()]));
  return Array.from(rows, (row) => {
    const scores = found.map((list) => list.get(row));
    const value = expression({ row, payload: collection.payloadOf(row), scores });
    const score = finite(Math.fround(value), (text) => `${text(value)} as f32`);
    return { row, score };
  });
}
