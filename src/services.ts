import type { LanguageModelV4 } from "@ai-sdk/provider";
import {
  createCohereClient,
  createCohereEmbedder,
  createCohereReranker,
} from "./adapters/cohere.ts";
import { createExtractiveModel } from "./adapters/extractive-model.ts";
import { createModel } from "./adapters/model.ts";
import { createQdrantStore } from "./adapters/qdrant.ts";
import { type Catalog, createCatalog } from "./catalog.ts";
import type { AnswerDependencies } from "./chat/answer.ts";
import { condenseQuestion } from "./chat/condense.ts";
import type { AnsweringModel } from "./chat/generate.ts";
import type { AnswerEvent } from "./chat/events.ts";
import { createMemoryAnswers } from "./chat/memory-answers.ts";
import { createRunningAnswers, type RunningAnswers } from "./chat/running.ts";
import { type Config, ConfigError } from "./config.ts";
import { createDriftWatch } from "./ingest/drift.ts";
import { denseWeightOf } from "./dense-weight.ts";
import type { IngestDependencies } from "./ingest/ingest.ts";
import { createIngester, type Ingester } from "./ingest/ingester.ts";
import { fallbackAccess, modelAccess, type ModelAccess } from "./model-access.ts";
import { createOperations, type Operations } from "./operations.ts";
import type {
  AnswerStreams,
  ChunkStore,
  Clock,
  CollectionRecord,
  Embedder,
  IdGenerator,
  RedisConnection,
  Reranker,
} from "./ports.ts";
import { createPrompts, type Prompts } from "./prompts.ts";

/** ES modules, minified. */
export interface BrowserCode {
  /** The chat widget: `/widget.js`. */
  widget: string;
  /** The script of the demo page. */
  demo: string;
}

/** What an entry brings along: everything that differs between Node and Workers. */
export interface Platform {
  /** Files of `prompts/`, name without `.md` → text. */
  prompts: Record<string, string>;
  /** The demo page. */
  page: string;
  /** The code for browsers as `npm run build` has made it. Throws a ConfigError where that has not run. */
  readBrowserCode: () => BrowserCode;
  /** Where the local Qdrant answers; used when there is no `QDRANT_URL`. */
  localQdrantUrl: string;
  now: Clock;
  generateId: IdGenerator;
  /** Resolves when everything that has arrived from the network is read. */
  turn: () => Promise<void>;
  /** Writes one line to the operator's log. */
  log: (entry: Record<string, unknown>) => void;
  /** Address of the peer; undefined where the platform can not tell, which counts as "not this machine". */
  peerAddress: (environment: unknown) => string | undefined;
  /** The entry cuts readers who take nothing, since it sees their connections; otherwise the streams do. */
  cutsReaders?: boolean;
  /** Nothing between us and the reader compresses what we send. */
  compresses?: boolean;
  /** Lets a promise end although the request that it belongs to has ended, where the platform needs to be told. */
  waitUntil?: (executionContext: unknown, promise: Promise<void>) => void;
  /** Opens connections to Redis. Absent where there can be none. */
  connectRedis?: (url: string) => Promise<RedisConnection>;
  /** Has documents ingested elsewhere; `onSaved` wants every record that is saved. Where absent it is done in place. */
  startIngester?: (onSaved: (record: CollectionRecord) => void) => Ingester;
}

export interface Services {
  config: Config;
  platform: Platform;
  answer: AnswerDependencies;
  /** Every answer, in whatever form, begins here. */
  running: RunningAnswers;
  /** Those that can be read again. */
  answers: AnswerStreams<AnswerEvent>;
  ingest: IngestDependencies;
  ingester: Ingester;
  /** Which model answers, for people: `extractive`, `cohere:command-a-03-2025` … */
  modelName: string;
}

/** Milliseconds from the end of an answer's time to its last event. */
const LAST_EVENT = 5000;
const COHERE_MODEL = "cohere:command-a-03-2025";

