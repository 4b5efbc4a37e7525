// Vectors that are none reach neither a query nor the index, and scores that are none do not reorder anything.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSamples } from "../../src/samples.ts";
import type { Fault } from "../support/faults.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { collectEvents, type UIEvent } from "../support/sse.ts";
import { openWorld, type World } from "../support/world.ts";

const DIMENSION = 64;
const QUESTION = "Which bird hunts fish at the lake?";
const DOCUMENTS = {
  birds: [
    { id: "heron", text: "# Heron\n\nThe grey heron hunts fish at the lake for hours." },
    { id: "swift", text: "# Swift\n\nThe swift is a bird that hunts flies at the lake, not fish." },
    {
      id: "coot",
      text: "# Coot\n\nThe coot is a bird that eats plants at the lake and hunts fish rarely.",
    },
  ],
};

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const app = await open();
  await loadSamples(DOCUMENTS, app.services, AbortSignal.timeout(20_000));
});
afterAll(() => world.close());

/** A fresh application each time: its circuit breaker remembers nothing. */
function open(): Promise<OpenApp> {
  return openApp({ samples: false, environment: world.environment });
}

const base64 = (values: number[]): string =>
  Buffer.from(new Float32Array(values).buffer).toString("base64");
const filled = (value: number, length = DIMENSION): number[] => Array.from({ length }, () => value);
const some = (count: number, vector: unknown): unknown[] =>
  Array.from({ length: count }, () => vector);
const good = base64(filled(0.125));
const answer = (embeddings: unknown): Fault => ({
  kind: "wrong-shape",
  body: { id: "embed-1", embeddings, response_type: "embeddings_by_type" },
});

/** What the upstream answers in place of `count` vectors. */
const MALFORMED: Record<string, (count: number) => Fault> = {
  "too short": (count) => answer({ base64: some(count, base64(filled(0.1, DIMENSION - 1))) }),
  "too long": (count) => answer({ base64: some(count, base64(filled(0.1, DIMENSION + 1))) }),
  "ragged, the last too short": (count) =>
    answer({ base64: [...some(count - 1, good), base64(filled(0.1, DIMENSION - 1))] }),
  "ragged, as numbers": (count) => answer({ float: [...some(count - 1, filled(0.1)), [0.1]] }),
  "all zero": (count) => answer({ base64: [...some(count - 1, good), base64(filled(0))] }),
  "all next to zero": (count) => answer({ base64: some(count, base64(filled(1e-30))) }),
  "all zero, as numbers": (count) => answer({ float: some(count, filled(0)) }),
  "not a number": (count) =>
    answer({ base64: some(count, base64([Number.NaN, ...filled(0.1, DIMENSION - 1)])) }),
  infinite: (count) =>
    answer({ base64: some(count, base64([...filled(0.1, DIMENSION - 1), -Infinity])) }),
  "null among numbers": (count) =>
    answer({ float: some(count, [null, ...filled(0.1, DIMENSION - 1)]) }),
  "1e999 among numbers": (count) => ({
    kind: "wrong-shape",
    text: JSON.stringify({
      id: "embed-1",
      embeddings: { float: some(count, ["HUGE", ...filled(0.1, DIMENSION - 1)]) },
      response_type: "embeddings_by_type",
    }).replaceAll('"HUGE"', "1e999"),
  }),
  "texts in place of numbers": (count) => answer({ float: some(count, some(DIMENSION, "0.1")) }),
  "one too few": (count) => answer({ base64: some(count - 1, good) }),
  "one too many": (count) => answer({ base64: some(count + 1, good) }),
  none: () => answer({ base64: [] }),
  "no list": () => answer({ base64: good }),
  nothing: () => answer({}),
  "null in place of one": (count) => answer({ base64: [...some(count - 1, good), null] }),
  "no base64": (count) => answer({ base64: some(count, "%% no base64 at all %%") }),
  "empty base64": (count) => answer({ base64: some(count, "") }),
  "base64 with bytes left over": (count) =>
    answer({
      base64: some(
        count,
        Buffer.concat([Buffer.from(good, "base64"), Buffer.of(7)]).toString("base64"),
      ),
    }),
};

const reportOf = (events: UIEvent[]) =>
  events.find(({ type }) => type === "data-retrieval")?.["data"] as {
    degraded: boolean;
    stages: Record<string, { status: string; reason?: string }>;
  };

