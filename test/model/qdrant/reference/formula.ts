import type { Condition, Formula } from "../commands.ts";
import { matches } from "./filter.ts";
import { elementsAt } from "./payload.ts";
import { rank, type Ranking } from "./score.ts";
import { type Collection, Refused, type StoredPoint } from "./state.ts";

interface Context {
  collection: Collection;
  lists: Ranking[];
  defaults: Record<string, number>;
}

export function rankByFormula(
  formula: Formula,
  candidates: StoredPoint[],
  context: Context,
): Ranking {
  const scored = candidates.map((point) => ({ point, score: evaluate(formula, point, context) }));
  if (scored.some(({ score }) => !Number.isFinite(Math.fround(score)))) {
    throw new Refused(400, "not finite");
  }
  return { ...rank(scored, false), isUnsure: context.lists.some(({ isUnsure }) => isUnsure) };
}

function evaluate(formula: Formula, point: StoredPoint, context: Context): number {
  const value = (part: Formula): number => evaluate(part, point, context);
  if (typeof formula === "number") return formula;
  if (typeof formula === "string") return variable(formula, point, context);
  if ("sum" in formula) return formula.sum.reduce<number>((total, part) => total + value(part), 0);
  if ("mult" in formula) return product(formula.mult, value);
  if ("neg" in formula) return -value(formula.neg);
  if ("abs" in formula) return Math.abs(value(formula.abs));
  if ("div" in formula) {
    const { left, right, by_zero_default: byZero } = formula.div;
    const above = value(left);
    if (above === 0) return 0;
    const below = value(right);
    if (below !== 0) return above / below;
    if (byZero === undefined) throw new Refused(400, "division by zero");
    return byZero;
  }
  return matches(point, { must: [formula as Condition] }, context.collection) ? 1 : 0;
}

/** A factor of 0 ends it: what comes after need not have a value. */
function product(factors: Formula[], value: (part: Formula) => number): number {
  let result = 1;
  for (const factor of factors) {
    const next = value(factor);
    if (next === 0) return 0;
    result *= next;
  }
  return result;
}

function variable(name: string, point: StoredPoint, context: Context): number {
  const { lists, defaults, collection } = context;
  const score = name.match(/^\$score(?:\[(\d+)\])?$/);
  if (score) {
    const hit = lists[Number(score[1] ?? 0)]?.hits.find((other) => other.point === point);
    return hit?.score ?? defaults[name] ?? 0;
  }
  const index = collection.indexes.get(name);
  const isNumbered = index === "integer" || index === "float";
  // An index has the numbers alone; without one, whatever is there is read, null too.
  const values = elementsAt(point.payload, name).filter(
    (value) => !isNumbered || typeof value === "number",
  );
  const value = values.length === 0 ? defaults[name] : values[0];
  if (values.length > 1 || typeof value !== "number") throw new Refused(400, `no number ${name}`);
  return value;
}
