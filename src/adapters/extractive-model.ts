import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import * as z from "zod";
import { toReadableStream } from "../streams.ts";
import { expectedAnswer } from "../text/answer-type.ts";
import { readSentences } from "../text/sentences.ts";
import { sparseTerms, type WeightedTerms } from "../text/sparse.ts";
import { mostThatFits } from "../text/tokens.ts";
import { inverseDocumentFrequency, type SharedStatistics } from "../text/statistics.ts";

export interface ExtractiveModelOptions {
  /** How rare each term is in the collections. */
  statistics: (signal: AbortSignal) => Promise<SharedStatistics>;
  /** Waited for between two words, so that other requests get their turn. */
  turn: () => Promise<void>;
}

/** Sentences quoted at most. */
const QUOTED = 3;
/** A sentence below this share of the best one's score adds nothing. */
const WEAKEST = 0.55;
const K1 = 1.3;
const B = 0.1;
/**
 * What counts beside how often a sentence says the question's words, found by search on eight labelled sets in five
 * languages: how many of them it says at all, what stands before and after it, and how well its passage fits. Terms of
 * the title tell little inside one document, those of the heading stand for every sentence below it.
 */
const WEIGHTS = {
  said: 0.8,
  title: 0.8,
  heading: 0.05,
  before: 0.12,
  after: 0.1,
  passage: 0.55,
  fits: 0.3,
  fitsShare: 0.12,
  figure: 0.03,
  stub: 0.15,
};
/** A term that most of the sentences hold is what they are about, and does not tell one from the other. */
const RARENESS = 1;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** Words of a sentence that says something by itself. */
const STUB = 4;

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
export function createExtractiveModel({
  statistics,
  turn,
}: ExtractiveModelOptions): LanguageModelV4 {
  async function writeAnswer(options: LanguageModelV4CallOptions): Promise<ExtractedAnswer> {
    const task = taskSchema.parse(options.providerOptions?.["tributary"]);
    const signal = options.abortSignal ?? new AbortController().signal;
    const whole = quoteSentences(task, await statistics(signal));
    const text = mostThatFits(whole, options.maxOutputTokens ?? Infinity);
    const reason = text === whole ? "stop" : "length";
    return { text, finishReason: { unified: reason, raw: reason } };
  }
  const usage = {
    inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 0, text: 0, reasoning: 0 },
  };
  return {
    specificationVersion: "v4",
    provider: "tributary",
    modelId: "extractive",
    supportedUrls: {},
    async doGenerate(options) {
      const { text, finishReason } = await writeAnswer(options);
      return {
        content: [{ type: "text", text }],
        finishReason,
        usage,
        warnings: [],
      };
    },
    async doStream(options) {
      const { text, finishReason } = await writeAnswer(options);
      const words = text.match(/\s*\S+/g) ?? [];
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

interface ExtractedAnswer {
  text: string;
  finishReason: LanguageModelV4FinishReason;
}

type Task = z.infer<typeof taskSchema>;

function quoteSentences(task: Task, statistics: SharedStatistics): string {
  const messages = [
    task.question,
    ...task.history
      .filter(({ role }) => role === "user")
      .toReversed()
      .map(({ content }) => content),
  ];
  const query = weighQuery(messages, statistics);
  const expected = expectedAnswer(task.question);
  const best =
    task.passages.map((passage) => passage.score).reduce((a, b) => Math.max(a, b), 0) || 1;
  const texts = task.passages.map(readTexts);
  const all = texts.flat();
  const average = all.reduce((sum, { terms }) => sum + terms.length, 0) / Math.max(1, all.length);
  const rareness = readRareness(all);
  const sentences = task.passages.flatMap((passage, index) => {
    const shares = scoreTexts(texts[index]!, passage, { query, rareness, average });
    return texts[index]!.flatMap(({ text, terms }, position) => {
      if (!LETTER_OR_DIGIT.test(text)) return [];
      const fits = expected?.test(text) === true ? 1 : 0;
      const words =
        shares[position]! +
        WEIGHTS.before * (shares[position - 1] ?? 0) +
        WEIGHTS.after * (shares[position + 1] ?? 0) +
        (WEIGHTS.passage * passage.score) / best;
      const signs =
        WEIGHTS.fits * fits +
        (/\d/.test(text) ? WEIGHTS.figure : 0) -
        (terms.length < STUB ? WEIGHTS.stub : 0);
      return [
        {
          n: passage.n,
          passage: index,
          position,
          text,
          score: words * (1 + WEIGHTS.fitsShare * fits) + signs,
        },
      ];
    });
  });
  return renderQuotes(sentences);
}

function renderQuotes(sentences: Sentence[]): string {
  const best = sentences.toSorted((a, b) => b.score - a.score).slice(0, QUOTED);
  const strong = best.filter((sentence) => sentence.score >= (best[0]?.score ?? 0) * WEAKEST);
  // The passage with the best sentence first, sentences of one passage in their own order.
  const passages = strong.map(({ passage }) => passage);
  return strong
    .toSorted(
      (a, b) =>
        passages.indexOf(a.passage) - passages.indexOf(b.passage) || a.position - b.position,
    )
    .map(({ text, n }) => `${text} [${n}]`)
    .join(" ");
}

/** IDF of each term that the user wrote; earlier messages fade as in the search. */
function weighQuery(messages: string[], statistics: SharedStatistics): Map<number, number> {
  const weights = new Map<number, number>();
  for (const [age, message] of messages.slice(0, 4).entries()) {
    for (const [id, share] of sparseTerms(message).weights) {
      const weight = 0.4 ** age * Math.min(share, 1) * inverseDocumentFrequency(statistics, id);
      weights.set(id, Math.max(weights.get(id) ?? 0, weight));
    }
  }
  return weights;
}

interface SentenceText {
  text: string;
  terms: WeightedTerms;
}

function readTexts({ text }: Task["passages"][number]): SentenceText[] {
  return readSentences(text).map((span) => {
    const sentence = tidySentence(text.slice(span.start, span.end));
    return { text: sentence, terms: sparseTerms(sentence) };
  });
}

/** How much each term tells one sentence from another: 1 for a term of a single one, towards 0 for one of all. */
function readRareness(all: SentenceText[]): (id: number) => number {
  const texts = all.filter(({ text }) => LETTER_OR_DIGIT.test(text));
  const counts = new Map<number, number>();
  for (const { terms } of texts)
    for (const id of terms.weights.keys()) counts.set(id, (counts.get(id) ?? 0) + 1);
  const most = Math.log1p(texts.length);
  return (id) => (Math.log1p(texts.length / (counts.get(id) ?? 1)) / most) ** RARENESS;
}

/** For each sentence BM25 over the question's terms and the terms it says at all, as a share of their weight. */
function scoreTexts(
  texts: SentenceText[],
  passage: Task["passages"][number],
  question: { query: Map<number, number>; rareness: (id: number) => number; average: number },
): number[] {
  const { query, rareness, average } = question;
  const title = sparseTerms(passage.title).weights;
  const heading = sparseTerms(
    passage.heading.filter((part) => part !== passage.title).join(" "),
  ).weights;
  const whole = [...query.values()].reduce((sum, weight) => sum + weight, 0) || 1;
  return texts.map(({ terms }) => {
    const norm = K1 * (1 - B + (B * terms.length) / Math.max(1, average));
    let score = 0;
    for (const [id, importance] of query) {
      const count = terms.weights.get(id);
      if (count === undefined && !heading.has(id)) continue;
      const weight = importance * rareness(id) * (title.has(id) ? WEIGHTS.title : 1);
      score +=
        count === undefined
          ? WEIGHTS.heading * weight
          : weight * ((count * (K1 + 1)) / (count + norm) + WEIGHTS.said);
    }
    return score / whole;
  });
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
  passages: z.array(
    z.object({
      n: z.number(),
      score: z.number(),
      title: z.string(),
      heading: z.array(z.string()),
      text: z.string(),
    }),
  ),
});
