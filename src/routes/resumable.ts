import type { Context } from "hono";
import { type AnswerEvent, endsAnswer, type Question } from "../chat/events.ts";
import { openResumable, readOpened } from "../chat/resumable.ts";
import { countFrames } from "../chat/wire.ts";
import type { NewAnswer, OpenAnswer } from "../ports.ts";
import type { Services } from "../services.ts";
import { type AnswerForm, type SentAnswer, sendAnswer, toWireOptions } from "./answer-form.ts";
import type { AppEnvironment } from "./environment.ts";
import { type StoredTurn, writeStored } from "./stored-answer.ts";

/** What tells a repeated request from a new one. */
export interface AskedFor {
  conversationId: string;
  /** Id of the user's message; without it nothing is joined. */
  messageId?: string | undefined;
  trigger: string;
  /** Id of the answer that is to be written anew. */
  replaces?: string | undefined;
}

/** Begins an answer that goes on without its reader, or joins it to the one that the same request has begun. */
export async function answerResumable(
  c: Context<AppEnvironment>,
  services: Services,
  question: Question,
  { turn, ...asked }: AskedFor & { turn?: StoredTurn },
  form: AnswerForm,
): Promise<SentAnswer> {
  const { platform, config, running, answers } = services;
  const { conversationId } = asked;
  const reader = followReader(c);
  const id = platform.generateId();
  const wire = toWireOptions(c, services, id, conversationId);
  const opened = await openResumable(await toNewAnswer(id, question, asked), reader.signal, {
    answers,
    now: platform.now,
    detached: config.DETACHED_TIMEOUT_MS,
    run() {
      const run = running.begin(conversationId);
      answers.remember(conversationId);
      return {
        ...run,
        end() {
          run.end();
          answers.remember(conversationId);
        },
      };
    },
    write: (signal) => writeStored(c, services, question, turn, { answerId: id, signal }),
    onFailure: wire.onFailure,
    keepAlive: (promise) => platform.waitUntil?.(c.executionCtx, promise),
  });
  return sendOpened(c, services, { conversationId, opened, reader, form, after: 0 });
}

/** A reader's view of the answer, from the frame after `after` on. */
function sendOpened(
  c: Context<AppEnvironment>,
  services: Services,
  reading: {
    conversationId: string;
    opened: OpenAnswer<AnswerEvent>;
    reader: AbortController;
    form: AnswerForm;
    after: number;
  },
): Promise<SentAnswer> {
  const { conversationId, opened, reader, form, after } = reading;
  const { id } = opened;
  const options = {
    ...toWireOptions(c, services, id, conversationId),
    numbering: { id, after },
    // Its writer has told the log already.
    onFailure: () => undefined,
  };
  const leave = (): void => reader.abort(new DOMException("The reader left.", "AbortError"));
  return sendAnswer(form, readOpened(opened, reader.signal), options, leave);
}

/**
 * The newest answer of a conversation from its beginning, or from the frame after `Last-Event-ID` on; undefined when
 * there is nothing left to send.
 */
export async function resumeAnswer(
  c: Context<AppEnvironment>,
  services: Services,
  conversationId: string,
): Promise<SentAnswer | undefined> {
  const reader = followReader(c);
  const opened = await services.answers.newest(conversationId, reader.signal);
  if (opened === undefined) return undefined;
  const options = toWireOptions(c, services, opened.id, conversationId);
  const seen = readNumber(c.req.header("last-event-id"), opened.id);
  const known = seen === 0 ? 0 : countFrames(opened.known, options);
  if (seen > 0 && seen === known && opened.known.some(endsAnswer)) {
    reader.abort(new DOMException("Everything was read.", "AbortError"));
    return undefined;
  }
  const after = seen > known ? 0 : seen;
  return sendOpened(c, services, { conversationId, opened, reader, form: "events", after });
}

/** The number in a frame's id; 0 for an id that is none of this answer's. */
function readNumber(lastEventId: string | undefined, id: string): number {
  const digits = /^(.+)-(\d{1,9})$/.exec(lastEventId ?? "");
  return digits?.[1] === id ? Number(digits[2]) : 0;
}

/** The reader may go in two ways: the request's signal aborts, or the response's body is cancelled. */
function followReader(c: Context): AbortController {
  const reader = new AbortController();
  const { signal } = c.req.raw;
  const leave = (): void => reader.abort(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  return reader;
}

/**
 * The text is a part of what must be equal: a client that lets its user mend a message sends the same id again. An
 * answer is written anew as often as it is asked for, but not twice at a time.
 */
async function toNewAnswer(
  id: string,
  { text, collections, filter, language }: Question,
  { conversationId, messageId, trigger, replaces }: AskedFor,
): Promise<NewAnswer> {
  if (messageId === undefined) return { id, conversationId };
  const parts = [conversationId, messageId, trigger, replaces, text, collections, filter, language];
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const joinKey = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { id, conversationId, joinKey, joinsEnded: trigger !== "regenerate-message" };
}
