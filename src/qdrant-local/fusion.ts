// Merging ranked lists: by reciprocal rank (RRF) or by the distribution of each list's scores (DBSF).
import { badRequest, formatError, wrongInput } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { readArray, readCount, readNumbers, rejectOtherKeys } from "./read.ts";
import type { ScoredRow } from "./top-rows.ts";

export type FusionQuery =
  | { kind: "rrf"; k: number; weights: Float32Array | undefined }
  | { kind: "dbsf" };

/** Qdrant's default, far from the 60 of the literature: first places count much more. */
const DEFAULT_K = 2;

export function readFusion(query: JsonObject, prefetches: number): FusionQuery | undefined {
  const fusion = parseFusion(query);
  if (fusion && prefetches === 0) throw badRequest("cannot apply Fusion without prefetches");
  if (fusion?.kind === "rrf" && fusion.weights && fusion.weights.length !== prefetches) {
    throw wrongInput(
      `RRF weights count (${fusion.weights.length}) must match the number of prefetches (${prefetches})`,
    );
  }
  return fusion;
}

function parseFusion(query: JsonObject): FusionQuery | undefined {
  const { fusion, rrf } = query;
  if (fusion === "rrf") return { kind: "rrf", k: DEFAULT_K, weights: undefined };
  if (fusion === "dbsf") return { kind: "dbsf" };
  if (fusion !== undefined) {
    throw formatError(`unknown variant \`${String(fusion)}\`, expected \`rrf\` or \`dbsf\``);
  }
  return isObject(rrf) ? parseRrf(rrf) : undefined;
}

function parseRrf(rrf: JsonObject): FusionQuery {
  rejectOtherKeys(rrf, "rrf", ["k", "weights"]);
  const weights: Json = rrf["weights"] ?? null;
  return {
    kind: "rrf",
    k: readCount(rrf, "k", 1, DEFAULT_K),
    weights: weights === null ? undefined : readNumbers(readArray(weights, "weights"), "weights"),
  };
}

export function fuse(query: FusionQuery, lists: readonly ScoredRow[][]): ScoredRow[] {
  const sums = new Map<number, number>();
  for (const [i, list] of lists.entries()) {
    const scores =
      query.kind === "rrf"
        ? rankScores(list, query.k, query.weights?.[i] ?? 1)
        : distributionScores(list);
    for (const [position, { row }] of list.entries()) {
      sums.set(row, Math.fround((sums.get(row) ?? 0) + scores[position]!));
    }
  }
  return Array.from(sums, ([row, score]) => ({ row, score }));
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
