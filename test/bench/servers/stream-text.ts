// The peer that most people would write: official clients, the AI SDK's streamText, its UI message stream.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { QdrantClient } from "@qdrant/js-client-rest";
import { createUIMessageStreamResponse, streamText, toUIMessageStream } from "ai";
import { CohereClientV2 } from "cohere-ai";
import { Hono } from "hono";
import {
  buildPrompt,
  buildSearches,
  decodeVector,
  EMBED,
  INSTRUCTIONS,
  listen,
  OUTPUT_TOKENS,
  readQuestion,
  readSettings,
  type UIMessages,
} from "./peer.ts";

const settings = readSettings();
const cohere = new CohereClientV2({ token: "test", environment: settings.modelUrl });
const qdrant = new QdrantClient({ url: settings.qdrantUrl, checkCompatibility: false });
const model = createOpenAICompatible({
  name: "openai-compatible",
  baseURL: `${settings.modelUrl}/v1`,
  includeUsage: true,
})("test");

const app = new Hono();

app.post("/chat", async (c) => {
  const question = readQuestion(await c.req.json<UIMessages>());
  const { embeddings } = await cohere.embed({
    model: EMBED.model,
    inputType: "search_query",
    texts: [question],
    embeddingTypes: ["base64"],
    truncate: "END",
    outputDimension: EMBED.dimension,
  });
  const dense = decodeVector(embeddings.base64?.[0] ?? "");
  const answers = await Promise.all(
    settings.collections.map((collection) =>
      qdrant.queryBatch(collection, { searches: buildSearches(settings, question, dense) }),
    ),
  );
  const points = answers.flat().map((answer) => answer.points);
  const result = streamText({
    model,
    instructions: INSTRUCTIONS,
    prompt: buildPrompt(question, points),
    maxOutputTokens: OUTPUT_TOKENS,
    abortSignal: c.req.raw.signal,
  });
  return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream: result.stream }) });
});

listen(app.fetch);
