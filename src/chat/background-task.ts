import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { startDeadline } from "../resilience.ts";
import { stripForModel } from "../text/invisible.ts";
import { type AnswerDependencies, toLastEvent } from "./answer.ts";
import type { AnswerEvent, Usage } from "./events.ts";
import { type Generated, generateText } from "./generate.ts";
import type { BackgroundTask } from "./task-prompt.ts";
import { firstWordsOf } from "./title.ts";

/** Tokens that a title, tags or a few questions take at most: this path is no way to a model for everybody. */
const OUTPUT_TOKENS = 500;
/** Characters of a prompt; what is longer is not sent to a model. */
const LONGEST_PROMPT = 50_000;

/**
 * Does what a front end asks for behind its user's back: the language model gets the prompt as it is, and nothing is
 * searched. Without a model, and where none answers, it is made of the user's own words. Ends like an answer, and
 * never throws.
 */
export async function* answerTask(
  task: BackgroundTask,
  dependencies: AnswerDependencies,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const { limits, now } = dependencies;
  const started = now();
  const limit = startDeadline("the task", limits.chat, signal);
  try {
    yield { type: "start" };
    yield { type: "text-start" };
    const written = yield* writeTask(task, dependencies, limit.signal);
    yield { type: "text-end", citations: [] };
    const total = now() - started;
    const degraded = written.fallback !== undefined;
    const timings = { retrieval: 0, total };
    yield { type: "finish", ...written, answered: true, timings, degraded };
  } catch (error) {
    yield toLastEvent(error, signal);
  } finally {
    limit.clear();
  }
}

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

async function* writeTask(
  task: BackgroundTask,
  { models, limits, turn }: AnswerDependencies,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, Generated> {
  // The extractive model takes no prompts: it quotes sources.
  const isShort = task.prompt.length <= LONGEST_PROMPT;
  const able = models.filter(({ model }) => isShort && model.provider !== "tributary");
  const prompt: LanguageModelV4Prompt = [
    { role: "user", content: [{ type: "text", text: stripForModel(task.prompt) }] },
  ];
  const outputTokens = Math.min(limits.outputTokens, OUTPUT_TOKENS);
  let begun = false;
  if (able.length > 0) {
    const text = generateText(able, { prompt }, { ...limits, outputTokens }, turn, signal);
    try {
      let step = await text.next();
      for (; step.done !== true; step = await text.next()) {
        if (typeof step.value !== "string") continue;
        begun = true;
        yield { type: "text", delta: step.value };
      }
      return step.value;
    } catch (error) {
      signal.throwIfAborted();
      if (begun) throw error;
    } finally {
      await text.return(undefined as never);
    }
  }
  yield { type: "text", delta: writeWithoutModel(task) };
  return { finishReason: "stop", usage: NOTHING };
}

/** What the prompt asks for, in the form that it asks for, made of the conversation that it quotes. */
export function writeWithoutModel({ wants, first, last }: BackgroundTask): string {
  switch (wants) {
    case "text title":
      return firstWordsOf(first);
    case "title":
      return JSON.stringify({ title: firstWordsOf(first) });
    case "queries":
      return JSON.stringify({ queries: last === "" ? [] : [last] });
    case "tags":
      // What the prompts of front ends ask for where there is too little to tell.
      return JSON.stringify({ tags: ["General"] });
    case "follow_ups":
      return JSON.stringify({ follow_ups: [] });
    case "text":
      return JSON.stringify({ text: "" });
    case "prompt":
      return JSON.stringify({ prompt: last });
  }
}
