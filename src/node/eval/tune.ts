import { mergeResults, type SearchResult } from "../../chat/merge.ts";
import { type Candidate, rankDocuments } from "./ask.ts";
import type { LabelledQuestion } from "./labelled-set.ts";
import { type Estimate, estimate, scoreRanking } from "./metrics.ts";
import type { Outcome } from "./run.ts";

/** Weights of the dense leg that are tried: a weak leg needs a small one, a strong one a large one. */
export const WEIGHTS: readonly number[] = [
  0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4,
];

export interface Tuned {
  weight: number;
  /** nDCG@10. */
  ndcg: Estimate;
  /** What it is below the best weight's, question by question: an interval with 0 in it is no difference. */
  below: Estimate;
}

export interface Tuning {
  best: number;
  /** The weight that the server has, with the order that it gave. */
  now: { weight: number; ndcg: Estimate };
  tried: Tuned[];
}

/** nDCG@10 of every weight, from one asking: the legs' scores are merged again as the product merges them. */
export function tuneWeights(
  outcomes: Outcome<LabelledQuestion>[],
  present: number,
  weights: readonly number[] = WEIGHTS,
): Tuning {
  const scores = weights.map((weight) =>
    outcomes.map(({ question, found }) => {
      const ranked = mergeAgain(found.candidates, weight);
      return scoreRanking(ranked, question.relevant).ndcg;
    }),
  );
  const estimates = scores.map((list) => estimate(list.map((value) => ({ value, of: 1 }))));
  // Of weights that are as good the one nearest to the present: a set that is too easy moves nothing.
  const top = [...weights.keys()]
    .toSorted((a, b) => Math.abs(weights[a]! - present) - Math.abs(weights[b]! - present))
    .reduce((best, index) => (estimates[index]!.value > estimates[best]!.value ? index : best));
  const shown = outcomes.map(
    ({ question, found }) => scoreRanking(rankDocuments(found), question.relevant).ndcg,
  );
  return {
    best: weights[top]!,
    now: { weight: present, ndcg: estimate(shown.map((value) => ({ value, of: 1 }))) },
    tried: weights.map((weight, index) => ({
      weight,
      ndcg: estimates[index]!,
      below: estimate(
        scores[top]!.map((value, at) => ({ value: value - scores[index]![at]!, of: 1 })),
      ),
    })),
  };
}

/** Document ids, best first, with this weight. */
export function mergeAgain(candidates: Candidate[], weight: number): string[] {
  const hits: SearchResult["hits"] = [
    ...Map.groupBy(candidates, ({ collection }) => collection),
  ].map(([collection, members]) => ({ collection, hits: members.map(toHit) }));
  // What the evidence is made of, which the order does not depend on.
  const query = { weight: 0, familiarity: 0, joined: 0 };
  const { passages, repeated } = mergeResults([{ hits, query }], weight);
  const ranked = [...passages, ...repeated].toSorted((a, b) => b.score - a.score);
  return [...new Set(ranked.map(({ chunk }) => chunk.documentId))];
}

function toHit(candidate: Candidate): SearchResult["hits"][number]["hits"][number] {
  const { chunkId, documentId, text, title, heading, start, end, legs } = candidate;
  const chunk = { id: chunkId, documentId, text, title, heading, start, end };
  return { chunk: { ...chunk, index: 0, words: 0, grams: 0 }, ...legs };
}
