// What every client must be able to do with us, tried on the real ones: one suite, a driver a client.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTributary, type Tributary } from "../node/tributary.ts";
import { QUESTION, startUpstreams, type Upstreams } from "../support/upstreams.ts";

/** A conversation in a client, seen as its user sees it. */
export interface ChatClient {
  /** Sends a question; resolves when it is sent. */
  ask(question: string): Promise<void>;
  /** The newest answer, as far as it is there. */
  text(): Promise<string>;
  /** The addresses that the newest answer's sources lead to. */
  sources(): Promise<string[]>;
  /** What it says went wrong; empty when nothing did. */
  problem(): Promise<string>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** One that can be left and come back to. */
export interface ResumingClient extends ChatClient {
  reload(): Promise<void>;
}

export interface World {
  upstreams: Upstreams;
  tributary: Tributary;
  /** The same with `RESUMABLE=true`. */
  resumable: Tributary;
}

/** The page that the server has for a passage of a document without an address of its own. */
export const SOURCE = /\/sources\/products\/[0-9a-f-]{36}$/;
const FIRST = "The Aurora 2 weighs ";
const REST = "1.62 kg with its pegs [1].";
const OFF_TOPIC = "Who won the chess championship of 1972?";
const SEARCH = /\/points\/query/;
const SOON = { timeout: 8000, interval: 20 };

/** Starts the upstreams and two servers once for the tests of a file, and forgets faults between them. */
export function startWorld(): World {
  const world = {} as World;
  beforeAll(async () => {
    world.upstreams = await startUpstreams();
    const { environment } = world.upstreams;
    [world.tributary, world.resumable] = await Promise.all([
      startTributary(environment),
      startTributary({ ...environment, RESUMABLE: "true" }),
    ]);
  });
  beforeEach(() => mend(world));
  afterAll(async () => {
    await Promise.all([world.tributary?.stop(), world.resumable?.stop()]);
    await world.upstreams?.close();
  });
  return world;
}

/** No faults, and a model that answers. */
function mend({ upstreams }: World): void {
  upstreams.clear();
  upstreams.model.reply = [FIRST, REST];
}

/** A model that waits after its first words until it is let on. */
export function pausingReply(): { reply: () => AsyncGenerator<string>; goOn(): void } {
  let goOn = (): void => undefined;
  const allowed = new Promise<void>((resolve) => (goOn = resolve));
  return {
    async *reply() {
      yield* [FIRST, "about "];
      await allowed;
      yield REST;
    },
    goOn,
  };
}

function* endlessReply(): Generator<string> {
  yield FIRST;
  for (;;) yield "and so on ";
}

/** The suite. `open` makes a new conversation in the client. */
export function describeClient(
  name: string,
  world: World,
  open: () => Promise<ChatClient>,
  /** What it says of every failure, where that is not what the server says. */
  says?: RegExp,
): void {
  describe(name, () => {
    let client: ChatClient;
    beforeEach(async () => {
      client = await open();
    });
    afterEach(() => client.close());

    const expectText = (words: string): Promise<void> =>
      expect.poll(() => client.text(), SOON).toContain(words);
    const expectAnswer = async (): Promise<void> => {
      await client.ask(QUESTION);
      await expectText("1.62 kg");
    };
    const expectProblem = (words: RegExp): Promise<void> =>
      expect.poll(() => client.problem(), SOON).toMatch(says ?? words);

    it("shows an answer as it is written, and its sources", async () => {
      const { reply, goOn } = pausingReply();
      world.upstreams.model.reply = reply;
      await client.ask(QUESTION);
      await expectText(FIRST.trim());
      expect(await client.text()).not.toContain("1.62 kg");
      goOn();
      await expectText("1.62 kg with its pegs");
      await expect.poll(() => client.sources(), SOON).toContainEqual(expect.stringMatching(SOURCE));
      expect(await client.problem()).toBe("");
    });

    it("stops the model", async () => {
      const { model } = world.upstreams;
      model.reply = endlessReply;
      model.tokenDelayMs = 20;
      await client.ask(QUESTION);
      await expectText("and so on and so on");
      const call = model.openRequests("chat")[0]!;
      await client.stop();
      await expect.poll(() => call.closedAt, SOON).toBeDefined();
      mend(world);
      await expectAnswer();
    });

    it("tells when the model fails, and answers the next question", async () => {
      world.upstreams.model.fault("chat", { kind: "status", status: 500 });
      await client.ask(QUESTION);
      await expectProblem(/language model/);
      mend(world);
      await expectAnswer();
    });

    it("tells when no collection can be searched, and answers the next question", async () => {
      world.upstreams.qdrant.fault(({ path }) => SEARCH.test(path), {
        kind: "status",
        status: 500,
      });
      await client.ask(QUESTION);
      await expectProblem(/collection/);
      mend(world);
      await expectAnswer();
    });

    it("says that nothing was found", async () => {
      await client.ask(OFF_TOPIC);
      await expectText("I could not find an answer");
      expect(await client.problem()).toBe("");
      expect(world.upstreams.model.openRequests()).toEqual([]);
    });
  });
}

/** What a client must be able to do besides, when the server is resumable. */
export function describeResuming(
  name: string,
  world: World,
  open: () => Promise<ResumingClient>,
): void {
  describe(`${name}, resumable`, () => {
    let client: ResumingClient;
    beforeEach(async () => {
      client = await open();
    });
    afterEach(() => client.close());

    it("goes on with an answer after a reload, without paying for it twice", async () => {
      const { model } = world.upstreams;
      const { reply, goOn } = pausingReply();
      model.reply = reply;
      await client.ask(QUESTION);
      await expect.poll(() => client.text(), SOON).toContain(FIRST.trim());
      await client.reload();
      await expect.poll(() => client.text(), SOON).toContain(FIRST.trim());
      expect(await client.text()).not.toContain("1.62 kg");
      goOn();
      await expect.poll(() => client.text(), SOON).toContain("1.62 kg with its pegs");
      expect(await client.sources()).toContainEqual(expect.stringMatching(SOURCE));
      expect(model.requests.filter(({ operation }) => operation === "chat")).toHaveLength(1);
    });

    it("stops the model, also after a reload", async () => {
      const { model } = world.upstreams;
      model.reply = endlessReply;
      model.tokenDelayMs = 20;
      await client.ask(QUESTION);
      await expect.poll(() => client.text(), SOON).toContain("and so on");
      const call = model.openRequests("chat")[0]!;
      await client.reload();
      await expect.poll(() => client.text(), SOON).toContain("and so on");
      expect(call.closedAt).toBeUndefined();
      await client.stop();
      await expect.poll(() => call.closedAt, SOON).toBeDefined();
    });
  });
}
