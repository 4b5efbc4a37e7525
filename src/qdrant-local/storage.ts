// The seam for a durable store. Every write of the engine is a list of changes, and memory is what
// one gets by applying all changes in order; so a store has to keep them (or what they amount to)
// and hand them back at the start.
import type { PointId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { SparseVector } from "./sparse-vector.ts";

export interface Storage {
  /** Changes which lead to the state after the last commit. Called once, before the first request. */
  load(): Promise<Iterable<Change>>;
  /**
   * Keeps the changes of one request: all of them or none. They are applied in memory only after
   * this resolves; if it rejects, the request fails and nothing has changed.
   */
  commit(changes: readonly Change[]): Promise<void>;
}

export type Change =
  | { kind: "put-collection"; collection: string; definition: CollectionDefinition }
  | { kind: "drop-collection"; collection: string }
  | { kind: "put-points"; collection: string; points: readonly PointChange[] }
  | { kind: "delete-points"; collection: string; ids: readonly PointId[] }
  | { kind: "put-aliases"; aliases: Readonly<Record<string, string>> };

/** Plain JSON, as the requests gave it. */
export interface CollectionDefinition {
  /** The vectors and the tuning options of the create request. */
  readonly config: JsonObject;
  readonly metadata: JsonObject;
  /** Field name → schema, in the short form (`"keyword"`) or the long one. */
  readonly payloadIndexes: JsonObject;
}

export interface PointChange {
  readonly id: PointId;
  readonly payload: JsonObject;
  /** All vectors of the point; absent where only the payload changes. */
  readonly vectors?: ReadonlyMap<string, StoredVector>;
}

export type StoredVector = Float32Array | SparseVector;

export function createMemoryStorage(): Storage {
  return {
    load: async () => [],
    commit: async () => {},
  };
}
