import type { SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CatalogSnapshot } from "../catalog.ts";
import { AppError, toAppError } from "../errors.ts";
import type { IdGenerator } from "../ports.ts";
import type { Prompts } from "../prompts.ts";
import { startDeadline } from "../resilience.ts";
import { guessLanguage } from "../text/language.ts";
import { type AnswerGate, createAnswerGate } from "./answer-gate.ts";
import {
  buildContext,
  buildPrompt,
  type Context,
  type ContextLimits,
  shownText,
} from "./context.ts";
import type { AnswerEvent, Question, Timings } from "./events.ts";
import {
  type AnsweringModel,
  type Generated,
  generateText,
  type GenerateLimits,
} from "./generate.ts";
import type { Evidence } from "./merge.ts";
import { countCited } from "./numbering.ts";
import { renderPlace } from "./render-source.ts";
import {
  type Retrieval,
  retrieve,
  type RetrieveDependencies,
  selectCollections,
} from "./retrieve.ts";
import { elapsed } from "./stage.ts";

export interface AnswerDependencies extends RetrieveDependencies {
  /** The one that answers, then those that take its place when it fails before its first token. */
  models: AnsweringModel[];
  prompts: Prompts;
  generateId: IdGenerator;
  /** Waits until everything that has arrived is read. */
  turn: () => Promise<void>;
  limits: RetrieveDependencies["limits"] &
    ContextLimits &
    GenerateLimits & {
      /** Milliseconds for the whole answer. */
      chat: number;
      /** Word evidence from which on an answer is tried (see `Evidence`). */
      evidence: number;
      /** Cosine that the best passage must reach where the words alone do not tell. */
      similarity: number;
    };
}

/** Stands in the prompt where the sources are documents beside it. */
const BESIDE =
  "(The sources are the documents of this request, each with its number in its title.)";

/** Messages of the user that are looked at when a question does not tell its language. */
const EARLIER = 10;

/**
 * The product: a question in, a cited answer out, as it happens. Searches every collection at once, sends sources
 * before the first token and exactly one event that ends it. It never throws; when the reader's signal aborts, every
 * call that is under way is cancelled and it ends with `abort`, or with the error where the signal's reason is an
 * `AppError`.
 */
export async function* answer(
  question: Question,
  dependencies: AnswerDependencies,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const limit = startDeadline("the answer", dependencies.limits.chat, signal);
  try {
    yield { type: "start" };
    yield* answerWithin(question, dependencies, limit.signal);
  } catch (error) {
    yield toLastEvent(error, signal);
  } finally {
    limit.clear();
  }
}

/** How an answer ends that failed, or whose signal aborted. */
export function toLastEvent(error: unknown, signal: AbortSignal): AnswerEvent {
  if (signal.aborted && !(signal.reason instanceof AppError)) return { type: "abort" };
  const { code, message } = toAppError(signal.aborted ? signal.reason : error);
  return { type: "error", code, message, cause: error };
}

async function* answerWithin(
  question: Question,
  dependencies: AnswerDependencies,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const { now, limits, prompts } = dependencies;
  const started = now();
  const language = readLanguage(question);

  const snapshot = await readCatalog(dependencies, signal);
  const records = selectCollections(question, snapshot, limits.collections);
  yield { type: "status", stage: "searching", collections: records.length };

  const found = await retrieve(question, snapshot, records, dependencies, signal);
  const { context, retrieval } = await buildContext(found, dependencies, signal);
  yield { type: "retrieval", report: retrieval.report };
  yield { type: "sources", sources: context.sources };
  const searched = elapsed(now, started);
  const { degraded } = retrieval.report;

  if (!hasEvidence(retrieval.evidence, context.sources, limits)) {
    yield* sayNothingFound(
      prompts.noAnswer(language, context.sources.length > 0 && question.showsOnlyCited !== true),
      degraded,
      () => ({
        retrieval: searched,
        total: elapsed(now, started),
      }),
    );
    return;
  }

  yield { type: "status", stage: "writing", sources: context.sources.length };
  const numbering = question.showsOnlyCited === true ? countCited() : undefined;
  const gate = createAnswerGate(context.sources, numbering?.show);
  const text = generateText(
    dependencies.models,
    modelCall(question, language, context, retrieval, dependencies),
    limits,
    dependencies.turn,
    signal,
  );
  let firstToken: number | undefined;
  const written = yield* writeText(text, gate, () => (firstToken = elapsed(now, started)));
  const rest = gate.end();
  if (rest.text !== "") yield { type: "text", delta: rest.text };
  const order = numbering === undefined ? {} : { order: numbering.order() };
  yield { type: "text-end", citations: rest.citations, ...order };
  const timings = {
    retrieval: searched,
    ...(firstToken === undefined ? {} : { firstToken }),
    total: elapsed(now, started),
  };
  yield {
    type: "finish",
    ...written,
    answered: rest.answered,
    timings,
    degraded: degraded || written.fallback !== undefined,
  };
}

