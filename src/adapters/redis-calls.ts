import type { RedisConnection } from "../ports.ts";

export interface RedisCallOptions {
  /** Milliseconds for a call. */
  deadline: number;
  /** Milliseconds for which Redis is not asked again after a call that failed. */
  pause: number;
  /** Told when Redis stops to answer, and when it answers again. */
  onState?: (isUp: boolean) => void;
}

/** Calls that never reject. */
export interface RedisCalls {
  /** Redis's reply, null included; undefined when none came in time. */
  command(...parts: string[]): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => unknown): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
}

export function createRedisCalls(
  connection: RedisConnection,
  { deadline, pause, onState }: RedisCallOptions,
): RedisCalls {
  let isUp = true;
  let pausedUntil = 0;

  function tell(answers: boolean): void {
    if (!answers) pausedUntil = performance.now() + pause;
    if (answers !== isUp) onState?.((isUp = answers));
  }

  async function attempt<T>(call: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < pausedUntil) return undefined;
    const limit = startLimit(deadline);
    try {
      const reply = await Promise.race([call(), limit.passed]);
      tell(true);
      return reply;
    } catch {
      tell(false);
      return undefined;
    } finally {
      limit.clear();
    }
  }

  return {
    command: (...parts) => attempt(() => connection.command(...parts)),
    async subscribe(channel, listener) {
      // Nobody awaits what a listener returns.
      const listen = (message: string): void => {
        void (async () => listener(message))().catch(() => undefined);
      };
      await attempt(() => connection.subscribe(channel, listen));
    },
    // Always sent, or the listener would stay.
    unsubscribe: (channel) =>
      connection.unsubscribe(channel).then(
        () => undefined,
        () => undefined,
      ),
  };
}

/** In two halves: in the second one is read what came while this process was busy itself. */
function startLimit(deadline: number): { passed: Promise<never>; clear(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      timer = setTimeout(() => reject(new Error("Redis is silent.")), deadline / 2);
    }, deadline / 2);
  });
  return { passed, clear: () => clearTimeout(timer) };
}
