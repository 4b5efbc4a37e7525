import type { Chunk, Passage } from "../ports.ts";
import { type Fingerprint, isRepeated, readFingerprint } from "../text/overlap.ts";
import { estimateTokens } from "../text/tokens.ts";
import { firstUnit, shortenText } from "../text/units.ts";
import { renderPlace } from "./render-source.ts";
import { isAdjacent, joinStretches, type Stretch, toStretch } from "./stretch.ts";

export interface SourceLimits {
  /** Sources shown and given to the model at most. */
  sources: number;
  /** Tokens of all sources together; at least one source is always given. */
  contextTokens: number;
  /** Sources that every collection with candidates gets, and that it gets at most. */
  leastOfCollection: number;
  mostOfCollection: number;
}

/** A candidate that is no source, and why not. */
export interface DroppedPassage {
  passage: Passage;
  /**
   * `weak`: too far below the best one. `repeated`: `of` says the same. `limit`: the places were taken. `ceiling`: those
   * of its collection were. `budget`: it does not fit into the tokens.
   */
  why: "weak" | "repeated" | "limit" | "ceiling" | "budget";
  of?: Passage;
}

/** A source before it has its number. */
export interface Draft {
  /** Best first. */
  passages: Passage[];
  stretch: Stretch;
}

/** The sources to be, best first, and how many tokens they leave. */
export interface Choice {
  drafts: Draft[];
  dropped: DroppedPassage[];
  tokensLeft: number;
}

/** A passage below this share of the best one's score is noise beside it. */
const WEAKEST = 0.2;
/** Half of that for a collection's guaranteed places: a passage that shares next to nothing with the question takes none. */
const WEAKEST_OF_FLOOR = 0.1;

/** The best source has its first sentence, table or code also where the budget is smaller, up to so many tokens. */
const LEAST_OF_BEST = 500;

/** A source is shortened to what fits, but not to less than this share of it. */
const SHORTEST_SHARE = 1 / 3;

/**
 * Chooses what the model sees of the candidates, which come best first: near-duplicates collapse, adjacent passages
 * of a document become one source, each collection keeps between its floor and its ceiling, and a source that does not
 * fit is shortened to whole sentences, tables and code.
 */
export function choosePassages(passages: Passage[], limits: SourceLimits): Choice {
  const best = passages[0]?.score ?? 0;
  const state: Packing = {
    drafts: [],
    dropped: [],
    tokensLeft: limits.contextTokens,
    reserved: reservePlaces(passages, best, limits),
    fingerprints: new Map(),
  };
  for (const passage of passages) {
    const isWeak = passage.score < best * WEAKEST && !state.reserved.has(passage);
    const reason = isWeak ? { why: "weak" as const } : addPassage(state, passage, limits);
    if (reason !== undefined) state.dropped.push({ passage, ...reason });
  }
  const { drafts, dropped, tokensLeft } = state;
  return { drafts, dropped, tokensLeft: Math.max(0, tokensLeft) };
}

interface Packing extends Choice {
  /** Passages that their collection is owed and that are still to come, with their tokens. */
  reserved: Map<Passage, number>;
  /** Of all chosen passages. */
  fingerprints: Map<Passage, Fingerprint>;
}

type Reason = Omit<DroppedPassage, "passage">;

/** The best passages of each collection up to its floor, as many as there are places. */
function reservePlaces(
  passages: Passage[],
  best: number,
  { sources, leastOfCollection, mostOfCollection }: SourceLimits,
): Map<Passage, number> {
  const reserved = new Map<Passage, number>();
  const counts = new Map<string, number>();
  const least = Math.min(leastOfCollection, mostOfCollection);
  if (least === 0) return reserved;
  for (const passage of passages) {
    if (reserved.size >= sources) break;
    const count = counts.get(passage.collection) ?? 0;
    if (count >= least || passage.score < best * WEAKEST_OF_FLOOR) continue;
    counts.set(passage.collection, count + 1);
    reserved.set(passage, estimateSource(passage.chunk));
  }
  return reserved;
}

