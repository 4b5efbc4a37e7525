import type { DenseParams, Filter, Sparse, Vector } from "../commands.ts";
import { matches } from "./filter.ts";
import { type Collection, compareIds, Refused, storable, type StoredPoint } from "./state.ts";

export interface Scored {
  point: StoredPoint;
  score: number;
}

/** Unsure where it comes from something that rounding could have another way. */
export interface Ranking {
  hits: Scored[];
  isUnsure: boolean;
  /** Distances rise, scores fall. */
  isRising: boolean;
  /** Scores which are equal here may come out a little different. */
  isRounded?: boolean;
}

/** Sorts by score, and by id where that is the same in f32. */
export function rank(scored: Scored[], isRising: boolean): Ranking {
  const sign = isRising ? -1 : 1;
  const hits = scored
    .map(({ point, score }) => ({ point, score: Math.fround(score) }))
    .sort((a, b) => (b.score - a.score) * sign || compareIds(a.point.id, b.point.id));
  return { hits, isUnsure: false, isRising };
}

/** The first hits, for something else to build on: so their order matters. */
export function cut(ranking: Ranking, limit: number, isServer: boolean): Ranking {
  const scores = ranking.hits.slice(0, limit + 1).map(({ score }) => score);
  const isOpen = isServer || ranking.isRounded;
  const isTied = (a: number, b: number): boolean => isNear(a, b) || (isOpen === true && a === b);
  const isClose = scores.some((score, at) => at > 0 && isTied(score, scores[at - 1]!));
  const isUnsure = ranking.isUnsure || isClose;
  return { ...ranking, hits: ranking.hits.slice(0, limit), isUnsure };
}

/** Different, and so little that it may be rounding. */
export function isNear(a: number, b: number): boolean {
  return a !== b && Math.abs(a - b) <= 1e-5 * Math.max(1e-3, Math.abs(a), Math.abs(b));
}

/** @param isStrict whether a score equal to the threshold is left out */
export function applyThreshold(
  ranking: Ranking,
  threshold: number | undefined,
  isStrict: boolean,
): Ranking {
  if (threshold === undefined) return ranking;
  const limit = Math.fround(threshold);
  const passes = ({ score }: Scored): boolean => {
    if (score === limit) return !isStrict;
    return ranking.isRising ? score < limit : score > limit;
  };
  const isClose = ranking.hits.some(({ score }) => isNear(score, limit));
  return { ...ranking, hits: ranking.hits.filter(passes), isUnsure: ranking.isUnsure || isClose };
}

export function isDistance(params: DenseParams | undefined): boolean {
  return params?.distance === "Euclid" || params?.distance === "Manhattan";
}

/** All of the candidates that have the vector, best first. */
export function rankByVector(
  collection: Collection,
  candidates: StoredPoint[],
  query: Vector,
  name: string,
  corpus?: Filter,
): Ranking {
  const wanted = storable(query, name, collection);
  const isWeighed = collection.sparse.get(name)?.idf ?? false;
  if (corpus && !isWeighed) throw new Refused(400, "no idf to limit");
  const having = candidates.filter(({ vectors }) => vectors.has(name));
  if (Array.isArray(wanted)) {
    const params = collection.dense.get(name)!;
    const scored = having.map((point) => {
      const vector = point.vectors.get(name) as number[];
      return { point, score: denseScore(vector, wanted, params) };
    });
    return rank(scored, isDistance(params));
  }
  const score = sparseScorer(collection, wanted, name, corpus);
  const scored = having.flatMap((point) => {
    const value = score(point.vectors.get(name) as Sparse);
    return value === undefined ? [] : { point, score: value };
  });
  // A server drops a sparse score of 0 or keeps it, as its plan has it; local mode drops it.
  const found = scored.filter((hit) => hit.score !== 0);
  const isUnsure = collection.isServer && (isWeighed || found.length < scored.length);
  // Qdrant computes the IDF in f32 throughout, so what is equal here may differ in the last digit.
  return { ...rank(found, false), isUnsure, isRounded: isWeighed };
}

export function denseScore(a: number[], b: number[], { distance }: DenseParams): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    const difference = a[at]! - b[at]!;
    if (distance === "Euclid") sum += difference * difference;
    else if (distance === "Manhattan") sum += Math.abs(difference);
    else sum += a[at]! * b[at]!;
  }
  return distance === "Euclid" ? Math.sqrt(sum) : sum;
}

/** Undefined where nothing is in common. */
function sparseScorer(
  collection: Collection,
  query: Sparse,
  name: string,
  corpus: Filter | undefined,
): (vector: Sparse) => number | undefined {
  const weights = query.values.map((value, at) =>
    collection.sparse.get(name)!.idf
      ? Math.fround(value * rarity(collection, query.indices[at]!, name, corpus))
      : value,
  );
  return ({ indices, values }) => {
    let sum: number | undefined;
    for (const [at, index] of query.indices.entries()) {
      const here = indices.indexOf(index);
      if (here >= 0) sum = (sum ?? 0) + weights[at]! * values[here]!;
    }
    return sum;
  };
}

function rarity(
  collection: Collection,
  index: number,
  name: string,
  corpus: Filter | undefined,
): number {
  const counted = [...collection.points.values()]
    .filter((point) => matches(point, corpus, collection))
    .flatMap(({ vectors }) => (vectors.has(name) ? [vectors.get(name) as Sparse] : []));
  const having = counted.filter(({ indices }) => indices.includes(index)).length;
  return Math.log((counted.length - having + 0.5) / (having + 0.5) + 1);
}
