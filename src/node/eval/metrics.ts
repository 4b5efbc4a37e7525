/** Documents of the ranking that count for nDCG, recall and MRR; hits count in half as many. */
const DEPTH = 10;
const HIT_DEPTH = 5;

/** How good one ranking is; each figure from 0 to 1. */
export interface RankingScores {
  ndcg: number;
  recall: number;
  reciprocalRank: number;
  hit: number;
}

/**
 * nDCG@10 with linear gains (as trec_eval and BEIR), recall@10, reciprocal rank within 10, and whether one of the
 * first 5 is relevant.
 */
export function scoreRanking(documentIds: string[], relevant: Map<string, number>): RankingScores {
  const grades = documentIds.slice(0, DEPTH).map((id) => relevant.get(id) ?? 0);
  const ideal = [...relevant.values()].toSorted((a, b) => b - a).slice(0, DEPTH);
  const first = grades.findIndex((grade) => grade > 0);
  return {
    ndcg: discount(grades) / discount(ideal),
    recall: grades.filter((grade) => grade > 0).length / relevant.size,
    reciprocalRank: first === -1 ? 0 : 1 / (first + 1),
    hit: first !== -1 && first < HIT_DEPTH ? 1 : 0,
  };
}

function discount(grades: number[]): number {
  return grades.reduce((sum, grade, index) => sum + grade / Math.log2(index + 2), 0);
}

/** One question's part of a figure: the figure is the sum of the values by the sum of what they are of. */
export interface Observation {
  value: number;
  of: number;
}

/** A figure with its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  /** Questions behind it. */
  questions: number;
}

const RESAMPLES = 1000;
const SEED = 20_240_229;

/**
 * Figure and interval by the percentile bootstrap: 1,000 resamples of the questions (Efron 1979). The same
 * observations always give the same interval.
 */
export function estimate(observations: Observation[]): Estimate {
  const random = startRandom(SEED);
  const count = observations.length;
  const ratios = Array.from({ length: count === 0 ? 0 : RESAMPLES }, () => {
    let [value, of] = [0, 0];
    for (let drawn = 0; drawn < count; drawn++) {
      const one = observations[Math.floor(random() * count)]!;
      value += one.value;
      of += one.of;
    }
    return of === 0 ? 0 : value / of;
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => ratios[Math.round(share * (ratios.length - 1))] ?? 0;
  const sum = (field: keyof Observation): number =>
    observations.reduce((total, one) => total + one[field], 0);
  const of = sum("of");
  return {
    value: of === 0 ? 0 : sum("value") / of,
    low: at(0.025),
    high: at(0.975),
    questions: count,
  };
}

/** Mulberry32. */
function startRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
