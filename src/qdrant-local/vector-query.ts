// Queries by a vector: nearest, nearest with MMR, and recommend, whose examples become one vector.
import { averageVector } from "./average-vector.ts";
import {
  formatError,
  notFound,
  notImplemented,
  validationError,
  validationFailed,
} from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { QueryScope } from "./query-plan.ts";
import {
  malformedQuery,
  readCount,
  readObject,
  readOptionalNumber,
  readString,
  rejectOtherKeys,
} from "./read.ts";
import type { StoredVector } from "./storage.ts";
import { checkVector, type Lookup, readLookup, readVectorInput } from "./vector-input.ts";

export interface NearestQuery {
  kind: "nearest";
  /** The name of the vector to compare with. */
  using: string;
  vector: StoredVector;
  /** A filter: the points over which a sparse vector's document frequencies are counted; all when absent. */
  idfCorpus: Json | undefined;
}

/** Maximal marginal relevance: near to the query, and unlike what is chosen already. */
export interface MmrQuery {
  kind: "mmr";
  nearest: NearestQuery;
  /** 1 is relevance alone, 0 difference alone. */
  relevance: number;
  candidatesLimit: number;
}

const MOST_CANDIDATES = 16_384;

/** @param limit of the request, which is also the number of MMR candidates unless that is given */
export function readVectorQuery(
  given: JsonObject,
  body: JsonObject,
  scope: QueryScope,
  path: string,
  limit: number,
): NearestQuery | MmrQuery {
  const using = readString(body["using"] ?? "", "using");
  const lookup = readLookup(body["lookup_from"], using, scope);
  const { nearest: example = null, mmr = null } = given;
  const vector =
    example === null
      ? readRecommended(given, using, lookup, scope, path)
      : readNearest(given, using, lookup, scope);
  const idfCorpus = readIdfCorpus(body, using, scope);
  const nearest: NearestQuery = { kind: "nearest", using, vector, idfCorpus };
  return mmr === null ? nearest : readMmr(readObject(mmr, "mmr"), nearest, path, limit);
}

function readNearest(
  given: JsonObject,
  using: string,
  lookup: Lookup,
  scope: QueryScope,
): StoredVector {
  rejectOtherKeys(given, "nearest query", ["nearest", "mmr"]);
  const vector = readVectorInput(given["nearest"] ?? null, using, lookup, scope);
  if (vector) return vector;
  throw notFound(`Vector with name ${JSON.stringify(lookup.vector)} for point not found`);
}

function readMmr(mmr: JsonObject, nearest: NearestQuery, path: string, limit: number): MmrQuery {
  rejectOtherKeys(mmr, "mmr", ["diversity", "candidates_limit"]);
  const diversity = readOptionalNumber(mmr, "diversity") ?? 0.5;
  const candidatesLimit = readCount(mmr, "candidates_limit", 0, limit, `${path}mmr.`);
  if (diversity < 0 || diversity > 1) {
    throw validationError(
      `${path}mmr.diversity`,
      `value ${diversity} invalid, must be from 0.0 to 1.0`,
    );
  }
  if (mmr["candidates_limit"] && candidatesLimit > MOST_CANDIDATES) {
    throw validationError(
      `${path}mmr.candidates_limit`,
      `value ${candidatesLimit} invalid, must be ${MOST_CANDIDATES} or smaller`,
    );
  }
  return { kind: "mmr", nearest, relevance: Math.fround(1 - diversity), candidatesLimit };
}

function readRecommended(
  given: JsonObject,
  using: string,
  lookup: Lookup,
  scope: QueryScope,
  path: string,
): StoredVector {
  rejectOtherKeys(given, "recommend query", ["recommend"]);
  const recommend = readObject(given["recommend"], "recommend");
  rejectOtherKeys(recommend, "recommend", ["positive", "negative", "strategy"]);
  const strategy = recommend["strategy"] ?? "average_vector";
  if (strategy === "best_score" || strategy === "sum_scores") {
    throw notImplemented(`strategy \`${strategy}\` of recommend`);
  }
  if (strategy !== "average_vector") throw malformedQuery();
  const positive = readExamples(recommend["positive"]);
  const negative = readExamples(recommend["negative"]);
  if (positive.length + negative.length === 0) {
    throw validationError(
      `${path}recommend.positives, negatives`,
      "At least one positive or negative vector/id must be provided",
    );
  }
  // A point without the vector is passed over, other than in a nearest query.
  const resolve = (examples: readonly Json[]): StoredVector[] =>
    examples
      .map((example) => readVectorInput(example, using, lookup, scope))
      .filter((vector) => vector !== undefined);
  const vector = averageVector(resolve(positive), resolve(negative));
  checkVector(vector, using, scope.collection);
  return vector;
}

function readExamples(examples: Json | undefined): Json[] {
  if (examples === undefined || examples === null) return [];
  if (Array.isArray(examples)) return examples;
  throw malformedQuery();
}

function readIdfCorpus(body: JsonObject, using: string, scope: QueryScope): Json | undefined {
  const { idf = null } = readObject(body["params"] ?? {}, "search parameters");
  if (idf === null) return undefined;
  if (!scope.collection.sparse.get(using)?.hasIdf) {
    throw validationFailed(
      `search param \`idf\` requires a sparse vector with the \`idf\` modifier, which vector ${JSON.stringify(using)} is not`,
    );
  }
  if (idf === "global") return undefined;
  if (!isObject(idf) || !isObject(idf["corpus"])) {
    throw formatError("data did not match any variant of untagged enum IdfParams");
  }
  rejectOtherKeys(idf, "idf", ["corpus"]);
  return idf["corpus"];
}
