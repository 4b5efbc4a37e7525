import { rank, type Ranking, type Scored } from "./score.ts";
import { Refused, type StoredPoint } from "./state.ts";

/** Sums in f32, step by step as Qdrant's: whether two are equal decides what comes first. */
const rounded = Math.fround;

export function reciprocalRanks(lists: Ranking[], k = 2, weights?: number[]): Ranking {
  if (weights && weights.length !== lists.length) throw new Refused(400, "one weight a prefetch");
  return sum(lists, ({ hits }, at) => {
    const weight = weights?.[at] ?? 1;
    return hits.map(({ point }, position) => ({
      point,
      score: weight > 0 ? rounded(1 / rounded(rounded((position + 1) / weight) + k - 1)) : 0,
    }));
  });
}

export function distributionScores(lists: Ranking[]): Ranking {
  const ranking = sum(lists, ({ hits }) => {
    const mean = hits.reduce((total, { score }) => total + score, 0) / hits.length;
    const squares = hits.reduce((total, { score }) => total + (score - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / (hits.length - 1));
    const low = mean - 3 * deviation;
    return hits.map(({ point, score }) => ({
      point,
      score: hits.length < 2 || deviation === 0 ? 0.5 : (score - low) / (6 * deviation),
    }));
  });
  return { ...ranking, isRounded: true };
}

function sum(lists: Ranking[], rescore: (list: Ranking, at: number) => Scored[]): Ranking {
  const totals = new Map<StoredPoint, number>();
  for (const [at, list] of lists.entries()) {
    for (const { point, score } of rescore(list, at)) {
      totals.set(point, rounded((totals.get(point) ?? 0) + score));
    }
  }
  const scored = [...totals].map(([point, score]) => ({ point, score }));
  return {
    ...rank(scored, false),
    isUnsure: lists.some(({ isUnsure }) => isUnsure),
  };
}
