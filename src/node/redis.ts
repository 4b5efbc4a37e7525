import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@redis/client";
import type { RedisConnection } from "../ports.ts";

/** Milliseconds for a connection, and for the first one at the start. */
const CONNECT_DEADLINE = 1000;
const LONGEST_PAUSE = 1000;
/** Commands that wait for an answer at most. */
const MOST_WAITING = 10_000;

/** Two connections, since one that listens to channels can do nothing else. A Redis that is away is tried for ever. */
export async function connectRedis(url: string): Promise<RedisConnection> {
  const commands = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_WAITING,
    socket: {
      connectTimeout: CONNECT_DEADLINE,
      reconnectStrategy: (tries) => Math.min(25 * 2 ** Math.min(tries, 10), LONGEST_PAUSE),
    },
  });
  // Subscriptions wait for the connection and are made anew with every new one.
  const channels = commands.duplicate({ disableOfflineQueue: false });
  for (const client of [commands, channels]) {
    // Whoever calls sees the failure; without a listener the event would end the process.
    client.on("error", () => undefined);
  }
  const connected = Promise.allSettled([commands.connect(), channels.connect()]);
  await Promise.race([connected, sleep(CONNECT_DEADLINE, undefined, { ref: false })]);
  return {
    command: (...parts) => commands.sendCommand(parts),
    subscribe: (channel, listener) => channels.subscribe(channel, listener),
    unsubscribe: (channel) => channels.unsubscribe(channel),
    close() {
      for (const client of [commands, channels]) client.destroy();
    },
  };
}
