import type { Context } from "hono";
import { answer } from "../chat/answer.ts";
import type { BegunTurn } from "../chat/conversations.ts";
import type { AnswerEvent, Question } from "../chat/events.ts";
import { recordTurn } from "../chat/record-turn.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";

/** A turn that is to be stored. */
export interface StoredTurn extends BegunTurn {
  questionId: string;
}

/** The answer's events; where there is a turn, they are stored as it. */
export function writeStored(
  c: Context<AppEnvironment>,
  { answer: dependencies, conversations, platform }: Services,
  question: Question,
  turn: StoredTurn | undefined,
  { answerId, signal }: { answerId: string; signal: AbortSignal },
): AsyncGenerator<AnswerEvent> {
  const events = answer(question, dependencies, signal);
  if (turn === undefined) return events;
  const { place, questionId, askedAt } = turn;
  const stored = Promise.withResolvers<void>();
  // Said at once: a Worker whose reader has left can say nothing more.
  platform.waitUntil?.(c.executionCtx, stored.promise);
  return recordTurn(events, {
    turn: { questionId, answerId, question: question.text, askedAt },
    signal,
    wallClock: platform.wallClock,
    save(whole) {
      const saved = conversations.save(place, whole);
      stored.resolve(saved);
      return saved;
    },
  });
}
