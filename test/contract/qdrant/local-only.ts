import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, OTHER, refusal, useClient } from "./connection.ts";
import { describeWholeRequests } from "./whole-requests.ts";

/** What holds for the local engine only: it names what it does not do, and it settles ties. */
export function describeLocalOnly(connect: Connect): void {
  describeWholeRequests(connect);

  describe("outside the subset", () => {
    const client = useClient(connect, (fresh) =>
      fresh.createCollection(DOCS, { vectors: { size: 1, distance: "Dot" } }),
    );
    const query = (body: object): Promise<unknown> => client().query(DOCS, body);
    const index = (options: object): Promise<unknown> =>
      client().createPayloadIndex(DOCS, {
        field_name: "a",
        field_schema: { type: "text", ...options } as never,
      });
    const upsert = (body: object): Promise<unknown> => client().upsert(DOCS, body as never);
    const bytes = { vectors: { size: 1, distance: "Dot", datatype: "uint8" } } as const;

    const CASES: [name: string, request: () => Promise<unknown>, missing: string][] = [
      [
        "recommend by best score",
        () => query({ query: { recommend: { positive: [[1]], strategy: "best_score" } } }),
        "strategy `best_score` of recommend",
      ],
      [
        "recommend by sum of scores",
        () => query({ query: { recommend: { positive: [[1]], strategy: "sum_scores" } } }),
        "strategy `sum_scores` of recommend",
      ],
      ["context", () => query({ query: { context: [] } }), "`context` query"],
      ["discover", () => query({ query: { discover: { target: 1 } } }), "`discover` query"],
      ["shard keys", () => query({ query: [1], shard_key: "x" }), "`shard_key` in query"],
      [
        "unknown keys beside a test of a field",
        () => query({ filter: { must: { key: "a", match: { value: 1 }, tolerance: 1 } } }),
        "`tolerance` in field condition",
      ],
      [
        "two matches in one",
        () => query({ filter: { must: { key: "a", match: { value: 1, text: "b" } } } }),
        "`text` in match",
      ],
      ["stemmers", () => index({ stemmer: { type: "snowball" } }), "`stemmer` of a text index"],
      ["other tokenizers", () => index({ tokenizer: "multilingual" }), "tokenizer `multilingual`"],
      [
        "stopwords of other languages",
        () => index({ stopwords: { languages: ["english", "french"] } }),
        "stopwords of the language `french`",
      ],
      ["unknown options of an index", () => index({ fast: true }), "`fast` in text index"],
      ["slices", () => query({ filter: { must: { slice: {} } } }), "`slice` in filter"],
      ["multivectors", () => query({ query: [[1]] }), "multivectors"],
      ["inference", () => query({ query: { text: "x", model: "y" } }), "`text`, `model` query"],
      [
        "inference of stored vectors",
        () => upsert({ points: [{ id: 1, vector: { "": { text: "x", model: "y" } } }] }),
        "inference: a vector must be given as numbers",
      ],
      [
        "a key of a point that it does not know",
        () => upsert({ points: [{ id: 1, vector: [1], payloads: {} }] }),
        "`payloads` in a point",
      ],
      ["bytes", () => client().createCollection(OTHER, bytes), "datatype `uint8`"],
      ["snapshots", () => client().createSnapshot(DOCS), `POST /collections/${DOCS}/snapshots`],
      ["cluster telemetry", () => client().clusterTelemetry(), "GET /cluster/telemetry"],
      [
        "a list of optimizations",
        () => client().getOptimizations(DOCS),
        `GET /collections/${DOCS}/optimizations`,
      ],
    ];

    it.each(CASES)("answers 501 to %s and names it", async (_name, request, missing) => {
      const error = `Not implemented in local mode: ${missing}`;
      expect(await refusal(request())).toEqual({ status: 501, error });
    });
  });

  describe("where a server leaves the order open", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { size: 1, distance: "Dot" } });
      const points = [5, 1, 4, 2, 3].map((id) => ({ id, vector: [id === 2 ? 2 : 1] }));
      await fresh.upsert(DOCS, { points });
    });

    it("breaks ties by id", async () => {
      const { points } = await client().query(DOCS, { query: [1], limit: 3 });
      expect(ids(points)).toEqual([2, 1, 3]);
    });

    it("breaks ties of fused lists by id", async () => {
      const prefetch = [4, 3].map((id) => ({ filter: { must: [{ has_id: [id] }] } }));
      const { points } = await client().query(DOCS, { prefetch, query: { fusion: "rrf" } });
      expect(ids(points)).toEqual([3, 4]);
    });
  });
}
