import type { Writable } from "node:stream";
import { type Config, readConfig } from "../../config.ts";
import { type CliDocument, type Refusal, sendDocuments } from "../cli-send.ts";
import { startProgress } from "../progress.ts";
import { type RunningServer, startServer } from "../server.ts";
import { type Answered, type AskedQuestion, chat, type Found, search } from "./ask.ts";
import { EvalError } from "./eval-error.ts";
import type { LabelledDocument, LabelledQuestion } from "./labelled-set.ts";
import { mapInParallel } from "./pool.ts";

/** Questions that are asked at the same time; what comes does not depend on it. */
const IN_FLIGHT = 8;
const DOCUMENTS_A_CALL = 200;
/** Milliseconds for every stage: it is quality that is measured, and a slow machine must not change it. */
const PATIENCE = "60000";

export interface RunOptions {
  /** Variables of the environment, over which `settings` go. */
  environment: Record<string, string | undefined>;
  settings: Record<string, string>;
  format: "text" | "markdown";
  /** Also has every question answered. */
  answers: boolean;
  /** Questions about something else, which are searched alone. */
  offTopic: AskedQuestion[];
  output: Writable;
  signal: AbortSignal;
}

/** One question with what came back. */
export interface Outcome<Question extends LabelledQuestion> {
  question: Question;
  found: Found;
  answered: Answered | undefined;
}

export interface Run<Question extends LabelledQuestion> {
  config: Config;
  model: string;
  embedding: string | undefined;
  /** Of the dense leg. */
  denseWeight: number;
  collections: { name: string; documents: number; chunks: number }[];
  outcomes: Outcome<Question>[];
  offTopic: Found[];
  notes: string[];
}

/**
 * Stores the documents in a server of its own, and asks it every question over HTTP. The server keeps nothing, unless
 * `QDRANT_URL` names where. Throws an `EvalError` when a question gets no answer.
 */
export async function runQuestions<Question extends LabelledQuestion>(
  groups: Map<string, LabelledDocument[]>,
  questions: Question[],
  options: RunOptions,
): Promise<Run<Question>> {
  const config = readConfig({
    ...options.environment,
    HOST: "127.0.0.1",
    PORT: "0",
    DATA_DIR: ":memory:",
    SAMPLES: "false",
    COLLECTIONS: "",
    REDIS_URL: "",
    ...Object.fromEntries(
      ["RETRIEVAL", "EMBED", "CONDENSE", "RERANK", "INGEST"].map((stage) => [
        `${stage}_TIMEOUT_MS`,
        PATIENCE,
      ]),
    ),
    MAX_MESSAGE_CHARACTERS: "1000000",
    MAX_BODY_BYTES: "33554432",
    MAX_DOCUMENT_CHARACTERS: "8000000",
    ...options.settings,
  });
  const server = await startServer(config);
  try {
    await refuseOthers(server, groups, options.signal);
    const notes = await store(server, groups, options);
    const collections = await listCollections(server);
    checkCounts(groups, collections);
    const outcomes = await ask(server, questions, options);
    const offTopic = await searchOffTopic(server, options);
    const degraded = outcomes.filter(({ found }) => found.degraded).length;
    if (degraded > 0) notes.push(`${degraded} questions were searched in part only.`);
    const { modelName: model, answer } = server.services;
    const embedding = answer.embedder?.space.model;
    const { denseWeight } = answer.limits;
    return { config, model, embedding, denseWeight, collections, outcomes, offTopic, notes };
  } finally {
    await server.close();
  }
}

/**
 * On somebody's Qdrant server nothing is overwritten, and nothing else may share the word statistics with the set: it
 * may hold the same set from an earlier run, and nothing else of Tributary's.
 */
