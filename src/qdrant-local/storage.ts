// The seam for a durable store. Every write of the engine is a list of changes, and memory is what
// one gets by applying all changes in order; so a store has to keep them (or what they amount to)
// and hand them back at the start.
import type { PointId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { SparseVector } from "./sparse-vector.ts";

/** Both functions are synchronous, so that no other request can see or change what a write is about. */
export interface Storage {
  /** Changes which lead to the state after the last commit. Called once, when the engine is made. */
  load(): Iterable<Change>;
  /**
   * Keeps the changes of one request: all of them or none. A request is answered only after this
   * has returned; if it throws, the request fails and nothing has changed.
   */
  commit(changes: readonly Change[]): void;
}

export type Change =
  | {
      kind: "put-collection";
      collection: string;
      definition: CollectionDefinition;
      operation: Operation;
    }
  | { kind: "drop-collection"; collection: string }
  | { kind: "put-points"; collection: string; points: readonly PointChange[]; operation: Operation }
  | { kind: "delete-points"; collection: string; ids: readonly PointId[]; operation: Operation }
  | { kind: "put-aliases"; aliases: Readonly<Record<string, string>> };

/** A change as a request asks for it: the engine gives the number. */
export type PlannedChange = WithoutNumber<Change>;
type WithoutNumber<C> = C extends unknown ? Omit<C, "operation"> : never;

/** The number of a change among those of its collection, from 0; creating the collection is -1. */
export type Operation = number;

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
  /** The operation that wrote the point last. @default the one of the change */
  readonly version?: Operation;
}

export type StoredVector = Float32Array | SparseVector;

export function createMemoryStorage(): Storage {
  return { load: () => [], commit: () => {} };
}
