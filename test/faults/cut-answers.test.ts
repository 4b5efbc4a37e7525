// The model's stream cut at every byte, by FIN and by RST, on both wires: a cut answer never looks whole. Every byte
// with FULL, about every thirteenth otherwise.
import { afterAll, describe, expect, it } from "vitest";
import { loadSamples } from "../../src/samples.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import type { Ending } from "../support/answer.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { inLanes } from "../support/pool.ts";
import { collectStream, type UIEvent } from "../support/sse.ts";

declare const FULL: boolean;

const LANES = 6;
const STEP = FULL ? 1 : 13;
/** Every so many-th cut is read as text and as JSON too. */
const OTHER_FORMS = 7;
const QUESTION = "Which bird hunts fish at the lake?";
const DOCUMENTS = {
  birds: [{ id: "heron", text: "# Heron\n\nThe grey heron hunts fish at the lake for hours." }],
};
// Cuts fall into characters of two, three and four bytes too.
const REPLY =
  "The grey heron hunts fish. [1] Es fängt Fische früh. 왜가리는 물고기를 잡는다 [1] und wartet 🐟🐟 so lang, bis it comes.";
/** `end` closes the body properly, as a proxy may do whose upstream has died. */
type How = Exclude<Ending, "hang"> | "end";

const WIRES = {
  "OpenAI's": ({ url }: FaultServer) => ({
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${url}/v1`,
  }),
  "Cohere's": ({ url }: FaultServer) => ({ MODEL: "cohere:test", MODEL_BASE_URL: url }),
};

interface Lane {
  server: FaultServer;
  app: OpenApp;
  /** What came of the answer that was cut last. */
  text: string;
}

const opened: Lane[] = [];
afterAll(async () => {
  for (const { app, server } of opened) {
    app.close();
    await server.close();
  }
});

async function openLane(wire: keyof typeof WIRES): Promise<Lane> {
  const server = await startFaultServer();
  const environment = { ...WIRES[wire](server), MODEL_API_KEY: "model-key-canary" };
  const app = await openApp({ samples: false, environment });
  await loadSamples(DOCUMENTS, app.services, AbortSignal.timeout(20_000));
  const lane = { server, app, text: "" };
  opened.push(lane);
  return lane;
}

interface Answer {
  ends: UIEvent[];
  last: UIEvent | undefined;
  text: string;
}

async function ask({ app }: Lane): Promise<Answer> {
  const { events } = await collectStream(await app.post("/chat", { message: QUESTION }));
  return {
    ends: events.filter(({ type }) => ["finish", "error", "abort"].includes(type)),
    last: events.at(-1),
    text: events.map(({ delta }) => (typeof delta === "string" ? delta : "")).join(""),
  };
}

function cut({ server }: Lane, afterBytes: number, how: How): void {
  server.clear();
  server.reply = REPLY;
  server.fault("chat", { kind: "truncate", afterBytes, how });
}

type Form = "events" | "text" | "JSON";

/** What is wrong with one form of the answer after a cut. */
const COMPLAIN: Record<Form, (lane: Lane, whole: string, how: How) => Promise<string[]>> = {
  async events(lane, whole, how) {
    const { ends, last, text } = await ask(lane);
    lane.text = text;
    const complaints: string[] = [];
    if (ends.length !== 1 || last !== ends[0])
      complaints.push(`${ends.length} ends, the last event is ${last?.type}`);
    if (!whole.startsWith(text)) complaints.push(`no prefix: ${text}`);
    // After a proper end only the model's own word can tell that it is whole, and then it is.
    const mayBeWhole = how === "end" && text === whole;
    if (last?.type !== "error" && !mayBeWhole) complaints.push(`ends with ${last?.type}`);
    return complaints;
  },
  async text({ app }, whole, how) {
    const response = await app.post("/chat", { message: QUESTION }, { accept: "text/plain" });
    const body = await response.text();
    if (response.status >= 500 || (how === "end" && body.startsWith(`${whole}\n\n[1] `))) return [];
    const [, begun] = /^([^]*)\n\[answer cut short: [a-z-]+\]\n$/.exec(body) ?? [];
    const isMarked = response.status === 200 && begun !== undefined && whole.startsWith(begun);
    return isMarked ? [] : [`as text: ${response.status} ${body}`];
  },
  async JSON({ app }, whole, how) {
    const response = await app.post("/chat", { message: QUESTION, stream: false });
    const { code, answer } = (await response.json()) as { code?: string; answer?: string };
    if (how === "end" && response.status === 200 && answer === whole) return [];
    const isProblem = response.status >= 500 && code !== undefined && answer === undefined;
    return isProblem ? [] : [`as JSON: ${response.status} ${code ?? answer}`];
  },
};

/** Cuts the model's answer and reads it; then a whole one, lest the failures in a row open the circuit. */
async function complain(
  lane: Lane,
  form: Form,
  whole: string,
  cutAt: { offset: number; how: How },
): Promise<string[]> {
  cut(lane, cutAt.offset, cutAt.how);
  const complaints = await COMPLAIN[form](lane, whole, cutAt.how);
  if (lane.server.requests.length === 0) complaints.push("the model was not asked");
  if (lane.text === "") {
    lane.server.clear();
    lane.server.reply = REPLY;
    if ((await ask(lane)).text !== whole) complaints.push("the next answer is not whole");
  }
  return complaints.map((complaint) => `${cutAt.offset} ${form}: ${complaint}`);
}

describe.each(Object.keys(WIRES) as (keyof typeof WIRES)[])("%s wire", (wire) => {
  it.each(["fin", "reset", "end"] as const)(
    "never looks whole, cut by %s",
    async (how) => {
      const lanes = await Promise.all(Array.from({ length: LANES }, () => openLane(wire)));
      const [first] = lanes as [Lane];
      first.server.reply = REPLY;
      const whole = await ask(first);
      expect(whole.last?.type).toBe("finish");
      expect(whole.text).toBe(REPLY);
      const { bytesSent } = first.server.requests.at(-1)!;
      expect(bytesSent).toBeGreaterThan(2000);

      const offsets = Array.from({ length: Math.ceil(bytesSent / STEP) }, (_, n) => n * STEP);
      const wrong: string[] = [];
      let [reads, withText] = [0, 0];
      await inLanes(LANES, offsets, async (offset, number) => {
        const lane = lanes[number]!;
        const forms: Form[] =
          (offset / STEP) % OTHER_FORMS === 0 ? ["events", "text", "JSON"] : ["events"];
        for (const form of forms) {
          wrong.push(...(await complain(lane, form, whole.text, { offset, how })));
          reads += 1;
        }
        if (lane.text !== "") withText += 1;
      });
      console.log(
        `cut-answers: ${wire} wire, ${how}: ${offsets.length} cuts, ${withText} with partial text, ${reads} answers read`,
      );
      expect(wrong).toEqual([]);
      // Most cuts come after the first token, and what came before them stays.
      expect(withText).toBeGreaterThan(offsets.length / 2);
    },
    600_000,
  );
});
