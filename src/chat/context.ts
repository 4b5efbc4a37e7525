import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Passage, Source } from "../ports.ts";
import type { Prompts } from "../prompts.ts";
import type { Message, Question } from "./events.ts";

export interface ContextLimits {
  /** Sources shown and given to the model at most. */
  sources: number;
  /** Characters of all sources together; at least one source is always given. */
  characters: number;
}

/** What the model will see, and what the reader may check. */
export interface Context {
  sources: Source[];
  /** Candidates that were left out. */
  dropped: { passage: Passage; why: "limit" | "budget" | "weak" }[];
  /** The sources as they stand in the prompt. */
  text: string;
}

/** A passage below this share of the best one's score is noise beside it. */
const WEAKEST = 0.2;

/** Characters of earlier turns that go to the model, newest first. */
const HISTORY_CHARACTERS = 6000;

/**
 * Unicode's tag characters, variation selectors, zero-width signs and controls of direction: they are invisible to a
 * reader, or make a text look like another one, and are legible to a model.
 */
const INVISIBLE = /[\u{E0000}-\u{E0FFF}\u200B\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

const LANGUAGES: Record<string, string> = {
  en: "English",
  ko: "Korean (한국어)",
  ja: "Japanese (日本語)",
  zh: "Chinese (中文)",
};

/** Numbers the best passages as sources, as many as fit. */
export function chooseSources(passages: Passage[], limits: ContextLimits): Context {
  const sources: Source[] = [];
  const dropped: Context["dropped"] = [];
  const best = passages[0]?.score ?? 0;
  let characters = 0;
  for (const passage of passages) {
    const length = passage.chunk.text.length;
    if (sources.length >= limits.sources) dropped.push({ passage, why: "limit" });
    else if (passage.score < best * WEAKEST) dropped.push({ passage, why: "weak" });
    else if (sources.length > 0 && characters + length > limits.characters)
      dropped.push({ passage, why: "budget" });
    else {
      characters += length;
      const { text, start, end } = passage.chunk;
      sources.push({
        ...passage,
        n: sources.length + 1,
        text,
        start,
        end,
        passages: [passage],
      });
    }
  }
  return { sources, dropped, text: sources.map(renderSource).join("\n\n") };
}

function renderSource({ n, chunk, text }: Source): string {
  const place = [chunk.title, ...chunk.heading.filter((heading) => heading !== chunk.title)].join(
    " › ",
  );
  return `[${n}] ${place}\n${text}`.replace(INVISIBLE, "");
}

/**
 * The prompt for the answer. Retrieved text stands between marks with a nonce that no document can know, and the
 * model is told which collections are missing from it.
 */
export function buildPrompt(input: {
  question: Question;
  language: string;
  context: Context;
  missing: string[];
  prompts: Prompts;
  nonce: string;
}): LanguageModelV4Prompt {
  const { question, context, prompts, nonce } = input;
  const missing =
    input.missing.length === 0
      ? ""
      : `- These collections could not be searched: ${input.missing.join(", ")}. If the answer may stand there, say that it could be incomplete.`;
  const language = LANGUAGES[input.language] ?? input.language;
  return [
    { role: "system", content: prompts.render("answer", { nonce, language, missing }) },
    ...recentMessages(question.history).map(toModelMessage),
    {
      role: "user",
      content: [
        {
          type: "text",
          text: prompts.render("question", {
            nonce,
            sources: context.text,
            question: question.text,
          }),
        },
      ],
    },
  ];
}

/** The newest turns within the budget, beginning with one of the user's. */
export function recentMessages(history: Message[]): Message[] {
  let characters = 0;
  let first = history.length;
  while (first > 0 && characters + history[first - 1]!.content.length <= HISTORY_CHARACTERS) {
    first -= 1;
    characters += history[first]!.content.length;
  }
  while (first < history.length && history[first]?.role !== "user") first += 1;
  return history.slice(first);
}

function toModelMessage(message: Message): LanguageModelV4Prompt[number] {
  return { role: message.role, content: [{ type: "text", text: message.content }] };
}
