import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Chunk, Passage, Source } from "../ports.ts";
import type { Prompts } from "../prompts.ts";
import { stripForModel } from "../text/invisible.ts";
import { nameLanguage } from "../text/language.ts";
import {
  type Choice,
  choosePassages,
  type DroppedPassage,
  type SourceLimits,
} from "./choose-sources.ts";
import type { Message, Question } from "./events.ts";
import { recentMessages } from "./history.ts";
import { joinNeighbours, type NeighbourDependencies } from "./neighbours.ts";
import { renderSource } from "./render-source.ts";
import type { Retrieval } from "./retrieve.ts";

export interface ContextLimits extends SourceLimits {
  /** Tokens of the earlier turns together. */
  historyTokens: number;
}

/** What the model will see, and what the reader may check. */
export interface Context {
  sources: Source[];
  /** Candidates that were left out. */
  dropped: DroppedPassage[];
  /** Chunks that were joined to a source to fill its place. */
  neighbours: { n: number; collection: string; chunk: Chunk }[];
  /** The sources as they stand in the prompt. */
  text: string;
}

export interface ContextDependencies extends NeighbourDependencies {
  limits: NeighbourDependencies["limits"] & SourceLimits;
}

/**
 * Chooses the sources and joins their neighbours. Rejects only with the caller's own abort; gives the retrieval back
 * with what its report says of the neighbours.
 */
export async function buildContext(
  retrieval: Retrieval,
  dependencies: ContextDependencies,
  signal: AbortSignal,
): Promise<{ context: Context; retrieval: Retrieval }> {
  const chosen = choosePassages(retrieval.passages, dependencies.limits);
  const stages = { ...retrieval.report.stages };
  const { passages } = retrieval;
  const choice = await joinNeighbours(chosen, passages, dependencies, stages, signal);
  const degraded = retrieval.report.degraded || stages.neighbours.status === "failed";
  return {
    context: toContext(choice),
    retrieval: { ...retrieval, report: { ...retrieval.report, degraded, stages } },
  };
}

/** Numbers the sources. */
function toContext({ drafts, dropped }: Choice): Context {
  const sources = drafts.map(({ passages, stretch }, index) => {
    const { text, start, end } = stretch;
    return { ...passages[0]!, n: index + 1, text, start, end, passages };
  });
  const neighbours = drafts.flatMap(({ passages, stretch }, index) => {
    const own = new Set(passages.map(({ chunk }) => chunk.id));
    return stretch.pieces
      .filter(({ chunk }) => !own.has(chunk.id))
      .map(({ chunk }) => ({ n: index + 1, collection: passages[0]!.collection, chunk }));
  });
  const joined = new Set(neighbours.map(({ collection, chunk }) => `${collection}/${chunk.id}`));
  return {
    sources,
    dropped: dropped.filter(
      ({ passage: { collection, chunk } }) => !joined.has(`${collection}/${chunk.id}`),
    ),
    neighbours,
    text: sources.map(renderSource).join("\n\n"),
  };
}

/** What the sources hold of a passage: one that did not fit was shortened. */
export function shownText({ chunk }: Passage, { end }: Source): string {
  return chunk.end <= end ? chunk.text : chunk.text.slice(0, Math.max(0, end - chunk.start));
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
  /** Tokens of the earlier turns. */
  historyTokens: number;
}): LanguageModelV4Prompt {
  const { question, context, prompts, nonce } = input;
  const missing =
    input.missing.length === 0
      ? ""
      : `- These collections could not be searched: ${input.missing.join(", ")}. If the answer may stand there, say that it could be incomplete.`;
  const language = nameLanguage(input.language);
  return [
    { role: "system", content: prompts.render("answer", { nonce, language, missing }) },
    ...recentMessages(question.history, input.historyTokens).map(toModelMessage),
    {
      role: "user",
      content: [
        {
          type: "text",
          text: prompts.render("question", {
            nonce,
            sources: context.text,
            question: stripForModel(question.text),
          }),
        },
      ],
    },
  ];
}

function toModelMessage(message: Message): LanguageModelV4Prompt[number] {
  return { role: message.role, content: [{ type: "text", text: stripForModel(message.content) }] };
}
