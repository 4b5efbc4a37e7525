import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { StoredConversation } from "../conversation-store.ts";
import type { Operation } from "../operations.ts";
import type { IdGenerator } from "../ports.ts";
import type { Prompts } from "../prompts.ts";
import { callWithin, rejectOnAbort } from "../resilience.ts";
import { stripForModel, stripInvisible } from "../text/invisible.ts";
import { cutAt, cutToTokens } from "../text/units.ts";
import { toModelError } from "./model-error.ts";

export interface TitleOptions {
  /** Absent where only the question's own words are there to make a title of. */
  model: LanguageModelV4 | undefined;
  prompts: Prompts;
  generateId: IdGenerator;
  operation: Operation;
  setTitle: (conversationId: string, title: string, signal: AbortSignal) => Promise<void>;
}

/** Makes the title of a conversation that has none. Rejects only when `signal` aborts, or the store fails. */
export type Titles = (
  conversationId: string,
  conversation: StoredConversation,
  signal: AbortSignal,
) => Promise<string>;

const LONGEST = 80;
const LONGEST_FIRST_WORDS = 60;
/** Milliseconds for the model. */
const DEADLINE = 3000;
const OUTPUT_TOKENS = 40;
/** Turns that a title is made of, and tokens of each of their texts. */
const TURNS = 2;
const TOKENS = 200;

/**
 * A title is made once, when somebody wants to see it, also where several do at the same time. When the model fails,
 * the question's first words stand in for it and are not kept.
 */
export function createTitles(options: TitleOptions): Titles {
  const underWay = new Map<string, Promise<string>>();
  const stays = new AbortController().signal;

  async function make(conversationId: string, conversation: StoredConversation): Promise<string> {
    const firstWords = firstWordsOf(conversation.turns[0]?.question ?? "");
    let title: string | undefined = firstWords;
    if (options.model !== undefined)
      title = await writeTitle(options, options.model, conversation, stays).catch(() => undefined);
    if (title === undefined) return firstWords;
    await options.setTitle(conversationId, title, stays);
    return title;
  }

  return (conversationId, conversation, signal) => {
    let made = underWay.get(conversationId);
    if (made === undefined) {
      made = make(conversationId, conversation).finally(() => underWay.delete(conversationId));
      underWay.set(conversationId, made);
    }
    return rejectOnAbort(signal, made);
  };
}

async function writeTitle(
  { prompts, generateId, operation }: TitleOptions,
  model: LanguageModelV4,
  { turns }: StoredConversation,
  signal: AbortSignal,
): Promise<string | undefined> {
  const conversation = turns
    .slice(0, TURNS)
    .flatMap(({ question, answer }) => [`user: ${question}`, `assistant: ${answer}`])
    .map((text) => cutToTokens(text, TOKENS))
    .join("\n");
  const text = stripForModel(prompts.render("title", { nonce: generateId(), conversation }));
  const options = { what: "title", operation, signal, deadline: DEADLINE };
  const { content } = await callWithin(options, async (abortSignal) => {
    try {
      return await model.doGenerate({
        prompt: [{ role: "user", content: [{ type: "text", text }] }],
        maxOutputTokens: OUTPUT_TOKENS,
        temperature: 0,
        abortSignal,
      });
    } catch (error) {
      throw toModelError(error, "title");
    }
  });
  const written = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const title = cleanTitle(written);
  return title === "" ? undefined : title;
}

/** What a model wrote as one line of plain text, 80 characters at most; empty where there is none. */
export function cleanTitle(text: string): string {
  const line = stripInvisible(text)
    .split("\n")
    .map((one) =>
      one
        .replace(/<[^>]*>/g, "")
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replace(/\[\d+\]/g, "")
        .replace(/[*_`#<>~|"“”„«»「」『』]/g, "")
        .replace(/^\s*(?:title|제목)\s*[::]\s*/iu, "")
        .replace(/\s+/g, " ")
        .replace(/^['‘’\s-]+|['‘’\s.]+$/g, ""),
    )
    .find((one) => one !== "");
  return shorten(line ?? "", LONGEST);
}

/** The beginning of a question, cut at a word. */
export function firstWordsOf(question: string): string {
  return shorten(stripInvisible(question).replace(/\s+/g, " ").trim(), LONGEST_FIRST_WORDS);
}

function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, cutAt(text, 0, longest - 1)).trimEnd()}…`;
}
