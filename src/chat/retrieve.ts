import type { Catalog, CatalogSnapshot } from "../catalog.ts";
import { AppError } from "../errors.ts";
import type { CollectionRecord, Passage, Reranker } from "../ports.ts";
import type { CollectionOutcome, Question, RetrievalReport, StageOutcome } from "./events.ts";
import { byScore, type Evidence, mergeResults } from "./merge.ts";
import {
  type SearchDependencies,
  searchWording,
  type Wording,
  type WordingSearch,
} from "./search.ts";
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
    /** Weight of the dense leg beside the sparse one. */
    denseWeight: number;
    /** Collections that are searched when the question names none; all known ones when empty. */
    collections: string[];
  };
}

/** Everything that was found, in order, and how the search went. */
export interface Retrieval {
  passages: Passage[];
  repeated: Passage[];
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
      return { text, search: await search([{ text, weight: 1 }]) };
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

  const merged = mergeResults(
    [raw.result, ...(rewritten === undefined ? [] : [rewritten.search.result])],
    limits.denseWeight,
  );
  const passages = await rerank(
    rewritten?.text ?? question.text,
    merged.passages,
    dependencies,
    stages,
    signal,
  );
  const missing = raw.outcomes
    .filter((outcome) => !isAnswer(outcome))
    .map((outcome) => outcome.name);
  const degraded =
    missing.length > 0 || Object.values(stages).some((stage) => stage.status === "failed");
  return { ...merged, passages, missing, report: { degraded, collections: raw.outcomes, stages } };
}

/** What the user said, newest first; answers stay out of the search. */
function weighMessages(question: Question): Wording {
  const earlier = question.history
    .filter((message) => message.role === "user")
    .slice(-REMEMBERED)
    .toReversed();
  const texts = [question.text, ...earlier.map((message) => message.content)];
  return texts.map((text, age) => ({ text, weight: DECAY ** age }));
}

async function condense(
  question: Question,
  hasHistory: boolean,
  { condense: rewrite, limits, now, operations }: RetrieveDependencies,
  stages: RetrievalReport["stages"],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (rewrite === undefined || !hasHistory) return undefined;
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

function isAnswer(outcome: CollectionOutcome): boolean {
  return outcome.status === "ok" || outcome.status === "empty";
}

function skipped(): StageOutcome {
  return { status: "skipped", ms: 0 };
}
