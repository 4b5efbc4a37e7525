import type { Catalog, CatalogSnapshot } from "../catalog.ts";
import { AppError } from "../errors.ts";
import type { CollectionRecord, Passage, Reranker } from "../ports.ts";
import type { CollectionOutcome, Question, RetrievalReport, StageOutcome } from "./events.ts";
import { byScore, type Evidence, mergeResults, narrowResult, type SearchResult } from "./merge.ts";
import {
  type SearchDependencies,
  searchWording,
  type Wording,
  type WordingSearch,
} from "./search.ts";
import { isSelfContained } from "../text/self-contained.ts";
import { elapsed, runStage } from "./stage.ts";

export interface RetrieveDependencies extends SearchDependencies {
  catalog: Catalog;
  reranker: Reranker | undefined;
  /** Rewrites a question so that it can be understood without its history; absent without a language model. */
  condense: ((question: Question, signal: AbortSignal) => Promise<string>) | undefined;
  limits: SearchDependencies["limits"] & {
    /** Milliseconds. */
    condense: number;
    rerank: number;
    /** Hits of each leg of a collection that count, where more are asked for to list them; all when absent. */
    considered?: number;
    /** Weight of the dense leg beside the sparse one. */
    denseWeight: number;
    /** Collections that are searched when the question names none; all known ones when empty. */
    collections: string[];
  };
}

/** Everything that was found, in order, and how the search went. */
export interface Retrieval {
  /** Best first: in the reranker's order where one ran. */
  passages: Passage[];
  /** As they were merged, before reranking. */
  merged: Passage[];
  repeated: Passage[];
  /** Found beside what counts, where more was asked for. */
  others: Passage[];
  /** The question as it was asked, and rewritten, each with what it found. */
  wordings: { wording: Wording; result: SearchResult }[];
  evidence: Evidence;
  report: RetrievalReport;
  /** Collections that should have been searched and did not answer. */
  missing: string[];
}

/** Passages that the reranker sees. */
const RERANKED = 30;

/** Weight of the user's k-th message before the newest is 0.4^k: measured best on conversations with labels. */
const DECAY = 0.4;
const REMEMBERED = 5;
/** Characters of an earlier message: a pasted page would cost more than the search. */
const LONGEST_REMEMBERED = 2000;

/** The records of the collections that a question asks for. Throws `unknown-collection` when one does not exist. */
export function selectCollections(
  question: Question,
  snapshot: CatalogSnapshot,
  defaults: string[],
): CollectionRecord[] {
  const names = question.collections ?? (defaults.length > 0 ? defaults : undefined);
  if (names === undefined) return snapshot.collections;
  return [...new Set(names)].map((name) => {
    const record = snapshot.collections.find((known) => known.name === name);
    if (record !== undefined) return record;
    throw new AppError(
      "unknown-collection",
      `There is no collection "${name}". GET /collections lists those that exist.`,
    );
  });
}

/**
 * Searches all collections at once, with the question as it was asked and, where there is a model and a history,
 * with the question rewritten to stand alone. Nothing optional that fails costs the answer; when no collection
 * answers it throws `retrieval-unavailable`, when the caller's signal aborts its reason.
 */
export async function retrieve(
  question: Question,
  snapshot: CatalogSnapshot,
  records: CollectionRecord[],
  dependencies: RetrieveDependencies,
  signal: AbortSignal,
): Promise<Retrieval> {
  const { limits, now } = dependencies;
  const stages: RetrievalReport["stages"] = {
    embed: skipped(),
    condense: skipped(),
    search: skipped(),
    rerank: skipped(),
    neighbours: skipped(),
  };
  const messages = weighMessages(question);
  const started = now();
  const search = (wording: Wording): Promise<WordingSearch> =>
    searchWording(
      wording,
      { snapshot, records, filter: question.filter },
      dependencies,
      stages,
      signal,
    );

  const [raw, rewritten] = await Promise.all([
    search(messages),
    condense(question, messages.length > 1, dependencies, stages, signal).then(async (text) => {
      if (text === undefined || text === question.text) return undefined;
      const wording = [{ text, weight: 1 }];
      return { wording, search: await search(wording) };
    }),
  ]);
  stages.search = {
    status: raw.outcomes.some(isAnswer) || raw.outcomes.length === 0 ? "ok" : "failed",
    ms: elapsed(now, started),
  };
  if (stages.search.status === "failed") {
    throw new AppError(
      "retrieval-unavailable",
      "None of the document collections could be searched at the moment. Please try again.",
    );
  }

  const wordings = [
    { wording: messages, result: raw.result },
    ...(rewritten === undefined
      ? []
      : [{ wording: rewritten.wording, result: rewritten.search.result }]),
  ];
  const found = mergeWordings(wordings, limits);
  const asked = rewritten?.wording[0]?.text ?? question.text;
  const passages = await rerank(asked, found.merged, dependencies, stages, signal);
  const missing = raw.outcomes
    .filter((outcome) => !isAnswer(outcome))
    .map((outcome) => outcome.name);
  const degraded =
    missing.length > 0 || Object.values(stages).some((stage) => stage.status === "failed");
  return { ...found, passages, missing, report: { degraded, collections: raw.outcomes, stages } };
}

