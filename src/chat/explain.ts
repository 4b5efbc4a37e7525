import type { Chunk, Passage } from "../ports.ts";
import type { DroppedPassage, SourceLimits } from "./choose-sources.ts";
import type { Context } from "./context.ts";
import { byScore, fuseLegs, type LegRanges, readRanges } from "./merge.ts";
import {
  type MatchedWords,
  matchWords,
  type QuestionWord,
  readQuestionWords,
} from "./question-words.ts";
import { renderPlace } from "./render-source.ts";
import { passageKey, type Retrieval } from "./retrieve.ts";

/** Why a candidate is no source: as in `DroppedPassage`, and what happens to it before. */
export type DropReason = DroppedPassage["why"] | "not-reranked" | "candidates";

/** Everything that is known of one candidate. */
export interface ExplainedCandidate {
  passage: Passage;
  /** In the final order of all candidates, from 1. */
  rank: number;
  /** In the order before reranking, and the score there; absent where it did not take part. */
  mergedRank?: number;
  mergedScore?: number;
  /** What each wording adds to the merged score; what is left comes from other passages of its document. */
  shares: number[];
  kept: boolean;
  /** Number of the source that shows it. */
  source?: number;
  why?: DropReason;
  /** Chunk that says the same. */
  repeats?: string;
  explanation: string;
  /** Words of the question that it holds, and those that it does not; absent far down among `candidates`. */
  matched?: string[];
  unmatched?: string[];
}

export interface ExplainLimits extends SourceLimits {
  candidates: number;
  denseWeight: number;
}

/** Candidates whose words are compared before others get their turn: each takes about a quarter of a millisecond. */
const A_TURN = 20;

/** All candidates in their final order: sources, what was left out of them, and what never took part. */
export async function explainCandidates(
  retrieval: Retrieval,
  context: Context,
  limits: ExplainLimits,
  /** Candidates that are explained in full, beside all that an answer considers. */
  listed: number,
  turn: () => Promise<void>,
): Promise<ExplainedCandidate[]> {
  const { passages, merged, repeated, wordings } = retrieval;
  const places = readPlaces(retrieval, context);
  const order = [...merged, ...repeated].toSorted(byScore);
  const mergedRanks = new Map(order.map((passage, index) => [passageKey(passage), index + 1]));
  const mergedScores = new Map(order.map((passage) => [passageKey(passage), passage.score]));
  const shares = readShares(wordings, limits.denseWeight);
  const words = readQuestionWords(wordings.flatMap(({ wording }) => wording[0]?.text ?? []));
  const earlier = readQuestionWords(
    wordings.flatMap(({ wording }) => wording.slice(1).map(({ text }) => text)),
  ).filter(({ word }) => !words.some((asked) => asked.word.toLowerCase() === word.toLowerCase()));
  const best = passages[0]?.score ?? 0;
  const explained: ExplainedCandidate[] = [];
  for (const [index, passage] of orderCandidates(retrieval, order).entries()) {
    if (index % A_TURN === A_TURN - 1) await turn();
    const key = passageKey(passage);
    const place = places.get(key) ?? { why: "candidates" as const };
    const isFar = place.why === "candidates" && index >= listed;
    const found = isFar ? undefined : matchWords(words, earlier, passage.chunk);
    const { source, why, of } = place;
    explained.push({
      passage,
      rank: index + 1,
      ...withoutAbsent({
        mergedRank: mergedRanks.get(key),
        mergedScore: mergedScores.get(key),
        source,
        why,
        repeats: of?.chunk.id,
      }),
      shares: shares.map((share) => share.get(key) ?? 0),
      kept: source !== undefined,
      explanation: [
        explainPlace(place, passage, best, limits),
        ...(found === undefined ? [] : [explainWords(words, found, passage)]),
      ].join(" "),
      ...(found === undefined ? {} : { matched: found.matched, unmatched: found.unmatched }),
    });
  }
  return explained;
}

/** In the reranker's order where one ran, then those that it did not see, then those that never took part. */
function orderCandidates({ passages, others }: Retrieval, merged: Passage[]): Passage[] {
  if (passages.every(({ rerank }) => rerank === undefined)) return [...merged, ...others];
  const known = new Set(passages.map(passageKey));
  return [...passages, ...merged.filter((passage) => !known.has(passageKey(passage))), ...others];
}

