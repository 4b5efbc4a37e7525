// Nearest at the engine's `fetch`, beside the kernel alone on the same vectors.
import { createDenseIndex } from "../../../src/qdrant-local/dense.ts";
import { createQdrantLocal, type QdrantLocal } from "../../../src/qdrant-local/engine.ts";
import {
  COLLECTION,
  createFilledStorage,
  createPoint,
  createRandom,
  randomDense,
  type Shape,
  tenantFilter,
} from "./data.ts";
import { timeInTurn } from "./timing.ts";

export interface NearestFigures {
  points: number;
  size: number;
  /** The kernel over all rows, its scores left unread. */
  kernelMs: number;
  /** From the request's body to the answer's, for 10 hits. */
  nearestMs: number;
  /** The same with a filter that a tenth of the points pass. */
  filteredMs: number;
}

export async function measureNearest(
  points: number,
  size: number,
  rounds: number,
): Promise<NearestFigures> {
  const scan = createBareScan({ points, size, hasSparse: false });
  const random = createRandom(2);
  const query = createQuery(points, size);
  const times = await timeInTurn(rounds, {
    kernel: () => scan(randomDense(size, random)),
    nearest: () => query(),
    filtered: () => query(tenantFilter(3)),
  });
  return {
    points,
    size,
    kernelMs: times.kernel,
    nearestMs: times.nearest,
    filteredMs: times.filtered,
  };
}

/** Milliseconds of a query without a filter. */
export async function measureQuery(points: number, size: number, rounds: number): Promise<number> {
  const query = createQuery(points, size);
  const { nearest } = await timeInTurn(rounds, { nearest: () => query() });
  return nearest;
}

function createBareScan(shape: Shape): (query: Float32Array) => void {
  const random = createRandom(1);
  const index = createDenseIndex(shape.size, "Dot");
  for (let row = 0; row < shape.points; row++) {
    index.set(row, createPoint(row, shape, random).vectors!.get("dense") as Float32Array);
  }
  return (query) => index.scan(query, undefined, () => {});
}

function createQuery(points: number, size: number): (filter?: object) => Promise<void> {
  const shape = { points, size, hasSparse: false };
  const engine = createQdrantLocal({ storage: createFilledStorage(shape) });
  const random = createRandom(3);
  return (filter) =>
    post(engine, { query: Array.from(randomDense(size, random)), using: "dense", filter });
}

async function post(engine: QdrantLocal, body: object): Promise<void> {
  const request = new Request(`http://qdrant.local:6333/collections/${COLLECTION}/points/query`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const response = await engine.fetch(request);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
}
