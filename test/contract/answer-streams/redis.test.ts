import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedisAnswers } from "../../../src/adapters/redis.ts";
import { createMemoryAnswers } from "../../../src/chat/memory-answers.ts";
import { connectRedis } from "../../../src/node/redis.ts";
import { hasRedis, type RedisServer, startRedisServer } from "../../support/redis-server.ts";
import {
  type Event,
  freshId,
  KEPT,
  newAnswer,
  type Streams,
  take,
  testAnswerStreams,
} from "./suite.ts";

/** Milliseconds that Redis may cost a chat, with some slack for a busy machine. */
const NO_LONGER = 250;
const STAYS = new AbortController().signal;

let redis: RedisServer;

interface Participant extends Streams {
  stopped: string[];
  states: boolean[];
}

async function join(kept = KEPT): Promise<Participant> {
  const stopped: string[] = [];
  const states: boolean[] = [];
  const now = (): number => performance.now();
  const answers = await createRedisAnswers<Event>(
    await connectRedis(redis.url),
    createMemoryAnswers<Event>({ kept, longest: 60_000, now }),
    {
      kept,
      longest: 1,
      now,
      onStop: (conversationId) => void stopped.push(conversationId),
      onState: (isUp) => void states.push(isUp),
    },
  );
  return { ...answers, stopped, states };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("It did not happen in 5 s.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe.skipIf(!hasRedis)("answers in Redis", () => {
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis?.kill());

  testAnswerStreams(async () => {
    const [here, there] = [await join(), await join()];
    const close = (): void => {
      here.close();
      there.close();
    };
    return { here, there, close };
  });

  it("are stopped in every process", async () => {
    const processes = [await join(), await join(), await join()];
    const conversationId = freshId();
    processes[0]!.remember(conversationId);
    await until(() => processes[1]!.stop(conversationId));
    await until(() => processes.every(({ stopped }) => stopped.includes(conversationId)));
    for (const { close } of processes) close();
  });

  it("break off for a reader whose writer's process is gone, and can be asked anew", async () => {
    const [dying, living] = [await join(60_000), await join(60_000)];
    const answer = newAnswer({ joinKey: freshId() });
    const { record } = await dying.begin(answer, STAYS);
    record!.add({ n: 0 }, 1);
    const { opened } = await living.begin({ ...answer, id: freshId() }, STAYS);
    expect(opened.id).toBe(answer.id);
    dying.close();
    await expect(take(opened)).rejects.toThrow("can not be reached");
    const again = await living.begin({ ...answer, id: freshId() }, STAYS);
    expect(again.record).toBeDefined();
    living.close();
  });

  it("reach a reader whole although Redis was away in between", async () => {
    const [here, there] = [await join(60_000), await join(60_000)];
    const answer = newAnswer();
    const { record } = await here.begin(answer, STAYS);
    record!.add({ n: 0 }, 1);
    const reader = take((await there.newest(answer.conversationId, STAYS))!);
    await redis.kill();
    for (let n = 1; n < 50; n++) {
      record!.add({ n }, 1);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await redis.start();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    for (let n = 50; n < 60; n++) record!.add({ n }, 1);
    record!.end("whole");
    expect(await reader).toEqual(Array.from({ length: 60 }, (_, n) => n));
    here.close();
    there.close();
  });

  it.each(["ended", "held"])("are this process's alone while Redis is %s", async (how) => {
    const [here, there] = [await join(60_000), await join(60_000)];
    if (how === "held") redis.hold();
    else await redis.kill();
    const answer = newAnswer({ joinKey: freshId() });
    for (let count = 0; count < 5; count++) {
      const asked = performance.now();
      const { record } = await here.begin({ ...answer, id: freshId() }, STAYS);
      expect(performance.now() - asked).toBeLessThan(NO_LONGER);
      // What this process has begun itself is joined all the same.
      if (count === 0) {
        record!.add({ n: 0 }, 1);
        record!.end("whole");
      } else expect(record).toBeUndefined();
    }
    expect(await take((await here.newest(answer.conversationId, STAYS))!)).toEqual([0]);
    expect(await there.newest(answer.conversationId, STAYS)).toBeUndefined();
    await expect(here.stop(answer.conversationId)).rejects.toThrow("could not be told");
    expect(here.states).toEqual([false]);

    if (how === "held") redis.release();
    else await redis.start();
    await until(async () => {
      const later = newAnswer({ joinKey: freshId() });
      await here.begin(later, STAYS);
      return (await there.newest(later.conversationId, STAYS))?.id === later.id;
    });
    expect(here.states).toEqual([false, true]);
    here.close();
    there.close();
  });
});
