import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { RatedTurn } from "../conversation-store.ts";
import { AppError } from "../errors.ts";
import { writeAccess } from "../middleware/write-access.ts";
import type { Services } from "../services.ts";
import { toReadableStream } from "../streams.ts";
import { feedback, ofConversation, ratedTurn, rating } from "./conversation-schemas.ts";
import type { AppEnvironment } from "./environment.ts";
import { BODY_PROBLEMS, problems } from "./problems.ts";

const noStore = {
  "storage-unavailable": "The store of conversations can not be reached.",
} as const;

const rateRoute = createRoute({
  method: "post",
  path: "/chat/{id}/feedback",
  operationId: "rateAnswer",
  tags: ["Conversations"],
  summary: "Rate an answer.",
  description: "A second rating takes the place of the first. Cut answers can be rated too.",
  request: {
    params: ofConversation,
    body: {
      required: true,
      content: {
        "application/json": { schema: feedback, example: { messageId: "a1", rating: "up" } },
      },
    },
  },
  responses: {
    204: { description: "Stored" },
    ...problems({
      ...BODY_PROBLEMS,
      "not-found": "There is no such answer in this conversation.",
      "conversation-expired": "The conversation is older than `CONVERSATION_DAYS`.",
      ...noStore,
    }),
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/feedback",
  operationId: "listFeedback",
  tags: ["Conversations"],
  security: [{ adminKey: [] }, {}],
  summary: "All rated answers with their questions.",
  description:
    "One JSON value (RatedTurn) a line, oldest first; `npm run eval -- --rated` reads them.",
  request: { query: z.object({ rating: rating.optional() }) },
  responses: {
    200: {
      description: "The rated answers",
      content: {
        "application/jsonl": {
          schema: z.string(),
          "x-itemSchema": { $ref: "#/components/schemas/RatedTurn" },
        },
      },
    },
    ...problems({
      unauthorized: "`ADMIN_KEY` is set and was not sent.",
      forbidden: "`ADMIN_KEY` is not set and the caller is on another machine.",
      invalid: "The rating is none.",
      ...noStore,
    }),
  },
});

export function addFeedbackRoutes(app: OpenAPIHono<AppEnvironment>, services: Services) {
  const { conversations } = services;
  app.openAPIRegistry.register("RatedTurn", ratedTurn);
  app.on("GET", "/feedback", writeAccess(services));
  return app
    .openapi(rateRoute, async (c) => {
      const { id } = c.req.valid("param");
      const { messageId, rating, comment = "" } = c.req.valid("json");
      const given = comment.trim() === "" ? { rating } : { rating, comment: comment.trim() };
      if (!(await conversations.rate(id, messageId, given, c.req.raw.signal)))
        throw new AppError(
          "not-found",
          "There is no answer with this messageId in a conversation with this id.",
        );
      return c.body(null, 204);
    })
    .openapi(listRoute, async (c) => {
      const { rating } = c.req.valid("query");
      const pages = await conversations.listRated(rating, c.req.raw.signal);
      const headers = { "content-type": "application/jsonl", "cache-control": "no-store" };
      return new Response(toReadableStream(toLines(pages)), { headers }) as never;
    });
}

async function* toLines(pages: AsyncGenerator<RatedTurn[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const page of pages)
    yield encoder.encode(page.map((rated) => `${JSON.stringify(toLine(rated))}\n`).join(""));
}

function toLine({ conversationId, turn, feedback, earlier }: RatedTurn): z.infer<typeof ratedTurn> {
  const { question, answer, answered, outcome, sources, citations, answerId } = turn;
  const history = earlier.flatMap((turn) => [
    { role: "user" as const, content: turn.question },
    ...(turn.answer === "" ? [] : [{ role: "assistant" as const, content: turn.answer }]),
  ]);
  return {
    question,
    ...(history.length === 0 ? {} : { history }),
    answer,
    answered,
    outcome,
    rating: feedback.rating,
    ...(feedback.comment === undefined ? {} : { comment: feedback.comment }),
    sources: sources.map(({ collection, documentId, chunkId }) => ({
      collection,
      documentId,
      chunkId,
    })),
    cited: [...new Set(citations.map(({ n }) => n))],
    conversationId,
    messageId: answerId,
    at: new Date(feedback.at).toISOString(),
  };
}