async function refuseOthers(
  server: RunningServer,
  groups: Map<string, LabelledDocument[]>,
  signal: AbortSignal,
): Promise<void> {
  const { catalog, store } = server.services.ingest;
  const { collections } = await catalog.refresh(signal);
  for (const { name } of collections) {
    const first = groups.get(name)?.[0];
    const stored = first && (await store.readDocument(name, first.id, signal));
    if (first !== undefined && stored?.text === first.text) continue;
    throw new EvalError(
      `The server at QDRANT_URL holds the collection "${name}", which is not of this set: measure on a server without other collections, or set QDRANT_URL= to measure in this process.`,
    );
  }
}

/** Returns what was left out, in sentences. */
async function store(
  server: RunningServer,
  groups: Map<string, LabelledDocument[]>,
  { format, output, signal }: RunOptions,
): Promise<string[]> {
  const total = [...groups.values()].reduce((sum, members) => sum + members.length, 0);
  const progress = startProgress(`Storing ${total} documents`, total, output);
  const leftOut: Refusal[] = [];
  let done = 0;
  for (const [collection, members] of groups) {
    const documents = members.map(({ id, title, text }): CliDocument => ({
      file: id,
      id,
      text,
      format,
      ...(title === "" ? {} : { title }),
    }));
    const target = {
      url: server.url,
      collection,
      adminKey: server.services.config.ADMIN_KEY,
      signal,
      documentsACall: DOCUMENTS_A_CALL,
    };
    const { refused } = await sendDocuments(documents, target, (batch) =>
      progress.advance(batch.length, `${(done += batch.length)} of ${total}, ${collection}`),
    ).catch((error: Error) => {
      signal.throwIfAborted();
      throw new EvalError(
        `The documents can not be stored: ${error.message} The line before this one names the service; see that its key, address and model are right.`,
      );
    });
    leftOut.push(...refused);
  }
  progress.stop(`Stored ${total - leftOut.length} documents in ${groups.size} collections`);
  return leftOut.length === 0
    ? []
    : [`${leftOut.length} documents were refused, the first of them: ${leftOut[0]!.why}`];
}

async function listCollections(server: RunningServer): Promise<Run<never>["collections"]> {
  const response = await fetch(`${server.url}/collections`);
  return ((await response.json()) as { collections: Run<never>["collections"] }).collections;
}

/** A collection of an earlier run may hold documents that the set has no more. */
function checkCounts(
  groups: Map<string, LabelledDocument[]>,
  collections: Run<never>["collections"],
): void {
  const stale = collections.find(
    ({ name, documents }) => documents > (groups.get(name)?.length ?? 0),
  );
  if (stale !== undefined)
    throw new EvalError(
      `The collection "${stale.name}" at QDRANT_URL holds documents of another version of this set: delete it there first.`,
    );
}

async function ask<Question extends LabelledQuestion>(
  server: RunningServer,
  questions: Question[],
  { answers, output, signal }: RunOptions,
): Promise<Outcome<Question>[]> {
  const progress = startProgress(`Asking ${questions.length} questions`, questions.length, output);
  let done = 0;
  const outcomes = await mapInParallel(questions, IN_FLIGHT, async (question) => {
    signal.throwIfAborted();
    const found = await search(server.url, question);
    const answered = answers ? await chat(server.url, question) : undefined;
    progress.advance(1, `${++done} of ${questions.length}`);
    return { question, found, answered };
  });
  progress.stop(`Asked ${questions.length} questions`);
  return outcomes;
}

async function searchOffTopic(
  server: RunningServer,
  { offTopic, output, signal }: RunOptions,
): Promise<Found[]> {
  if (offTopic.length === 0) return [];
  const title = `Asking ${offTopic.length} questions about something else`;
  const progress = startProgress(title, offTopic.length, output);
  let done = 0;
  const found = await mapInParallel(offTopic, IN_FLIGHT, async (question) => {
    signal.throwIfAborted();
    const one = await search(server.url, question);
    progress.advance(1, `${++done} of ${offTopic.length}`);
    return one;
  });
  progress.stop(`Asked ${offTopic.length} questions about something else`);
  return found;
}
