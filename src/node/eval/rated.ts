import { basename } from "node:path";
import type { Writable } from "node:stream";
import * as z from "zod";
import { type Config, readConfig } from "../../config.ts";
import { startProgress } from "../progress.ts";
import { startServer } from "../server.ts";
import { type Answered, chat, forget } from "./ask.ts";
import { EvalError } from "./eval-error.ts";
import { readJsonLines } from "./json-lines.ts";
import { mapInParallel } from "./pool.ts";
import { renderRated } from "./rated-report.ts";

/** Questions that are asked at the same time: a running server has readers of its own. */
const IN_FLIGHT = 4;
/** Milliseconds in which a server says that it is there. */
const DEADLINE = 2000;

const place = z.object({ collection: z.string(), documentId: z.string() });

/** A line of `GET /feedback`, as far as it is needed. */
const line = z.object({
  question: z.string().min(1),
  history: z
    .array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() }))
    .default([]),
  answered: z.boolean(),
  rating: z.enum(["up", "down"]),
  comment: z.string().optional(),
  sources: z.array(place),
  cited: z.array(z.number().int().min(1)),
});

export type RatedQuestion = z.infer<typeof line>;

/** What became of a rated question. Documents are named `collection/id`. */
export interface RatedOutcome {
  rated: RatedQuestion;
  now: Answered;
  /** Documents that were cited and are not among the sources any more. */
  lost: string[];
  /** Documents among the sources, before and now. */
  before: string[];
  after: string[];
}

export interface RatedReport {
  text: string;
  json: unknown;
}

/**
 * Asks every rated question again: of the server that runs at `HOST` and `PORT`, else of one that is started for it with
 * the same environment. What was good must stay, and what was bad should have changed. Throws an `EvalError` that names
 * the line that is wrong, or when a question gets no answer.
 */
export async function measureRated(
  file: string,
  { misses }: { misses: boolean },
  surroundings: {
    environment: Record<string, string | undefined>;
    output: Writable;
    signal: AbortSignal;
  },
): Promise<RatedReport> {
  const questions = readJsonLines(file, line).map(({ value }) => value);
  if (questions.length === 0) throw new EvalError(`${basename(file)} holds no rated question.`);
  const { environment } = surroundings;
  const server = await openServer(readConfig(environment), environment);
  try {
    const outcomes = await askAgain(server.url, questions, surroundings);
    return renderRated({ file: basename(file), url: server.url, outcomes, misses });
  } finally {
    await server.close();
  }
}

async function askAgain(
  url: string,
  questions: RatedQuestion[],
  { output, signal }: { output: Writable; signal: AbortSignal },
): Promise<RatedOutcome[]> {
  const title = `Asking ${questions.length} rated questions again`;
  const progress = startProgress(title, questions.length, output);
  let done = 0;
  const numbered = questions.map((rated, index) => ({ rated, id: `question ${index + 1}` }));
  const outcomes = await mapInParallel(numbered, IN_FLIGHT, async ({ rated, id }) => {
    signal.throwIfAborted();
    const { question: text, history } = rated;
    const now = await chat(url, { id, text, history });
    // A measurement is nobody's conversation.
    await forget(url, now.conversationId);
    progress.advance(1, `${++done} of ${questions.length}`);
    return compare(rated, now);
  });
  progress.stop(`Asked ${questions.length} rated questions again`);
  return outcomes;
}

function compare(rated: RatedQuestion, now: Answered): RatedOutcome {
  const before = rated.sources.map(nameOf);
  const after = now.sources.map(nameOf);
  const cited = rated.cited.flatMap((n) => before[n - 1] ?? []);
  const lost = [...new Set(cited)].filter((name) => !after.includes(name));
  return { rated, now, lost, before, after };
}

function nameOf({ collection, documentId }: z.infer<typeof place>): string {
  return `${collection}/${documentId}`;
}

async function openServer(
  { HOST, PORT }: Config,
  environment: Record<string, string | undefined>,
): Promise<{ url: string; close(): Promise<void> }> {
  const host = HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${PORT}`;
  if (PORT !== 0 && (await answers(url))) return { url, close: async () => undefined };
  return startServer(
    readConfig({ ...environment, HOST: "127.0.0.1", PORT: "0", CONVERSATION_DAYS: "0" }),
  );
}

/** Whether it is one of ours that runs there. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/collections`, { signal: AbortSignal.timeout(DEADLINE) });
    const body = (await response.json()) as { collections?: unknown };
    return response.ok && Array.isArray(body.collections);
  } catch {
    return false;
  }
}