/** Puts the application together. The only place that knows which adapter is which. */
export async function createServices(config: Config, platform: Platform): Promise<Services> {
  const prompts = createPrompts(platform.prompts);
  const { embedder, reranker } = await createCohereParts(config);
  const store = await openStore(config, platform, embedder);
  const operations = createOperations(platform.now);
  const operation = operations.of("qdrant", "list collections");
  const deadline = config.RETRIEVAL_TIMEOUT_MS;
  const catalog = createCatalog({ store, operation, now: platform.now, deadline });
  const modelName =
    config.MODEL ?? (config.COHERE_API_KEY === undefined ? "extractive" : COHERE_MODEL);
  const models = await createModels(config, modelName, { catalog, operations, platform });
  const ingest = {
    store,
    catalog,
    embedder,
    operations,
    deadline: config.INGEST_TIMEOUT_MS,
    watchDrift: createDriftWatch(platform.log),
  };
  const ingester =
    platform.startIngester?.(catalog.update) ??
    createIngester(ingest, config.MAX_DOCUMENT_CHARACTERS);

  const condensing = { model: models[0]!.model, prompts, generateId: platform.generateId };
  const running = createRunningAnswers({
    most: config.MAX_CHATS,
    longest: config.CHAT_TIMEOUT_MS,
    now: platform.now,
  });
  return {
    config,
    platform,
    modelName,
    ingest,
    ingester,
    running,
    answers: await createAnswers(config, platform, running),
    answer: {
      store,
      catalog,
      embedder,
      operations,
      reranker,
      models,
      prompts,
      condense: modelName === "extractive" ? undefined : createCondense(config, condensing),
      now: platform.now,
      generateId: platform.generateId,
      turn: platform.turn,
      limits: readLimits(config),
    },
  };
}

/** Rewriting of questions by the model that answers. */
function createCondense(
  config: Config,
  parts: { model: LanguageModelV4; prompts: Prompts; generateId: IdGenerator },
): NonNullable<AnswerDependencies["condense"]> {
  const { model, prompts, generateId } = parts;
  return (question, signal) =>
    condenseQuestion(
      model,
      question,
      { prompts, nonce: generateId(), historyTokens: config.HISTORY_TOKENS },
      signal,
    );
}

function openStore(
  config: Config,
  { localQdrantUrl }: Platform,
  embedder: Embedder | undefined,
): Promise<ChunkStore> {
  return createQdrantStore(
    { url: config.QDRANT_URL ?? localQdrantUrl, apiKey: config.QDRANT_API_KEY },
    { names: config.COLLECTIONS, space: embedder?.space, textField: config.TEXT_FIELD },
  );
}

/** In this process's memory, and with Redis in that of others too. */
async function createAnswers(
  config: Config,
  platform: Platform,
  running: RunningAnswers,
): Promise<AnswerStreams<AnswerEvent>> {
  const kept = config.DETACHED_TIMEOUT_MS;
  const longest = config.CHAT_TIMEOUT_MS + LAST_EVENT;
  const memory = createMemoryAnswers<AnswerEvent>({ kept, longest, now: platform.now });
  if (config.REDIS_URL === undefined) return memory;
  if (platform.connectRedis === undefined) {
    throw new ConfigError(
      "The environment needs mending:\n  - REDIS_URL can not be used on Workers: the Redis client needs Node. Leave it away; answers can then be resumed within one isolate.",
    );
  }
  const { createRedisAnswers } = await import("./adapters/redis.ts");
  const connection = await platform.connectRedis(config.REDIS_URL);
  return createRedisAnswers(connection, memory, {
    kept,
    longest,
    now: platform.now,
    onStop: (conversationId) => void running.stop(conversationId),
    onState: (isUp) =>
      platform.log({
        level: isUp ? "info" : "error",
        at: "redis",
        message: isUp
          ? "Redis answers again."
          : "Redis does not answer: answers are not shared between processes until it does.",
      }),
  });
}

async function createCohereParts(
  config: Config,
): Promise<{ embedder: Embedder | undefined; reranker: Reranker | undefined }> {
  if (config.COHERE_API_KEY === undefined) return { embedder: undefined, reranker: undefined };
  const client = await createCohereClient({
    apiKey: config.COHERE_API_KEY,
    baseUrl: config.COHERE_BASE_URL,
  });
  return {
    embedder: createCohereEmbedder(client, config.EMBED_MODEL, config.EMBED_DIMENSION),
    reranker:
      config.RERANK_MODEL === "none"
        ? undefined
        : createCohereReranker(client, config.RERANK_MODEL),
  };
}

/** The model that answers, and the one that takes its place. */
async function createModels(
  config: Config,
  modelName: string,
  {
    catalog,
    operations,
    platform,
  }: { catalog: Catalog; operations: Operations; platform: Platform },
): Promise<AnsweringModel[]> {
  const open = async (name: string, access: ModelAccess): Promise<LanguageModelV4> =>
    name === "extractive"
      ? createExtractiveModel({
          statistics: async (signal) => (await catalog.read(signal)).statistics,
          turn: platform.turn,
        })
      : createModel({ name, ...access, turn: platform.turn });
  const model = await open(modelName, modelAccess(modelName, config));
  const models = [{ model, operation: operations.of("model", "stream") }];
  const name = config.MODEL_FALLBACK;
  if (name !== undefined) {
    const fallback = await open(name, fallbackAccess(name, modelName, config));
    models.push({ model: fallback, operation: operations.of("model", "stream of the fallback") });
  }
  return models;
}

function readLimits(config: Config): AnswerDependencies["limits"] {
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
