// What the random operations are made of: the bodies of requests, as far as the test uses them.
export type Id = number | string;
export type Payload = Record<string, unknown>;

export interface Sparse {
  indices: number[];
  values: number[];
}
export type Vector = number[] | Sparse;
/** By name, or the only one of a collection whose vector has no name. */
export type Vectors = Record<string, Vector> | number[];

export interface Point {
  id: Id;
  vector: Vectors;
  payload?: Payload | null;
}

export type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";
export interface DenseParams {
  size: number;
  distance: Distance;
}

export interface CollectionBody {
  vectors?: Record<string, DenseParams> | DenseParams;
  sparse_vectors?: Record<string, { modifier?: "idf" }>;
}

export interface Bounds<T = number | string> {
  gt?: T;
  gte?: T;
  lt?: T;
  lte?: T;
}

export interface Match {
  value?: string | number | boolean;
  any?: (string | number)[];
  except?: (string | number)[];
  text?: string;
}

export interface Filter {
  must?: Condition | Condition[];
  should?: Condition | Condition[];
  must_not?: Condition | Condition[];
  min_should?: { conditions: Condition[]; min_count: number };
}

export interface Condition extends Filter {
  key?: string;
  match?: Match;
  range?: Bounds;
  values_count?: Bounds<number>;
  geo_radius?: { center: GeoPoint; radius: number };
  /** An object where it is a condition of its own, a flag where it belongs to `key`. */
  is_empty?: { key: string } | boolean;
  is_null?: { key: string } | boolean;
  has_id?: Id[];
  has_vector?: string;
  nested?: { key: string; filter: Filter };
}

export interface GeoPoint {
  lat: number;
  lon: number;
}

/** Which points an operation is for. */
export interface Selection {
  points?: Id[];
  filter?: Filter;
}

export interface UpsertBody {
  points?: Point[];
  batch?: {
    ids: Id[];
    vectors: Record<string, Vector[]> | number[][];
    payloads?: (Payload | null)[];
  };
  update_mode?: "upsert" | "insert_only" | "update_only";
  update_filter?: Filter;
}

export type PointsOperation =
  | { upsert: UpsertBody }
  | { delete: Selection }
  | { set_payload: PayloadBody }
  | { overwrite_payload: PayloadBody }
  | { delete_payload: Selection & { keys: string[] } }
  | { clear_payload: Selection }
  | { update_vectors: { points: Omit<Point, "payload">[] } }
  | { delete_vectors: Selection & { vector: string[] } };

export interface PayloadBody extends Selection {
  payload: Payload;
  key?: string;
}

export type Direction = "asc" | "desc";
export interface OrderBy {
  key: string;
  direction?: Direction;
  start_from?: number | string;
}

export type Query =
  | Id
  | Vector
  | { nearest: Id | Vector; mmr?: { diversity?: number; candidates_limit?: number } }
  | { fusion: "rrf" | "dbsf" }
  | { rrf: { k?: number; weights?: number[] } }
  | { order_by: OrderBy }
  | { formula: Formula; defaults?: Record<string, number> };

export type Formula =
  | number
  | string
  | { sum: Formula[] }
  | { mult: Formula[] }
  | { neg: Formula }
  | { abs: Formula }
  | { div: { left: Formula; right: Formula; by_zero_default?: number } }
  | Condition;

export interface QueryBody {
  prefetch?: QueryBody[];
  query?: Query;
  using?: string;
  filter?: Filter;
  limit?: number;
  offset?: number;
  score_threshold?: number;
  params?: { idf?: { corpus: Filter } };
  with_payload?: boolean;
  with_vector?: boolean;
}

export interface GroupsBody extends QueryBody {
  group_by: string;
  group_size?: number;
  with_lookup?: string;
}

export interface ScrollBody {
  filter?: Filter;
  limit?: number;
  offset?: Id;
  order_by?: OrderBy;
  with_vector?: boolean;
}

export type AliasAction =
  | { create_alias: { alias_name: string; collection_name: string } }
  | { delete_alias: { alias_name: string } }
  | { rename_alias: { old_alias_name: string; new_alias_name: string } };

export type IndexSchema = "keyword" | "integer" | "float" | "bool" | "datetime" | "geo" | "text";

export type Write =
  | { call: "createCollection"; collection: string; body: CollectionBody }
  | { call: "deleteCollection"; collection: string }
  | { call: "updateCollectionAliases"; body: { actions: AliasAction[] } }
  | {
      call: "createPayloadIndex";
      collection: string;
      body: { field_name: string; field_schema: IndexSchema };
    }
  | { call: "deletePayloadIndex"; collection: string; field: string }
  | { call: "write"; collection: string; operation: PointsOperation }
  | { call: "batchUpdate"; collection: string; body: { operations: PointsOperation[] } };

export type Read =
  | { call: "getCollections" }
  | { call: "getAliases" }
  | { call: "getCollection"; collection: string }
  | { call: "retrieve"; collection: string; body: { ids: Id[]; with_vector: boolean } }
  | { call: "scroll"; collection: string; body: ScrollBody }
  | { call: "count"; collection: string; body: { filter?: Filter } }
  | { call: "facet"; collection: string; body: { key: string; filter?: Filter; limit?: number } }
  | { call: "query"; collection: string; body: QueryBody }
  | { call: "queryGroups"; collection: string; body: GroupsBody };

export type Command = Write | Read;
