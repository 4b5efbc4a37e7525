import type { AnswerDependencies } from "./chat/answer.ts";
import type { Config } from "./config.ts";
import { denseWeightOf } from "./dense-weight.ts";

/** What the environment allows an answer. */
export function readLimits(config: Config): AnswerDependencies["limits"] {
  return {
    chat: config.CHAT_TIMEOUT_MS,
    collection: config.RETRIEVAL_TIMEOUT_MS,
    embed: config.EMBED_TIMEOUT_MS,
    condense: config.CONDENSE_TIMEOUT_MS,
    rerank: config.RERANK_TIMEOUT_MS,
    firstToken: config.FIRST_TOKEN_TIMEOUT_MS,
    token: config.TOKEN_TIMEOUT_MS,
    outputTokens: config.MAX_OUTPUT_TOKENS,
    candidates: config.CANDIDATES,
    denseWeight: denseWeightOf(config.EMBED_MODEL, config.DENSE_WEIGHT),
    collections: config.COLLECTIONS,
    sources: config.MAX_SOURCES,
    contextTokens: config.CONTEXT_TOKENS,
    historyTokens: config.HISTORY_TOKENS,
    leastOfCollection: config.MIN_SOURCES_PER_COLLECTION,
    mostOfCollection: config.MAX_SOURCES_PER_COLLECTION ?? Infinity,
    evidence: config.EVIDENCE_THRESHOLD,
    similarity: config.SIMILARITY_THRESHOLD,
  };
}