function withoutAbsent<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as ReturnType<typeof withoutAbsent<Fields>>;
}

/** The scores between which each candidate is placed, by wording. */
export function readScales(retrieval: Retrieval): LegRanges[] {
  return retrieval.wordings.map(({ result }) =>
    readRanges(result.hits.flatMap(({ hits }) => hits)),
  );
}

interface Place {
  source?: number;
  /** It fills a place that was left. */
  isNeighbour?: boolean;
  why?: DropReason;
  of?: Passage | undefined;
}

function readPlaces(retrieval: Retrieval, context: Context): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const passage of retrieval.merged) places.set(passageKey(passage), { why: "not-reranked" });
  for (const passage of retrieval.repeated) {
    const text = passage.chunk.text.trim();
    const of = retrieval.merged.find(({ chunk }) => chunk.text.trim() === text);
    places.set(passageKey(passage), { why: "repeated", of });
  }
  for (const { passage, why, of } of context.dropped) places.set(passageKey(passage), { why, of });
  for (const { n, collection, chunk } of context.neighbours)
    places.set(`${collection}/${chunk.id}`, { source: n, isNeighbour: true });
  for (const { n, passages } of context.sources)
    for (const passage of passages) places.set(passageKey(passage), { source: n });
  return places;
}

function readShares(wordings: Retrieval["wordings"], denseWeight: number): Map<string, number>[] {
  return wordings.map(({ result }) => {
    const ranges = readRanges(result.hits.flatMap(({ hits }) => hits));
    return new Map(
      result.hits.flatMap(({ collection, hits }) =>
        hits.map((hit) => [`${collection}/${hit.chunk.id}`, fuseLegs(hit, ranges, denseWeight)]),
      ),
    );
  });
}

function explainPlace(
  { source, isNeighbour, why, of }: Place,
  passage: Passage,
  best: number,
  limits: ExplainLimits,
): string {
  if (isNeighbour === true)
    return `It stands beside a passage of source ${source} and fills tokens that were left (CONTEXT_TOKENS).`;
  switch (why) {
    case undefined:
      return `The model sees it as source ${source}.`;
    case "weak":
      return `Its score of ${round(passage.score)} is too far below the best one, ${round(best)}.`;
    case "repeated":
      return of === undefined
        ? "Another passage has the same text."
        : `It says nothing that "${renderPlace(of.chunk)}" does not say as well.`;
    case "limit":
      return `All ${limits.sources} places were taken by better passages (MAX_SOURCES).`;
    case "ceiling":
      return `Better passages of the collection ${passage.collection} took its ${limits.mostOfCollection} places (MAX_SOURCES_PER_COLLECTION).`;
    case "budget":
      return `Better passages left too few of the ${limits.contextTokens} tokens for it (CONTEXT_TOKENS).`;
    case "not-reranked":
      return "Too many other passages stood before it when the best ones were reranked.";
    default:
      return `It is not among the ${limits.candidates} best of its collection, and more are not considered for an answer (CANDIDATES).`;
  }
}

function explainWords(
  words: QuestionWord[],
  { matched, unmatched, earlier }: MatchedWords,
  { legs }: Passage,
): string {
  const ofEarlier = earlier.length === 0 ? "" : ` Of earlier turns it holds ${quote(earlier)}.`;
  if (words.length === 0) return `The question has no words to search for.${ofEarlier}`;
  if (matched.length > 0) {
    const missing = unmatched.length === 0 ? "" : `, and not ${quote(unmatched)}`;
    return `Of the question's words it holds ${quote(matched)}${missing}.${ofEarlier}`;
  }
  // What the words found and holds none of them shares stems or runs of letters with some.
  const isPart = legs.sparse !== undefined && earlier.length === 0;
  return `It holds none of the question's words${isPart ? ", only parts of some" : ""}.${ofEarlier}`;
}

export function quote(words: string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Where a chunk stands in its document, without its text. */
export function describeChunk(
  collection: string,
  { id, documentId, title, heading, start, end }: Chunk,
): {
  collection: string;
  documentId: string;
  chunkId: string;
  title: string;
  heading: string[];
  start: number;
  end: number;
} {
  return { collection, documentId, chunkId: id, title, heading, start, end };
}