/** Undefined when it became a source or a part of one. */
function addPassage(state: Packing, passage: Passage, limits: SourceLimits): Reason | undefined {
  const { drafts, reserved } = state;
  const isOwed = reserved.delete(passage);
  if (drafts.length + (isOwed ? 0 : reserved.size) >= limits.sources) return { why: "limit" };
  const fingerprint = readFingerprint(passage.chunk.text);
  const of = findRepeated(state, passage, fingerprint);
  if (of !== undefined) return { why: "repeated", of };
  const owed = [...reserved.values()].reduce((sum, tokens) => sum + tokens, 0);
  const available = state.tokensLeft - owed;
  if (!joinDrafts(state, passage, available)) {
    const { collection } = passage;
    const ofCollection = drafts.filter((draft) => draft.passages[0]?.collection === collection);
    if (ofCollection.length >= limits.mostOfCollection) return { why: "ceiling" };
    const stretch = fitStretch(passage.chunk, available, drafts.length === 0);
    if (stretch === undefined) return { why: "budget" };
    state.tokensLeft -= estimateSource(passage.chunk, stretch.text);
    drafts.push({ passages: [passage], stretch });
  }
  state.fingerprints.set(passage, fingerprint);
  return undefined;
}

/** The chosen passage that says all that this one does. */
function findRepeated(
  { fingerprints }: Packing,
  passage: Passage,
  fingerprint: Fingerprint,
): Passage | undefined {
  for (const [other, known] of fingerprints) {
    if (isRepeated(fingerprint, known) && !namesAnother(passage.chunk, other.chunk)) return other;
  }
  return undefined;
}

/** Whether a text of the same words speaks of another thing: "The Granite 4 is waterproof" beside the Aurora 2. */
function namesAnother(chunk: Chunk, other: Chunk): boolean {
  const text = chunk.text.toLowerCase();
  const known = new Set(readWords(other.title));
  return readWords(chunk.title).some(
    (word) => word !== "" && !known.has(word) && text.includes(word),
  );
}

function readWords(title: string): string[] {
  return title.toLowerCase().split(/[^\p{L}\p{N}]+/u);
}

/** Makes the passage a part of the source that it continues, and of two such sources one. */
function joinDrafts(state: Packing, passage: Passage, available: number): boolean {
  const { drafts } = state;
  const [first, second] = drafts.filter(
    ({ passages, stretch }) =>
      passages[0]?.collection === passage.collection &&
      (isAdjacent(stretch, toStretch(passage.chunk)) ||
        isAdjacent(toStretch(passage.chunk), stretch)),
  );
  if (first === undefined) return false;
  let stretch = joinStretches(first.stretch, toStretch(passage.chunk));
  const tokens = estimateTokens(stretch.text) - estimateTokens(first.stretch.text);
  if (tokens > available) return false;
  state.tokensLeft -= tokens;
  first.passages.push(passage);
  if (second !== undefined) {
    stretch = joinStretches(stretch, second.stretch);
    first.passages.push(...second.passages);
    first.passages.sort((a, b) => b.score - a.score);
    drafts.splice(drafts.indexOf(second), 1);
  }
  first.stretch = stretch;
  return true;
}

/** The chunk, shortened where it must be; undefined when too little of it would be left. */
function fitStretch(chunk: Chunk, available: number, isBest: boolean): Stretch | undefined {
  const left = available - estimateTokens(renderPlace(chunk));
  if (estimateTokens(chunk.text) <= left) return toStretch(chunk);
  const text = shortenText(chunk.text, Math.max(0, left));
  if (text.length >= chunk.text.length * SHORTEST_SHARE) return toStretch(chunk, text);
  if (!isBest) return undefined;
  return toStretch(chunk, text || firstUnit(chunk.text, Math.max(left, LEAST_OF_BEST)));
}

function estimateSource(chunk: Chunk, text = chunk.text): number {
  return estimateTokens(renderPlace(chunk)) + estimateTokens(text);
}
