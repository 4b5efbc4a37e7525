import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, sendText, useConnection } from "./connection.ts";

/** What goes in comes out, as far as 64 and 32 bits go. */
export function describeExactness(connect: Connect): void {
  describe("numbers", () => {
    const connection = useConnection(connect, (fresh) =>
      fresh.createCollection(DOCS, {
        vectors: { dot: { size: 3, distance: "Dot" }, cosine: { size: 2, distance: "Cosine" } },
      }),
    );
    const client = (): ReturnType<typeof connection>["client"] => connection().client;

    async function putPayload(payload: string): Promise<unknown> {
      const body = `{"points":[{"id":1,"vector":{},"payload":${payload}}]}`;
      const path = `/collections/${DOCS}/points?wait=true`;
      expect(await sendText(connection(), "PUT", path, body)).toEqual({ status: 200, error: "" });
      return (await client().retrieve(DOCS, { ids: [1] }))[0]?.payload;
    }

    async function putVector(name: string, vector: number[]): Promise<unknown> {
      await client().upsert(DOCS, { points: [{ id: 1, vector: { [name]: vector } }] });
      const [point] = await client().retrieve(DOCS, { ids: [1], with_vector: [name] });
      return (point!.vector as Record<string, unknown>)[name];
    }

    it("of 64 bits are ids of points: written, found, filtered, deleted", async () => {
      const large = [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n] as unknown as number[];
      const points = large.map((id, i) => ({ id, vector: { dot: [i + 1, 0, 0] } }));
      await client().upsert(DOCS, { points });
      expect(ids((await client().scroll(DOCS, {})).points)).toEqual(large);
      expect(ids(await client().retrieve(DOCS, { ids: large.slice(1, 3) }))).toEqual(
        large.slice(1, 3),
      );
      const filter = { must: [{ has_id: [large[1]!] }] };
      const found = await client().query(DOCS, { query: [1, 0, 0], using: "dot", filter });
      expect(hits(found)).toEqual([[large[1], 2]]);
      await client().delete(DOCS, { points: [large[0]!, large[3]!], wait: true });
      expect(ids((await client().scroll(DOCS, {})).points)).toEqual(large.slice(1, 3));
    });

    it.each([
      ["positive integers", '{"n":9007199254740993}', { n: 9007199254740993n }],
      ["negative integers", '{"n":-9223372036854775808}', { n: -(2n ** 63n) }],
      ["the largest integer", '{"n":[18446744073709551615]}', { n: [2n ** 64n - 1n] }],
      ["fractions", '{"n":[0.1,-2.5e-8,1e300]}', { n: [0.1, -2.5e-8, 1e300] }],
      ["texts of digits", '{"n":"9007199254740993"}', { n: "9007199254740993" }],
      [
        "every kind of text",
        '{"n":"\\u0000\\ud83d\\ude00 한국어 \\"\\\\\\n"}',
        { n: '\u0000😀 한국어 "\\\n' },
      ],
      [
        "names that JavaScript knows",
        '{"__proto__":{"a":1},"constructor":2,"toString":null}',
        JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":null}'),
      ],
    ])("in payloads: %s", async (_name, payload, expected) => {
      const stored = await putPayload(payload);
      expect(stored).toEqual(expected);
      expect(Object.keys(stored as object)).toEqual(expect.arrayContaining(Object.keys(expected)));
    });

    it("of more than 53 bits are told apart by a filter", async () => {
      await putPayload('{"n":9007199254740993}');
      const match = (n: bigint): object => ({
        must: [{ key: "n", match: { value: n as unknown as number } }],
      });
      expect(await client().count(DOCS, { filter: match(9007199254740993n) })).toEqual({
        count: 1,
      });
      expect(await client().count(DOCS, { filter: match(9007199254740992n) })).toEqual({
        count: 0,
      });
    });

    it.each([
      ["the shortest text", [0.1, -0.7, 1e-7], [0.1, -0.7, 1e-7]],
      [
        "one f32 between two",
        [16_777_217, 0.123456789, 1 / 3],
        [16_777_216, 0.12345679, 0.33333334],
      ],
      ["the largest and the smallest", [3.4028235e38, 1.17549435e-38, 1e-45], [3.4028235e38, 1.1754944e-38, 1e-45]], // prettier-ignore
      ["integers", [1, -2, 123_456], [1, -2, 123_456]],
    ])("of vectors are f32 and come back as %s", async (_name, given, expected) => {
      expect(await putVector("dot", given)).toEqual(expected);
    });

    it("of cosine vectors come back at length 1", async () => {
      expect(await putVector("cosine", [3, 4])).toEqual([0.6, 0.8]);
      expect(await putVector("cosine", [-5, 0])).toEqual([-1, 0]);
      expect(await putVector("cosine", [0, 0])).toEqual([0, 0]);
    });

    it("of cosine vectors do not change when other vectors of the point do", async () => {
      const before = await putVector("cosine", [0.1, 0.7]);
      const vector = { dot: [1, 2, 3] };
      await client().updateVectors(DOCS, { points: [{ id: 1, vector }] });
      await client().setPayload(DOCS, { payload: { a: 1 }, points: [1] });
      const [point] = await client().retrieve(DOCS, { ids: [1], with_vector: true });
      expect(point?.vector).toEqual({ dot: [1, 2, 3], cosine: before });
    });
  });
}
