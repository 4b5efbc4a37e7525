import type { CohereClientV2 } from "cohere-ai";
import * as z from "zod";
import { readRetryAfter, UpstreamError } from "../errors.ts";
import type { Embedder, Reranker } from "../ports.ts";
import { boundBody } from "../bounded-body.ts";

export interface CohereOptions {
  apiKey: string;
  /** For example `https://api.cohere.com`, the default of the client. */
  baseUrl?: string | undefined;
}

/**
 * The official client, with its retries off: it sleeps through an abort. Imported when a key asks for it, since its
 * 700 modules cost a start more than all others together.
 */
export async function createCohereClient({
  apiKey,
  baseUrl,
}: CohereOptions): Promise<CohereClientV2> {
  const { CohereClientV2: Client } = await import("cohere-ai");
  return new Client({
    token: apiKey,
    maxRetries: 0,
    fetch: (input, init) =>
      fetch(input, init).then((response) => boundBody(response), brokenResponse),
    ...(baseUrl === undefined ? {} : { environment: baseUrl }),
  });
}

/**
 * A response whose body fails with the error. The client's own timer, of five minutes, ends with the response; a fetch
 * that rejects, as each one does that is cancelled, would leave it running.
 */
function brokenResponse(error: unknown): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error(error) }));
}

/** `embed-v4.0` and its like. Texts that are too long are cut at their end by Cohere. */
export function createCohereEmbedder(
  client: CohereClientV2,
  model: string,
  dimension: number,
): Embedder {
  async function embed(
    texts: string[],
    inputType: "search_document" | "search_query",
    signal: AbortSignal,
  ): Promise<number[][]> {
    const answer = await cohereCall("embed", signal, () =>
      client.embed(
        {
          model,
          inputType,
          texts,
          // A tenth of the parsing time of numbers in decimals.
          embeddingTypes: ["base64"],
          truncate: "END",
          // Only the models from version 4 on let the dimension be chosen.
          ...(/v[1-3]/.test(model) ? {} : { outputDimension: dimension }),
        },
        { abortSignal: signal, maxRetries: 0 },
      ),
    );
    return readVectors(answer, texts.length, dimension);
  }
  return {
    space: { model, dimension },
    textsACall: 96,
    embedDocuments: (texts, signal) => embed(texts, "search_document", signal),
    embedQuery: (texts, signal) => embed(texts, "search_query", signal),
  };
}

export function createCohereReranker(client: CohereClientV2, model: string): Reranker {
  return {
    model,
    async rerank(question, texts, signal) {
      const answer = await cohereCall("rerank", signal, () =>
        client.rerank(
          { model, query: question, documents: texts, topN: texts.length },
          { abortSignal: signal, maxRetries: 0 },
        ),
      );
      const { results } = read(rerankSchema, "rerank", answer);
      const scores = new Map(results.map((result) => [result.index, result.relevanceScore]));
      // The client lets repeated and missing indexes through.
      if (results.length !== texts.length || texts.some((_, index) => !scores.has(index)))
        throw malformed("rerank");
      return texts.map((_, index) => scores.get(index)!);
    },
  };
}

/** The client resolves with anything that came back with status 200, so every answer is checked. */
function readVectors(answer: unknown, count: number, dimension: number): number[][] {
  const { embeddings } = read(embedSchema, "embed", answer);
  const vectors = embeddings.base64?.map(decodeVector) ?? embeddings.float ?? [];
  if (vectors.length !== count || !vectors.every((vector) => isSound(vector, dimension)))
    throw malformed("embed");
  return vectors;
}

function isSound(vector: number[], dimension: number): boolean {
  let hasValue = false;
  for (const value of vector) {
    if (!Number.isFinite(value)) return false;
    hasValue ||= value !== 0;
  }
  return hasValue && vector.length === dimension;
}

/** Little-endian 32-bit floats in base64. */
function decodeVector(text: string): number[] {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return [];
  }
  if (binary.length % 4 !== 0) return [];
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let index = 0; index < binary.length; index++)
    view.setUint8(index, binary.charCodeAt(index));
  const vector: number[] = [];
  for (let offset = 0; offset < binary.length; offset += 4)
    vector.push(round(view.getFloat32(offset, true)));
  return vector;
}

/** Seven decimals: a 32-bit float has no more, and in a request it would be written with seventeen. */
function round(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}

async function cohereCall<T>(
  operation: string,
  signal: AbortSignal,
  call: () => PromiseLike<T>,
): Promise<T> {
  try {
    signal.throwIfAborted();
    return await call();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const known = error as {
      statusCode?: unknown;
      message?: unknown;
      rawResponse?: { headers?: Headers };
    };
    const status = typeof known.statusCode === "number" ? known.statusCode : undefined;
    throw new UpstreamError({
      service: "cohere",
      operation,
      message: typeof known.message === "string" ? known.message : "failed",
      status,
      retryAfter: readRetryAfter(known.rawResponse?.headers?.get("retry-after")),
      cause: error,
    });
  }
}

function read<T extends z.ZodType>(schema: T, operation: string, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformed(operation, parsed.error);
}

function malformed(operation: string, cause?: unknown): UpstreamError {
  return new UpstreamError({
    service: "cohere",
    operation,
    message: "an answer that is not usable",
    retryable: false,
    cause,
  });
}

const embedSchema = z.object({
  embeddings: z.object({
    base64: z.array(z.string()).nullish(),
    float: z.array(z.array(z.number())).nullish(),
  }),
});

const rerankSchema = z.object({
  results: z.array(z.object({ index: z.number().int(), relevanceScore: z.number() })),
});