/** All candidates in one order. What was found beyond `considered` changes nothing of it. */
function mergeWordings(
  wordings: Retrieval["wordings"],
  { considered, denseWeight }: RetrieveDependencies["limits"],
): Pick<Retrieval, "merged" | "repeated" | "others" | "wordings" | "evidence"> {
  if (considered === undefined) return mergeAll(wordings, denseWeight);
  const narrowed = wordings.map(({ wording, result }) => ({
    wording,
    result: narrowResult(result, considered),
  }));
  const found = mergeAll(narrowed, denseWeight);
  const known = new Set([...found.merged, ...found.repeated].map(passageKey));
  const wide = mergeAll(wordings, denseWeight);
  const others = [...wide.merged, ...wide.repeated].toSorted(byScore);
  return { ...found, others: others.filter((passage) => !known.has(passageKey(passage))) };
}

function mergeAll(
  wordings: Retrieval["wordings"],
  denseWeight: number,
): ReturnType<typeof mergeWordings> {
  const results = wordings.map(({ result }) => result);
  const { passages: merged, repeated, evidence } = mergeResults(results, denseWeight);
  return { merged, repeated, evidence, wordings, others: [] };
}

/** What the user said, newest first; answers stay out of the search. */
function weighMessages(question: Question): Wording {
  const earlier = question.history
    .filter((message) => message.role === "user")
    .slice(-REMEMBERED)
    .toReversed();
  const texts = [question.text, ...earlier.map((message) => message.content)];
  return texts.map((text, age) => ({
    text: age === 0 ? text : text.slice(0, LONGEST_REMEMBERED),
    weight: DECAY ** age,
  }));
}

async function condense(
  question: Question,
  hasHistory: boolean,
  { condense: rewrite, limits, now, operations }: RetrieveDependencies,
  stages: RetrievalReport["stages"],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (rewrite === undefined || !hasHistory || isSelfContained(question.text)) return undefined;
  const operation = operations.of("model", "condense");
  const options = { operation, deadline: limits.condense, now, signal };
  return runStage(stages, "condense", options, (limited) => rewrite(question, limited));
}

/** The passages in the reranker's order; as they were where there is none or it fails. */
async function rerank(
  question: string,
  passages: Passage[],
  { reranker, limits, now, operations }: RetrieveDependencies,
  stages: RetrievalReport["stages"],
  signal: AbortSignal,
): Promise<Passage[]> {
  if (reranker === undefined || passages.length < 2) return passages;
  const best = passages.slice(0, RERANKED);
  const texts = best.map(({ chunk }) => [chunk.title, ...chunk.heading, chunk.text].join("\n"));
  const operation = operations.of("cohere", "rerank");
  const options = { operation, deadline: limits.rerank, now, signal };
  const scores = await runStage(stages, "rerank", options, (limited) =>
    reranker.rerank(question, texts, limited),
  );
  if (scores === undefined) return passages;
  const reranked = best.map((passage, index) => ({
    ...passage,
    score: scores[index] ?? 0,
    rerank: scores[index] ?? 0,
  }));
  return reranked.toSorted(byScore);
}

/** The same for every copy of a passage. */
export function passageKey({ collection, chunk }: Passage): string {
  return `${collection}/${chunk.id}`;
}

function isAnswer(outcome: CollectionOutcome): boolean {
  return outcome.status === "ok" || outcome.status === "empty";
}

function skipped(): StageOutcome {
  return { status: "skipped", ms: 0 };
}
