import { denseScore, isDistance, isNear, type Ranking, type Scored } from "./score.ts";
import { type Collection, storable } from "./state.ts";

/** Takes one hit after the other: near the query, and unlike those already taken. */
export function diversify(
  ranking: Ranking,
  collection: Collection,
  query: number[],
  using: string,
  diversity: number,
  limit: number,
): Ranking {
  const params = collection.dense.get(using)!;
  const target = storable(query, using, collection) as number[];
  const vectorOf = ({ point }: Scored): number[] => point.vectors.get(using) as number[];
  // Distances count as similarities below zero, Euclid's as squares.
  const similarity = (a: number[], b: number[]): number => {
    const score = denseScore(a, b, params);
    if (!isDistance(params)) return score;
    return params.distance === "Euclid" ? -(score * score) : -score;
  };
  const rest = [...ranking.hits];
  const taken: Scored[] = [];
  let { isUnsure } = ranking;
  while (rest.length > 0 && taken.length < limit) {
    const values = rest.map((hit) => {
      const relevance = similarity(vectorOf(hit), target);
      if (taken.length === 0) return relevance;
      const likeness = Math.max(
        ...taken.map((other) => similarity(vectorOf(hit), vectorOf(other))),
      );
      return (1 - diversity) * relevance - diversity * likeness;
    });
    const best = values.indexOf(Math.max(...values));
    isUnsure ||= values.some((value, at) => at !== best && isTied(value, values[best]!));
    taken.push(...rest.splice(best, 1));
  }
  return { ...ranking, hits: taken, isUnsure };
}

function isTied(a: number, b: number): boolean {
  return a === b || isNear(a, b);
}
