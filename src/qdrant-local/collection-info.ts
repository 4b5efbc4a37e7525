import type { Collection } from "./collection.ts";
import type { JsonObject } from "./json.ts";
import type { CollectionDefinition } from "./storage.ts";

export function describeCollection(collection: Collection): unknown {
  return {
    status: "green",
    optimizer_status: "ok",
    // As on a server whose segments are still small: nothing is in an HNSW graph.
    indexed_vectors_count: 0,
    points_count: collection.count(),
    segments_count: 1,
    config: describeConfig(collection.definition()),
    payload_schema: describeIndexes(collection),
  };
}

function describeConfig({ config, metadata }: CollectionDefinition): unknown {
  return {
    params: {
      vectors: config["vectors"] ?? {},
      sparse_vectors: config["sparse_vectors"],
      shard_number: config["shard_number"] ?? 1,
      replication_factor: config["replication_factor"] ?? 1,
      write_consistency_factor: config["write_consistency_factor"] ?? 1,
      on_disk_payload: config["on_disk_payload"] ?? true,
    },
    hnsw_config: { ...DEFAULT_HNSW, ...(config["hnsw_config"] as JsonObject | undefined) },
    optimizer_config: {
      ...DEFAULT_OPTIMIZER,
      ...(config["optimizers_config"] as JsonObject | undefined),
    },
    wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0 },
    quantization_config: config["quantization_config"] ?? null,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  };
}

function describeIndexes({ indexes }: Collection): unknown {
  return Object.fromEntries(
    Array.from(indexes, ([field, index]) => [
      field,
      { data_type: index.type, params: index.parameters, points: index.count() },
    ]),
  );
}

const DEFAULT_HNSW = {
  m: 16,
  ef_construct: 100,
  full_scan_threshold: 10_000,
  max_indexing_threads: 0,
};

const DEFAULT_OPTIMIZER = {
  deleted_threshold: 0.2,
  vacuum_min_vector_number: 1000,
  default_segment_number: 0,
  indexing_threshold: 10_000,
  flush_interval_sec: 5,
};
