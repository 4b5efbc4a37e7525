// What the processes of the bench tell one another.

/** How long the upstreams take. */
export interface Pace {
  embedMs: number;
  firstTokenMs: number;
  tokenMs: number;
  /** Frames in one network write. */
  tokensPerWrite: number;
}

/** What the process tells when it is ready. */
export interface UpstreamSettings {
  controlUrl: string;
  /** Cohere at this address, the OpenAI-compatible model at its `/v1`. */
  modelUrl: string;
  qdrantUrl: string;
  collections: string[];
  /** What our own server asks of each collection, one search for each leg, without the vectors: the peers ask the same. */
  searches: { using: string; [field: string]: unknown }[];
  /** The questions with the sparse vectors that our own server makes of them, for the peers. */
  questions: { text: string; sparse: { indices: number[]; values: number[] } }[];
}

export const DIMENSION = 1024;

/** Variables that put our server before these upstreams, with every remote part on but the reranker. */
export function environmentFor(
  upstreams: Pick<UpstreamSettings, "modelUrl" | "qdrantUrl">,
): Record<string, string> {
  return {
    COHERE_API_KEY: "test",
    COHERE_BASE_URL: upstreams.modelUrl,
    EMBED_DIMENSION: String(DIMENSION),
    RERANK_MODEL: "none",
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstreams.modelUrl}/v1`,
    QDRANT_URL: upstreams.qdrantUrl,
  };
}