/** The language of the answer: as asked for, as the question tells, or as the user wrote before. */
export function readLanguage({ language, text, history }: Question): string {
  if (language !== undefined) return language;
  const earlier = history.flatMap(({ role, content }) => (role === "user" ? [content] : []));
  return guessLanguage(text, earlier.slice(-EARLIER).toReversed());
}

/** Without a model call: a model would make something up. */
function* sayNothingFound(
  text: string,
  degraded: boolean,
  timings: () => Timings,
): Generator<AnswerEvent> {
  yield { type: "text-start" };
  yield { type: "text", delta: text };
  yield { type: "text-end", citations: [] };
  const usage = { inputTokens: 0, outputTokens: 0 };
  yield {
    type: "finish",
    finishReason: "stop",
    answered: false,
    usage,
    timings: timings(),
    degraded,
  };
}

/** The model's words, checked, until its end or its reader's. */
async function* writeText(
  text: ReturnType<typeof generateText>,
  gate: AnswerGate,
  onFirstToken: () => void,
): AsyncGenerator<AnswerEvent, Generated> {
  try {
    let step = await text.next();
    yield { type: "text-start" };
    if (step.done !== true) onFirstToken();
    for (; step.done !== true; step = await text.next()) {
      const delta = typeof step.value === "string" ? gate.push(step.value) : gate.cite(step.value);
      if (delta !== "") yield { type: "text", delta };
    }
    return step.value;
  } finally {
    // A reader who leaves between two words ends this generator alone.
    await text.return(undefined as never);
  }
}

/** The known collections. Throws `retrieval-unavailable` when the store does not even tell which there are. */
export async function readCatalog(
  dependencies: RetrieveDependencies,
  signal: AbortSignal,
): Promise<CatalogSnapshot> {
  try {
    return await dependencies.catalog.read(signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError(
      "retrieval-unavailable",
      "The document collections cannot be reached at the moment. Please try again.",
      { cause },
    );
  }
}

/**
 * Whether what was found is worth an answer: words decide, and cosines may overrule them, since they also match what
 * is said in other words.
 */
export function hasEvidence(
  evidence: Evidence,
  sources: readonly unknown[],
  limits: { evidence: number; similarity: number },
): boolean {
  if (sources.length === 0) return false;
  return evidence.words >= limits.evidence || (evidence.similarity ?? -1) >= limits.similarity;
}

function modelCall(
  question: Question,
  language: string,
  context: Context,
  retrieval: Retrieval,
  { prompts, generateId, limits }: AnswerDependencies,
): Parameters<typeof generateText>[1] {
  const passages = context.sources.flatMap((source) =>
    source.passages.map((passage) => ({
      n: source.n,
      score: passage.score,
      title: passage.chunk.title,
      heading: passage.chunk.heading,
      text: shownText(passage, source),
    })),
  );
  const input = {
    question,
    language,
    missing: retrieval.missing,
    prompts,
    nonce: generateId(),
    historyTokens: limits.historyTokens,
  };
  const task = {
    question: question.text,
    history: question.history,
    passages,
    // For models that take documents beside the prompt.
    documents: context.sources.map(({ n, chunk, text }) => ({
      n,
      title: renderPlace(chunk),
      text,
    })),
    promptWithoutSources: buildPrompt({ ...input, context: { ...context, text: BESIDE } }),
  };
  return {
    prompt: buildPrompt({ ...input, context }),
    providerOptions: { tributary: task } as unknown as SharedV4ProviderOptions,
  };
}
