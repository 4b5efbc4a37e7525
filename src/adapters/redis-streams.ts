import {
  createResumableStreamContext,
  type Publisher,
  type Subscriber,
} from "resumable-stream/generic";
import type { RedisCalls } from "./redis-calls.ts";

const PREFIX = "tributary";
const REQUESTS = `${PREFIX}:rs:request:`;
const CHUNKS = `${PREFIX}:rs:chunk:`;

/** One process's stream of strings, as others read it: `resumable-stream` between its memory and Redis's channels. */
export interface SharedStream {
  add(text: string): void;
  /** Whether another process reads it now. */
  isRead(): Promise<boolean>;
  /** Nobody can read it any more. */
  close(): void;
}

export interface SharedStreams {
  share(id: string): SharedStream;
  /** How many processes have the stream: none or one; undefined when Redis does not answer. */
  countOwners(id: string): Promise<number | undefined>;
  /** The stream of another process; may stay open for ever. */
  follow(id: string): Promise<ReadableStream<string> | null | undefined>;
}

export function createSharedStreams(calls: RedisCalls): SharedStreams {
  /** The channel of each reader elsewhere → the stream that is read. */
  const readers = new Map<string, string>();
  const context = createResumableStreamContext({
    keyPrefix: PREFIX,
    waitUntil: null,
    publisher: createPublisher(calls, readers),
    subscriber: createSubscriber(calls, readers),
  });

  return {
    share(id) {
      const source = createSource();
      // Kept here, the copy would only be a queue that grows.
      context
        .createNewResumableStream(id, () => source.stream)
        .then((copy) => copy?.cancel())
        .catch(() => undefined);
      return {
        add: source.add,
        async isRead() {
          const channels = [...readers].flatMap(([channel, of]) => (of === id ? [channel] : []));
          if (channels.length === 0) return false;
          const counts = await calls.command("PUBSUB", "NUMSUB", ...channels);
          return readCounts(counts).some((count) => count > 0);
        },
        close: source.close,
      };
    },
    async countOwners(id) {
      const counts = await calls.command("PUBSUB", "NUMSUB", `${REQUESTS}${id}`);
      return counts === undefined ? undefined : (readCounts(counts)[0] ?? 0);
    },
    follow: (id) => context.resumeExistingStream(id),
  };
}

/** A stream of strings; those that are not yet taken come as one. */
function createSource(): {
  stream: ReadableStream<string>;
  add(text: string): void;
  close(): void;
} {
  let waiting = "";
  let isClosed = false;
  let change = Promise.withResolvers<void>();
  const stream = new ReadableStream<string>(
    {
      async pull(controller) {
        if (waiting === "" && !isClosed) await change.promise;
        change = Promise.withResolvers<void>();
        if (waiting === "") return controller.close();
        controller.enqueue(waiting);
        waiting = "";
      },
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    add(text) {
      waiting += text;
      change.resolve();
    },
    close() {
      isClosed = true;
      change.resolve();
    },
  };
}

/**
 * The package expects that nothing rejects here. Its own keys are left out: who has a stream is asked of Redis's list
 * of subscribers, which forgets a process that died.
 */
function createPublisher(calls: RedisCalls, readers: Map<string, string>): Publisher {
  return {
    connect: async () => undefined,
    set: async () => "OK",
    get: async () => "1",
    incr: async () => 1,
    async publish(channel, message) {
      // The package goes on publishing to readers who have left.
      if (channel.startsWith(CHUNKS) && !readers.has(channel)) return 0;
      const receivers = await calls.command("PUBLISH", channel, message);
      if (receivers === 0) readers.delete(channel);
      return receivers;
    },
  };
}

function createSubscriber(calls: RedisCalls, readers: Map<string, string>): Subscriber {
  return {
    connect: async () => undefined,
    subscribe: (channel, listener) =>
      calls.subscribe(channel, (message) => {
        if (channel.startsWith(REQUESTS)) {
          const { listenerId } = JSON.parse(message) as { listenerId: string };
          readers.set(`${CHUNKS}${listenerId}`, channel.slice(REQUESTS.length));
        }
        return listener(message);
      }),
    unsubscribe(channel) {
      // The end of a stream, when everything is sent.
      const id = channel.startsWith(REQUESTS) ? channel.slice(REQUESTS.length) : undefined;
      for (const [reader, of] of readers) if (of === id) readers.delete(reader);
      return calls.unsubscribe(channel);
    },
  };
}

/** Redis tells a channel, then its subscribers, then the next channel. */
function readCounts(reply: unknown): number[] {
  if (!Array.isArray(reply)) return [];
  return reply.filter((_, index) => index % 2 === 1).map(Number);
}