describe.each(Object.keys(MALFORMED))("a vector that is %s", (name) => {
  it("costs a question its dense leg and reaches no query", async () => {
    await world.command({ do: "clear" });
    await world.command({ do: "fault", operation: "embed", fault: MALFORMED[name]!(1) });
    const events = await collectEvents(await (await open()).post("/chat", { message: QUESTION }));
    expect(events.at(-1)?.type).toBe("finish");
    expect(reportOf(events)).toMatchObject({
      degraded: true,
      stages: { embed: { status: "failed", reason: "error" } },
    });
    const { upstream, qdrant } = await world.requests();
    expect(upstream.filter(({ operation }) => operation === "embed")).toHaveLength(1);
    const queries = qdrant.filter(({ path }) => path.includes("/points/query"));
    expect(queries).toHaveLength(1);
    const { searches } = queries[0]!.body as { searches: { using: string }[] };
    expect(searches.map(({ using }) => using)).toEqual(["sparse"]);
  });

  it("is stored with no document, which the writer is told", async () => {
    const app = await open();
    await world.command({ do: "clear" });
    const before = await (await app.request("/collections")).json();
    await world.command({ do: "fault", operation: "embed", fault: MALFORMED[name]!(2) });
    const text = `# Kingfisher\n\n${"It dives for zebrafish. ".repeat(40)}\n\n## Nest\n\n${"It digs a tunnel. ".repeat(50)}`;
    const response = await app.request("/collections/birds/documents/kingfisher", {
      method: "PUT",
      headers: { "content-type": "application/json", host: "localhost" },
      body: JSON.stringify({ text }),
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "storage-unavailable" });
    const { upstream, qdrant } = await world.requests();
    expect(upstream.map(({ body }) => (body as { texts: string[] }).texts.length)).toEqual([2]);
    const writes = qdrant.filter(
      ({ method, path }) => method === "PUT" || path.includes("/points/delete"),
    );
    expect(writes.filter(({ path }) => path.startsWith("/collections/birds"))).toEqual([]);
    await world.command({ do: "clear" });
    expect((await app.request("/collections/birds/documents/kingfisher")).status).toBe(404);
    expect(await (await app.request("/collections")).json()).toEqual(before);
  });
});

const scores = (list: unknown): Fault => ({
  kind: "wrong-shape",
  body: { id: "rerank-1", results: list },
});
const score = (index: unknown, relevance_score: unknown = 0.5): unknown => ({
  index,
  relevance_score,
});

/** What the reranker answers in place of one score for each of three texts. */
const RERANKED: Record<string, Fault> = {
  "an index twice": scores([score(0), score(1), score(1)]),
  "an index twice besides all": scores([score(0), score(1), score(2), score(2)]),
  "an index too few": scores([score(2), score(0)]),
  "an index out of range": scores([score(0), score(1), score(3)]),
  "a negative index": scores([score(0), score(1), score(-1)]),
  "an index between two": scores([score(0), score(1), score(1.5)]),
  "an index as text": scores([score(0), score(1), score("2")]),
  "no score": scores([score(0), score(1), { index: 2 }]),
  "null as a score": scores([score(0), score(1), score(2, null)]),
  "1e999 as a score": {
    kind: "wrong-shape",
    text: JSON.stringify({ results: [score(0, "HUGE"), score(1), score(2)] }).replace(
      '"HUGE"',
      "1e999",
    ),
  },
  "no results": scores([]),
  "no list": scores({ 0: score(0) }),
};

describe("a reranker that answers with", () => {
  let unranked: unknown[];
  const order = (events: UIEvent[]): unknown[] =>
    events.filter(({ type }) => type === "source-url").map(({ sourceId }) => sourceId);

  beforeAll(async () => {
    await world.command({ do: "clear" });
    const environment = { ...world.environment, RERANK_MODEL: "none" };
    const app = await openApp({ samples: false, environment });
    unranked = order(await collectEvents(await app.post("/chat", { message: QUESTION })));
    expect(unranked).toHaveLength(3);
  });

  it.each(Object.keys(RERANKED))("%s changes nothing but the report", async (name) => {
    await world.command({ do: "clear" });
    await world.command({ do: "fault", operation: "rerank", fault: RERANKED[name]! });
    const events = await collectEvents(await (await open()).post("/chat", { message: QUESTION }));
    expect(events.at(-1)?.type).toBe("finish");
    expect(reportOf(events)).toMatchObject({
      degraded: true,
      stages: { rerank: { status: "failed", reason: "error" } },
    });
    expect(order(events)).toEqual(unranked);
    const { upstream } = await world.requests();
    expect(upstream.filter(({ operation }) => operation === "rerank")).toHaveLength(1);
  });
});
