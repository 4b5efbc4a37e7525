import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { complete } from "./openai-answer.ts";
import { openaiErrors } from "./openai-errors.ts";
import { listModels, requireModel, toModel } from "./openai-models.ts";
import {
  completion,
  completionChunk,
  completionRequest,
  completionStream,
  LONGEST_MODEL,
  model,
  modelList,
} from "./openai-schemas.ts";

const DESCRIPTION = `The newest user message is the question, those before it the history; system, developer and tool messages are not read, and tools are never called. \`model\` names the collections: \`all\`, one of them, several joined by \`+\`, or a set of \`COLLECTION_SETS\`.

Citations are \`annotations\` of type \`url_citation\`: one for each cited place, in UTF-16 units of the content, the end exclusive. The content's markers \`[1]\`, \`[2]\` … count the sources in the order of the annotations. Sources that nothing cites are not told.

With \`stream\` the status is decided by the first word, or after \`KEEP_ALIVE_MS\` of waiting for it. A failure after that is a frame \`{"error": {…}}\`, without a finish reason and without \`[DONE]\`: what was read is then not whole. Comments fill silence. All annotations come in one delta at the end.

Progress and sources with their texts come as Open WebUI's events (\`event: {type: "status" | "source", data}\` in chunks with empty \`choices\`) with \`tributary: {"events": true}\`, or when Open WebUI sends its \`X-OpenWebUI-…\` headers; the stream then begins at once and has no annotations.

Prompts that Open WebUI and LibreChat send by themselves (titles, tags, follow-up questions, search queries) are answered without a search.`;

const EXAMPLE = {
  model: "all",
  messages: [{ role: "user", content: "How heavy is the Aurora 2 tent?" }],
};

const completionRoute = createRoute({
  method: "post",
  path: "/v1/chat/completions",
  operationId: "createChatCompletion",
  tags: ["OpenAI"],
  summary: "Ask a question, in OpenAI's form; any key is taken, since none is needed.",
  description: DESCRIPTION,
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: completionRequest, example: EXAMPLE } },
    },
  },
  responses: {
    200: {
      description: "The answer, whole or with `stream` as it is written",
      content: {
        "application/json": { schema: completion },
        "text/event-stream": completionStream,
      },
    },
    ...openaiErrors({
      "bad-request": "The body is not valid JSON.",
      "too-large": "The body is too large.",
      "unsupported-media-type": "The content type is not application/json.",
      invalid: "A field is wrong; `param` says which.",
      "unknown-collection": "There is no such model (`model_not_found`).",
      stopped: "The answer was stopped.",
      overloaded: "Too many answers are being written; `Retry-After` says when to try again.",
      "shutting-down": "The server is being shut down; `Retry-After` says when to try again.",
      "retrieval-unavailable": "No collection could be searched.",
      "storage-unavailable": "The document store can not be reached.",
      "model-unavailable": "The language model can not be reached.",
      "answer-truncated": "The language model broke off.",
      timeout: "The answer took too long.",
    }),
  },
});

const STORE_ERRORS = {
  "retrieval-unavailable": "The list of collections can not be read.",
  "storage-unavailable": "The document store can not be reached.",
  timeout: "The document store took too long.",
} as const;

const modelsRoute = createRoute({
  method: "get",
  path: "/v1/models",
  operationId: "listModels",
  tags: ["OpenAI"],
  summary: "What can be asked, in OpenAI's form: all, the named sets, and every collection.",
  responses: {
    200: { description: "The models", content: { "application/json": { schema: modelList } } },
    ...openaiErrors(STORE_ERRORS),
  },
});

const modelRoute = createRoute({
  method: "get",
  path: "/v1/models/{id}",
  operationId: "retrieveModel",
  tags: ["OpenAI"],
  summary: "One of them, also several collections joined by `+`.",
  request: { params: z.object({ id: z.string().max(LONGEST_MODEL) }) },
  responses: {
    200: { description: "The model", content: { "application/json": { schema: model } } },
    ...openaiErrors({
      ...STORE_ERRORS,
      invalid: "The name is too long.",
      "unknown-collection": "There is no such model (`model_not_found`).",
    }),
  },
});

/** The OpenAI-compatible API. */
export function addOpenAIRoutes(app: OpenAPIHono<AppEnvironment>, services: Services) {
  app.openAPIRegistry.register("ChatCompletionChunk", completionChunk);
  return app
    .openapi(completionRoute, (c) => complete(c, services, c.req.valid("json")))
    .openapi(modelsRoute, async (c) => {
      const data = await listModels(services, c.req.raw.signal);
      return c.json({ object: "list" as const, data }, 200);
    })
    .openapi(modelRoute, async (c) => {
      const { id } = c.req.valid("param");
      await requireModel(services, id, c.req.raw.signal);
      return c.json(toModel(id), 200);
    });
}
