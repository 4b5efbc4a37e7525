// Merging ranked lists: by reciprocal rank (RRF) or by the distribution of each list's scores (DBSF).
import { badRequest, validationFailed } from "./envelope.ts";
import type { Json, JsonObject } from "./json.ts";
import {
  malformedQuery,
  readArray,
  readCount,
  readNumbers,
  readObject,
  rejectOtherKeys,
} from "./read.ts";
import type { ScoredRow } from "./top-rows.ts";

export type FusionQuery =
  | { kind: "rrf"; k: number; weights: Float32Array | undefined }
  | { kind: "dbsf" };

/** Qdrant's default, far from the 60 of the literature: first places count much more. */
const DEFAULT_K = 2;

export function readFusion(
  query: JsonObject,
  prefetches: number,
  using: Json | undefined,
  path: string,
): FusionQuery {
  const fusion = parseFusion(query, path);
  if ((using ?? "") !== "") {
    throw badRequest("Fusion queries cannot be combined with the 'using' field.");
  }
  if (prefetches === 0) throw validationFailed("cannot apply Fusion without prefetches");
  if (fusion.kind === "rrf" && fusion.weights && fusion.weights.length !== prefetches) {
    throw validationFailed(
      `RRF weights length (${fusion.weights.length}) does not match number of prefetches (${prefetches})`,
    );
  }
  return fusion;
}

function parseFusion(query: JsonObject, path: string): FusionQuery {
  const { fusion, rrf, ...others } = query;
  rejectOtherKeys(others, "fusion query", []);
  if (rrf !== undefined) return parseRrf(rrf, path);
  if (fusion === "rrf") return { kind: "rrf", k: DEFAULT_K, weights: undefined };
  if (fusion === "dbsf") return { kind: "dbsf" };
  throw malformedQuery();
}

function parseRrf(given: Json, path: string): FusionQuery {
  const rrf = readObject(given, "rrf");
  rejectOtherKeys(rrf, "rrf", ["k", "weights"]);
  const weights: Json = rrf["weights"] ?? null;
  return {
    kind: "rrf",
    k: readCount(rrf, "k", 1, DEFAULT_K, `${path}rrf.`),
    weights: weights === null ? undefined : readNumbers(readArray(weights, "weights")),
  };
}

export function fuse(query: FusionQuery, lists: readonly ScoredRow[][]): ScoredRow[] {
  const sums = new Map<number, ScoredRow>();
  for (const [i, list] of lists.entries()) {
    const scores =
      query.kind === "rrf"
        ? rankScores(list, query.k, query.weights?.[i] ?? 1)
        : distributionScores(list);
    for (const [position, hit] of list.entries()) {
      const sum = sums.get(hit.row);
      const score = scores[position]!;
      if (sum) sum.score = Math.fround(sum.score + score);
      else sums.set(hit.row, { ...hit, score });
    }
  }
  return [...sums.values()];
}

function rankScores(list: readonly ScoredRow[], k: number, weight: number): Float32Array {
  return Float32Array.from(list, (_hit, position) =>
    weight > 0 ? 1 / (Math.fround((position + 1) / weight) + k - 1) : 0,
  );
}

/** Three standard deviations about the mean become 0 to 1; what lies outside is not cut off. */
function distributionScores(list: readonly ScoredRow[]): Float32Array {
  const scores = list.map(({ score }) => score);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (scores.length - 1));
  if (scores.length === 1 || deviation === 0) return new Float32Array(scores.length).fill(0.5);
  const low = mean - 3 * deviation;
  return Float32Array.from(scores, (score) => (score - low) / (6 * deviation));
}
