// A hybrid query as chats make it, through the client that the application ships with.
import { createQdrantApi } from "../../../src/adapters/qdrant-client.ts";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import {
  COLLECTION,
  createFilledStorage,
  createRandom,
  questionSparse,
  randomDense,
} from "./data.ts";
import { tenantFilter } from "./data.ts";
import { timeInTurn } from "./timing.ts";

export interface HybridFigures {
  /** Dense and sparse prefetch of 50, RRF, filtered by tenant, 10 hits with payload. */
  hybridMs: number;
  denseMs: number;
  sparseMs: number;
}

export async function measureHybrid(
  points: number,
  size: number,
  rounds: number,
): Promise<HybridFigures> {
  const storage = createFilledStorage({ points, size, hasSparse: true });
  const uninstall = installQdrantLocal(createQdrantLocal({ storage }));
  const api = await createQdrantApi({ url: "http://qdrant.local" });
  const random = createRandom(2);
  const signal = new AbortController().signal;
  const query = (body: object): Promise<unknown> =>
    api.queryPoints(
      { collection_name: COLLECTION, with_payload: true, limit: 10, ...body },
      { signal },
    );
  const dense = (): object => ({ query: Array.from(randomDense(size, random)), using: "dense" });
  const sparse = (): object => {
    const { indices, values } = questionSparse(random);
    return {
      query: { indices: Array.from(indices), values: Array.from(values) },
      using: "sparse",
    };
  };
  const filter = tenantFilter(3);
  try {
    const times = await timeInTurn(rounds, {
      hybrid: () =>
        query({
          prefetch: [
            { ...dense(), limit: 50 },
            { ...sparse(), limit: 50 },
          ],
          query: { fusion: "rrf" },
          filter,
        }),
      dense: () => query({ ...dense(), filter }),
      sparse: () => query({ ...sparse(), filter }),
    });
    return { hybridMs: times.hybrid, denseMs: times.dense, sparseMs: times.sparse };
  } finally {
    uninstall();
  }
}
