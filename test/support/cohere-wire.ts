// Cohere v2 embed and rerank, with the limits of the real service that callers must respect.
import { type Answer, jsonAnswer } from "./answer.ts";
import { asArray, asObject, readText } from "./chat-request.ts";
import { embedText, features, overlapScore } from "./word-vectors.ts";

const MAX_TEXTS_PER_EMBED = 96;

export function answerEmbed(body: unknown, defaultDimension: number): Answer {
  const request = asObject(body);
  const texts = request["texts"]
    ? asArray(request["texts"]).map(String)
    : asArray(request["inputs"]).map((input) => readText(asObject(input)["content"]));
  const problem = findEmbedProblem(request["input_type"], texts);
  if (problem) return jsonAnswer(400, { id: "embed-1", message: problem });

  const dimension = Number(request["output_dimension"] ?? defaultDimension);
  const vectors = texts.map((text) => embedText(text, dimension));
  const types = asArray(request["embedding_types"] ?? ["float"]).map(String);
  return jsonAnswer(200, {
    id: "embed-1",
    embeddings: Object.fromEntries(types.map((type) => [type, encodeVectors(type, vectors)])),
    texts,
    meta: { api_version: { version: "2" }, billed_units: { input_tokens: countWords(texts) } },
    response_type: "embeddings_by_type",
  });
}

export function answerRerank(body: unknown): Answer {
  const request = asObject(body);
  const documents = asArray(request["documents"]).map(String);
  const query = String(request["query"] ?? "");
  if (!query || documents.length === 0) {
    return jsonAnswer(400, { id: "rerank-1", message: "query and documents must not be empty" });
  }
  const results = documents
    .map((document, index) => ({ index, relevance_score: overlapScore(query, document) }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, Number(request["top_n"] ?? documents.length));
  const meta = { api_version: { version: "2" }, billed_units: { search_units: 1 } };
  return jsonAnswer(200, { id: "rerank-1", results, meta });
}

function findEmbedProblem(inputType: unknown, texts: string[]): string | undefined {
  if (typeof inputType !== "string") return "input_type is required";
  if (texts.length === 0) return "texts must not be empty";
  if (texts.length > MAX_TEXTS_PER_EMBED) return `at most ${MAX_TEXTS_PER_EMBED} texts per call`;
  return undefined;
}

function encodeVectors(type: string, vectors: number[][]): unknown {
  if (type === "base64") {
    // Little-endian float32, as the real service sends it.
    return vectors.map((vector) => Buffer.from(new Float32Array(vector).buffer).toString("base64"));
  }
  if (type === "int8")
    return vectors.map((vector) => vector.map((value) => Math.round(value * 127)));
  return vectors;
}

function countWords(texts: string[]): number {
  return texts.reduce((sum, text) => sum + features(text).size, 0);
}
