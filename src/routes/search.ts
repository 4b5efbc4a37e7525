import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { readCatalog } from "../chat/answer.ts";
import { choosePassages } from "../chat/choose-sources.ts";
import { buildContext } from "../chat/context.ts";
import { retrieve, selectCollections } from "../chat/retrieve.ts";
import { elapsed } from "../chat/stage.ts";
import { startDeadline } from "../resilience.ts";
import type { Passage } from "../ports.ts";
import { invalidField } from "../errors.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { readMessages } from "./messages.ts";
import { chatMessage, collectionName, filter, problem } from "./schemas.ts";

const searchRequest = z
  .object({
    query: z
      .string()
      .trim()
      .min(1, "The query is empty.")
      .openapi({ example: "return a used tent" }),
    messages: z.array(chatMessage).max(1000).optional(),
    collections: z.array(collectionName).min(1).max(32).optional(),
    filter: filter.optional(),
    limit: z.number().int().min(1).max(50).optional(),
  })
  .openapi("SearchRequest");

const searchRoute = createRoute({
  method: "post",
  path: "/search",
  summary: "Retrieval alone, explained: what the model would see, what was left out, and why.",
  request: { body: { required: true, content: { "application/json": { schema: searchRequest } } } },
  responses: {
    200: {
      description: "Candidates in order",
      content: {
        "application/json": {
          schema: z.looseObject({
            results: z.array(z.looseObject({})),
            dropped: z.array(z.looseObject({})),
          }),
        },
      },
    },
    400: problem("Malformed JSON"),
    404: problem("Unknown collection"),
    413: problem("Too large"),
    415: problem("Not application/json"),
    422: problem("A field is wrong"),
    503: problem("No collection could be searched"),
    504: problem("Deadline"),
  },
});

export function addSearchRoute(app: OpenAPIHono<AppEnvironment>, services: Services): void {
  const { config, answer: dependencies } = services;
  app.openapi(searchRoute, async (c) => {
    const { query, messages = [], limit = 10, ...scope } = c.req.valid("json");
    if (query.length > config.MAX_MESSAGE_CHARACTERS)
      throw invalidField(
        "query",
        `A query has at most ${config.MAX_MESSAGE_CHARACTERS} characters.`,
      );
    const question = { text: query, history: readMessages(messages), ...scope };
    const started = dependencies.now();
    const deadline = startDeadline("the search", config.CHAT_TIMEOUT_MS, c.req.raw.signal);
    try {
      const snapshot = await readCatalog(dependencies, deadline.signal);
      const records = selectCollections(question, snapshot, config.COLLECTIONS);
      const candidates = Math.max(limit, config.CANDIDATES);
      const wider = { ...dependencies, limits: { ...dependencies.limits, candidates } };
      const found = await retrieve(question, snapshot, records, wider, deadline.signal);
      const { context, retrieval } = await buildContext(found, dependencies, deadline.signal);
      const listed = choosePassages(retrieval.passages, { ...dependencies.limits, sources: limit });
      return c.json(
        {
          results: listed.drafts
            .flatMap(({ passages }) => passages)
            .map((passage, index) => ({ rank: index + 1, ...describePassage(passage) })),
          dropped: [
            ...listed.dropped.map(({ passage, why }) => ({ ...describePassage(passage), why })),
            ...retrieval.repeated.map((passage) => ({
              ...describePassage(passage),
              why: "repeated",
            })),
          ],
          evidence: retrieval.evidence,
          retrieval: retrieval.report,
          context: context.text,
          timings: { total: elapsed(dependencies.now, started) },
        },
        200,
      );
    } finally {
      deadline.clear();
    }
  });
}

function describePassage({
  collection,
  chunk,
  score,
  legs,
  rerank,
}: Passage): Record<string, unknown> {
  const { documentId, text, title, heading, start, end } = chunk;
  return {
    collection,
    documentId,
    chunkId: chunk.id,
    score,
    text,
    title,
    heading,
    start,
    end,
    legs,
    ...(rerank === undefined ? {} : { rerank }),
  };
}
