import { type AnswerEvent, endsAnswer } from "./events.ts";

/**
 * Waits until an answer has its first word, ends, or `patience` milliseconds are over: by then it is known whether it
 * fails at once. Gives the event that ended it, where that is no finish, and all events from the first one on.
 */
export async function awaitFirstWord(
  events: AsyncGenerator<AnswerEvent>,
  patience: number,
): Promise<{ failure?: AnswerEvent; events: AsyncGenerator<AnswerEvent> }> {
  const seen: AnswerEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const impatient = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    for (;;) {
      const next = events.next();
      const step = await Promise.race([next, impatient]);
      if (step === undefined) return { events: goOn(seen, next, events) };
      if (step.done === true) break;
      seen.push(step.value);
      const { type } = step.value;
      if (type === "error" || type === "abort") {
        await events.return(undefined);
        return { failure: step.value, events };
      }
      if (type === "text" || endsAnswer(step.value)) break;
    }
    return { events: goOn(seen, undefined, events) };
  } finally {
    clearTimeout(timer);
  }
}

async function* goOn(
  seen: AnswerEvent[],
  next: Promise<IteratorResult<AnswerEvent>> | undefined,
  events: AsyncGenerator<AnswerEvent>,
): AsyncGenerator<AnswerEvent> {
  try {
    yield* seen;
    for (let step = await (next ?? events.next()); step.done !== true; step = await events.next())
      yield step.value;
  } finally {
    await events.return(undefined);
  }
}
