import type { QdrantClient } from "@qdrant/js-client-rest";
import { describe, expect, it } from "vitest";
import { type Connect, DOCS, refusal, useClient } from "./connection.ts";

// Whatever is wrong with a request, nothing of it is stored. The texts are compared from the start,
// since a server goes on with the line and the column.

export const MALFORMED = /^Format error in JSON body: /;
export const NO_ID =
  /^Format error in JSON body: value .* is not a valid point ID, valid values are either/;

export type Case = [name: string, request: (client: QdrantClient) => Promise<unknown>, Refused];
type Refused = [status: number, error: RegExp];

export async function prepare(client: QdrantClient): Promise<void> {
  await client.createCollection(DOCS, {
    vectors: { dense: { size: 2, distance: "Dot" } },
    sparse_vectors: { sparse: {} },
  });
  await client.upsert(DOCS, {
    points: [{ id: 1, vector: { dense: [1, 2] }, payload: { kept: true } }],
  });
}

export async function contents(client: QdrantClient): Promise<unknown> {
  return (await client.scroll(DOCS, { with_vector: true })).points;
}

export const BEFORE = [{ id: 1, vector: { dense: [1, 2] }, payload: { kept: true } }];

export function describeCases(name: string, connect: Connect, cases: readonly Case[]): void {
  describe(name, () => {
    const client = useClient(connect, prepare);
    it.each(cases)("refuses %s", async (_name, request, [status, error]) => {
      const refused = await refusal(request(client()));
      expect(refused).toEqual({ status, error: expect.stringMatching(error) });
      expect(await contents(client())).toEqual(BEFORE);
    });
  });
}
