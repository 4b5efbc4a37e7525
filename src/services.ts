import type { LanguageModelV4 } from "@ai-sdk/provider";
import {
  createCohereClient,
  createCohereEmbedder,
  createCohereReranker,
} from "./adapters/cohere.ts";
import { createExtractiveModel } from "./adapters/extractive-model.ts";
import { createMemoryConversations } from "./adapters/memory-conversations.ts";
import { createModel } from "./adapters/model.ts";
import { createQdrantStore } from "./adapters/qdrant.ts";
import { createSqlConversations } from "./adapters/sql-conversations.ts";
import { readLimits } from "./answer-limits.ts";
import { type Catalog, createCatalog } from "./catalog.ts";
import type { AnswerDependencies } from "./chat/answer.ts";
import { condenseQuestion } from "./chat/condense.ts";
import { type Conversations, createConversations } from "./chat/conversations.ts";
import type { AnsweringModel } from "./chat/generate.ts";
import type { AnswerEvent } from "./chat/events.ts";
import { createMemoryAnswers } from "./chat/memory-answers.ts";
import { createRunningAnswers, type RunningAnswers } from "./chat/running.ts";
import { createTitles, type Titles } from "./chat/title.ts";
import { type Config, ConfigError } from "./config.ts";
import { createDriftWatch } from "./ingest/drift.ts";
import type { IngestDependencies } from "./ingest/ingest.ts";
import { createIngester, type Ingester } from "./ingest/ingester.ts";
import { fallbackAccess, modelAccess, type ModelAccess } from "./model-access.ts";
import { createOperations, type Operations } from "./operations.ts";
import type { AnswerStreams, ChunkStore, Embedder, IdGenerator, Reranker } from "./ports.ts";
import type { Platform } from "./platform.ts";
import { createPrompts, type Prompts } from "./prompts.ts";

export interface Services {
  config: Config;
  platform: Platform;
  answer: AnswerDependencies;
  /** Every answer, in whatever form, begins here. */
  running: RunningAnswers;
  /** Those that can be read again. */
  answers: AnswerStreams<AnswerEvent>;
  conversations: Conversations;
  titles: Titles;
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

  const { model } = models[0]!;
  const isWriting = modelName !== "extractive";
  const condensing = { model, prompts, generateId: platform.generateId };
  const conversations = await openConversations(config, platform, operations);
  const { MAX_CHATS: most, CHAT_TIMEOUT_MS: longest } = config;
  const running = createRunningAnswers({ most, longest, now: platform.now });
  return {
    config,
    platform,
    modelName,
    ingest,
    ingester,
    running,
    answers: await createAnswers(config, platform, running),
    conversations,
    titles: createTitles({
      ...condensing,
      model: isWriting ? model : undefined,
      operation: operations.of("model", "title"),
      setTitle: conversations.setTitle,
    }),
    answer: {
      store,
      catalog,
      embedder,
      operations,
      reranker,
      models,
      prompts,
      condense: isWriting ? createCondense(config, condensing) : undefined,
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

async function openConversations(
  config: Config,
  { openDatabase, wallClock, log }: Platform,
  operations: Operations,
): Promise<Conversations> {
  return createConversations({
    store:
      openDatabase === undefined
        ? createMemoryConversations()
        : await createSqlConversations(openDatabase(), { mostTurns: config.CONVERSATION_TURNS }),
    operation: operations.of("conversations", "store"),
    days: config.CONVERSATION_DAYS,
    wallClock,
    onState: (isUp, error) =>
      log({
        level: isUp ? "info" : "error",
        at: "conversations",
        message: isUp
          ? "Conversations are stored again."
          : `Conversations can not be read or stored at the moment, and chats go on without: ${String(error)}`,
      }),
  });
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
