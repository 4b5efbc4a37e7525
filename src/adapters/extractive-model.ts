import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import * as z from "zod";
import { toReadableStream } from "../streams.ts";
import { readSentences } from "../text/sentences.ts";
import { sparseTerms, type WeightedTerms } from "../text/sparse.ts";
import { inverseDocumentFrequency, type TermStatistics } from "../text/statistics.ts";

export interface ExtractiveModelOptions {
  /** How rare each term is in the collections. */
  statistics: (signal: AbortSignal) => Promise<TermStatistics>;
  /** Waited for between two words, so that other requests get their turn. */
  turn: () => Promise<void>;
}

/** Sentences quoted at most, and passages that they are taken from. */
const QUOTED = 3;
const PASSAGES = 3;
/** A sentence below this share of the best one's score adds nothing. */
const WEAKEST = 0.35;
const K1 = 1.2;
const B = 0.4;

interface Sentence {
  n: number;
  passage: number;
  position: number;
  text: string;
  score: number;
}

/**
 * Answers without a language model: quotes the sentences that fit the question best, word for word, each with its
 * citation. A language model like any other to whoever calls it; it reads question and passages from
 * `providerOptions.tributary`, since it would have to take the prompt apart otherwise.
 */
export function createExtractiveModel({ statistics, turn }: ExtractiveModelOptions): LanguageModelV4 {
  async function writeAnswer(options: LanguageModelV4CallOptions): Promise<string> {
    const task = taskSchema.parse(options.providerOptions?.["tributary"]);
    const signal = options.abortSignal ?? new AbortController().signal;
    return quoteSentences(task, await statistics(signal));
  }
  const usage = {
    inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 0, text: 0, reasoning: 0 },
  };
  const finishReason = { unified: "stop", raw: "stop" } as const;
  return {
    specificationVersion: "v4",
    provider: "tributary",
    modelId: "extractive",
    supportedUrls: {},
    async doGenerate(options) {
      return { content: [{ type: "text", text: await writeAnswer(options) }], finishReason, usage, warnings: [] };
    },
    async doStream(options) {
      const words = (await writeAnswer(options)).match(/\s*\S+/g) ?? [];
      async function* parts(): AsyncGenerator<LanguageModelV4StreamPart> {
        yield { type: "stream-start", warnings: [] };
        yield { type: "text-start", id: "0" };
        for (const delta of words) {
          options.abortSignal?.throwIfAborted();
          yield { type: "text-delta", id: "0", delta };
          await turn();
        }
        yield { type: "text-end", id: "0" };
        yield { type: "finish", finishReason, usage };
      }
      return { stream: toReadableStream(parts()) };
    },
  };
}

type Task = z.infer<typeof taskSchema>;

function quoteSentences(task: Task, statistics: TermStatistics): string {
  const messages = [task.question, ...task.history.filter(({ role }) => role === "user").toReversed().map(({ content }) => content)];
  const query = weighQuery(messages, statistics);
  const sentences = task.passages.slice(0, PASSAGES).flatMap((passage, index) => readPassage(passage, index, query));
  const best = sentences.toSorted((a, b) => b.score - a.score).slice(0, QUOTED);
  const strong = best.filter((sentence) => sentence.score >= (best[0]?.score ?? 0) * WEAKEST);
  // The passage with the best sentence first, sentences of one passage in their own order.
  const passages = strong.map(({ passage }) => passage);
  return strong
    .toSorted((a, b) => passages.indexOf(a.passage) - passages.indexOf(b.passage) || a.position - b.position)
    .map(({ text, n }) => `${text} [${n}]`)
    .join(" ");
}

/** IDF of each term that the user wrote; earlier messages fade as in the search. */
function weighQuery(messages: string[], statistics: TermStatistics): Map<number, number> {
  const weights = new Map<number, number>();
  for (const [age, message] of messages.slice(0, 4).entries()) {
    for (const [id, share] of sparseTerms(message).weights) {
      const weight = 0.4 ** age * Math.min(share, 1) * inverseDocumentFrequency(statistics, id);
      weights.set(id, Math.max(weights.get(id) ?? 0, weight));
    }
  }
  return weights;
}

/** BM25 of each sentence, a part of its neighbours' scores, and half its passage's score. */
function readPassage(passage: Task["passages"][number], index: number, query: Map<number, number>): Sentence[] {
  const spans = readSentences(passage.text);
  const texts = spans.map((span) => tidySentence(passage.text.slice(span.start, span.end)));
  const terms = texts.map((text) => sparseTerms(text));
  const average = terms.reduce((sum, { length }) => sum + length, 0) / Math.max(1, terms.length);
  const scores = terms.map((one) => scoreSentence(one, query, average));
  const whole = [...query.values()].reduce((sum, weight) => sum + weight, 0) || 1;
  return texts.flatMap((text, position) => {
    if (!/[\p{L}\p{N}]/u.test(text)) return [];
    const own = scores[position]! + 0.25 * (scores[position - 1] ?? 0) + 0.1 * (scores[position + 1] ?? 0);
    return [{ n: passage.n, passage: index, position, text, score: own / whole + 0.5 * passage.score }];
  });
}

function scoreSentence(terms: WeightedTerms, query: Map<number, number>, average: number): number {
  const norm = K1 * (1 - B + (B * terms.length) / Math.max(1, average));
  let score = 0;
  for (const [id, weight] of query) {
    const count = terms.weights.get(id);
    if (count !== undefined) score += (weight * count * (K1 + 1)) / (count + norm);
  }
  return score;
}

/** Without the marks of its list or table, which mean nothing outside it. */
function tidySentence(text: string): string {
  return text
    .replace(/^\s*(?:[-*+]|\d+[.)]|>|#+)\s+/, "")
    .replace(/^\|\s*|\s*\|$/g, "")
    .replace(/\s+/g, " ");
}

const taskSchema = z.object({
  question: z.string(),
  history: z.array(z.object({ role: z.string(), content: z.string() })),
  passages: z.array(z.object({ n: z.number(), score: z.number(), text: z.string() })),
});
