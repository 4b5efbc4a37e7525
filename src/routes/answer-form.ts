import type { z } from "@hono/zod-openapi";
import type { Context, TypedResponse } from "hono";
import { accepts } from "hono/accepts";
import type { AnswerEvent } from "../chat/events.ts";
import {
  toJsonAnswer,
  toTextResponse,
  toUIMessageResponse,
  type WireOptions,
} from "../chat/wire.ts";
import { isRefusal, toLogEntry } from "../log.ts";
import type { Services } from "../services.ts";
import type { jsonAnswer } from "./answer-schemas.ts";
import type { AppEnvironment } from "./environment.ts";
import { readOrigin } from "./origin.ts";

/** An answer in the form that was asked for; where that is JSON, this is what it holds. */
export type SentAnswer = Response & TypedResponse<z.infer<typeof jsonAnswer>, 200, "json">;

export type AnswerForm = "events" | "text" | "json";

/** The form that a request asks for, by its `stream` and then its `Accept`. */
export function readForm(c: Context, stream: boolean | undefined): AnswerForm {
  if (stream === false) return "json";
  const supports = ["text/event-stream", "text/plain", "application/json"];
  const type = accepts(c, { header: "Accept", supports, default: "text/event-stream" });
  if (type === "text/plain") return "text";
  return type === "application/json" && stream !== true ? "json" : "events";
}

export function toWireOptions(
  c: Context<AppEnvironment>,
  { platform, config }: Services,
  messageId: string,
  conversationId: string,
): WireOptions {
  return {
    messageId,
    conversationId,
    takesFeedback: config.CONVERSATION_DAYS > 0,
    origin: readOrigin(c, config),
    keepAlive: config.KEEP_ALIVE_MS,
    writeTimeout: platform.cutsReaders === true ? undefined : config.WRITE_TIMEOUT_MS,
    turn: platform.turn,
    onFailure({ cause, code }) {
      if (isRefusal(code)) return;
      platform.log(toLogEntry(cause, { requestId: c.get("requestId"), code, at: "answer" }));
    },
  };
}

/** `cancel` is called when the reader goes. */
export async function sendAnswer(
  form: AnswerForm,
  events: AsyncGenerator<AnswerEvent>,
  options: WireOptions,
  cancel: () => void,
): Promise<SentAnswer> {
  const send = async (): Promise<Response> => {
    if (form === "text") return toTextResponse(events, options, cancel);
    if (form === "events") return toUIMessageResponse(events, options, cancel);
    const answer: z.infer<typeof jsonAnswer> = await toJsonAnswer(events, options);
    return Response.json(answer);
  };
  return (await send()) as SentAnswer;
}
