import { failWith, findFailure } from "./failure.ts";
import { type AnswerFrame, endsAnswer } from "./frames.ts";
import { readFrames } from "./read-frames.ts";

export interface Client {
  /**
   * The frames of the answer to a question; those of the newest answer without one. The last of them ends it: where it
   * is refused, or cut for good, that is an error of ours. Throws only when `signal` aborts.
   */
  read(id: string, question: object | undefined, signal: AbortSignal): AsyncGenerator<AnswerFrame>;
  /** Sends without waiting for an answer, also while the page goes. */
  stop(id: string): void;
  rate(id: string, rating: object): Promise<boolean>;
}

const TRIES = 5;

/** Talks to one server and to nobody else. */
export function createClient(server: string): Client {
  /** Nothing where no answer came. */
  const send = (path: string, init: RequestInit): Promise<Response | undefined> =>
    // A redirect could take the conversation elsewhere.
    fetch(`${server}/chat${path}`, { ...init, credentials: "omit", redirect: "error" }).catch(
      () => undefined,
    );
  const post = (path: string, body: object, init?: RequestInit): Promise<Response | undefined> =>
    send(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...init,
    });

  return {
    async *read(id, question, signal) {
      let [last, tries, isOpen, hasIds] = ["", 0, false, true];
      const reopen = (): Promise<Response | undefined> =>
        send(`/${id}/stream`, { headers: last ? { "last-event-id": last } : {}, signal });
      let response = await (question ? post("", { id, ...question }, { signal }) : reopen());
      for (;;) {
        signal.throwIfAborted();
        // Between two tries to read on, a refusal is no end.
        const failure = await findFailure(response);
        if (failure && (!isOpen || failure.code === "cut")) return yield failure;
        isOpen = true;
        for await (const frame of failure ? [] : readFrames(response!.body!, signal)) {
          last = frame.id ?? "";
          hasIds = last !== "";
          tries = 0;
          yield frame;
          if (endsAnswer(frame)) return;
        }
        // Reads on after a cut, where the frames say where that is.
        if (!hasIds || tries === TRIES) return yield failWith("cut");
        await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** tries));
        tries += 1;
        response = await reopen();
      }
    },
    stop: (id) => void post(`/${id}/stop`, {}, { keepalive: true }),
    rate: async (id, rating) => !!(await post(`/${id}/feedback`, rating))?.ok,
  };
}
