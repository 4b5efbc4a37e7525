import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { answer, type AnswerDependencies } from "../chat/answer.ts";
import { answerTask } from "../chat/background-task.ts";
import type { AnswerEvent, Question } from "../chat/events.ts";
import { awaitFirstWord } from "../chat/first-word.ts";
import { type OpenAIWireOptions, toChunkResponse, toCompletion } from "../chat/openai-wire.ts";
import { readBackgroundTask, unwrapQuestion } from "../chat/task-prompt.ts";
import { throwFailure } from "../chat/wire.ts";
import { invalidField } from "../errors.ts";
import type { Services } from "../services.ts";
import { whenEnded } from "../streams.ts";
import { toWireOptions } from "./answer-form.ts";
import type { AppEnvironment } from "./environment.ts";
import { readMessages, readText, splitQuestion } from "./messages.ts";
import { requireModel } from "./openai-models.ts";
import type { completionRequest } from "./openai-schemas.ts";

type CompletionRequest = z.infer<typeof completionRequest>;

/** Answers in OpenAI's form. */
export async function complete(
  c: Context<AppEnvironment>,
  services: Services,
  body: CompletionRequest,
): Promise<Response> {
  const { platform, config } = services;
  const write = readWriter(body, config.MAX_MESSAGE_CHARACTERS);
  const id = platform.generateId();
  const running = services.running.begin(id, c.req.raw.signal);
  try {
    const collections = await requireModel(services, body.model, running.signal);
    const dependencies = limitOutput(services.answer, body);
    const events = whenEnded(write(dependencies, collections, running.signal), running.end);
    const options = toOpenAIOptions(c, services, id, body);
    if (body.stream !== true) return Response.json(await toCompletion(events, options));
    // The reader may go in two ways: the request's signal aborts, or the response's body is cancelled.
    const cancel = (): void => {
      running.abort(new DOMException("The reader left.", "AbortError"));
      events.return(undefined).catch(() => undefined);
    };
    // A client shows a status as the error that it is; but it must see progress at once, and something in time.
    const patience = options.sendsEvents ? 0 : config.KEEP_ALIVE_MS;
    const begun = await awaitFirstWord(events, patience);
    if (begun.failure !== undefined) throwFailure(begun.failure);
    return toChunkResponse(begun.events, options, cancel);
  } catch (error) {
    running.end();
    throw error;
  }
}

type Writer = (
  dependencies: AnswerDependencies,
  collections: string[] | undefined,
  signal: AbortSignal,
) => AsyncGenerator<AnswerEvent>;

/** What is to be written: the answer to a question, or what a front end asks for by itself. */
function readWriter(body: CompletionRequest, longest: number): Writer {
  const messages = body.messages.map(({ role, content }) =>
    Array.isArray(content) ? { role, parts: content } : { role, content: content ?? "" },
  );
  const task = readBackgroundTask(
    messages.map((message) => ({ role: message.role, content: readText(message) })),
  );
  if (task !== undefined)
    return (dependencies, _collections, signal) => answerTask(task, dependencies, signal);
  const { text, history } = splitQuestion(readMessages(messages), Infinity);
  const question: Question = {
    text: unwrapQuestion(text),
    history,
    filter: body.tributary?.filter,
    language: body.tributary?.language,
    showsOnlyCited: true,
  };
  if (question.text.length > longest)
    throw invalidField("messages", `A question has at most ${longest} characters.`);
  return (dependencies, collections, signal) =>
    answer({ ...question, collections }, dependencies, signal);
}

/** As few tokens as the client wants, and never more than we allow. */
function limitOutput(
  dependencies: AnswerDependencies,
  body: CompletionRequest,
): AnswerDependencies {
  const wanted = body.max_completion_tokens ?? body.max_tokens ?? Infinity;
  const { limits } = dependencies;
  if (wanted >= limits.outputTokens) return dependencies;
  return { ...dependencies, limits: { ...limits, outputTokens: wanted } };
}

function toOpenAIOptions(
  c: Context<AppEnvironment>,
  services: Services,
  id: string,
  { model, tributary, stream_options }: CompletionRequest,
): OpenAIWireOptions {
  const { keepAlive, writeTimeout, turn, origin, onFailure } = toWireOptions(c, services, id, id);
  const isOpenWebUI = [...c.req.raw.headers.keys()].some((name) => name.startsWith("x-openwebui-"));
  return {
    keepAlive,
    writeTimeout,
    turn,
    origin,
    onFailure,
    id: `chatcmpl-${id}`,
    created: Math.floor(services.platform.wallClock() / 1000),
    model,
    includesUsage: stream_options?.include_usage === true,
    sendsEvents: tributary?.events ?? isOpenWebUI,
  };
}
