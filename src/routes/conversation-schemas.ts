import { z } from "@hono/zod-openapi";
import { address, citation, preview } from "./answer-schemas.ts";
import { clientId } from "./schemas.ts";

/*
 * Stored conversations: as messages of the AI SDK, and as lines of rated turns.
 */

const time = z.string().openapi({ example: "2026-08-01T12:00:00.000Z" });
export const rating = z.enum(["up", "down"]).openapi("Rating");
const messageId = z.string().min(1).max(128);
const LONGEST_COMMENT = 2000;

const sourcePart = z.object({
  type: z.literal("source-url"),
  sourceId: z.string(),
  ...address,
  providerMetadata: z.object({ tributary: z.object(preview) }),
});
const textPart = z.object({
  type: z.literal("text"),
  text: z.string(),
  state: z.literal("done").optional(),
});
const citationsPart = z.object({ type: z.literal("data-citations"), data: z.array(citation) });

const storedMessage = z
  .object({
    id: z.string(),
    role: z.enum(["user", "assistant"]),
    metadata: z
      .object({
        conversationId: z.string(),
        answered: z.boolean(),
        degraded: z.boolean(),
        outcome: z.enum(["whole", "cut"]).openapi({
          description: "`cut`: it was stopped, left or broken off; this is what there was of it.",
        }),
        rating: rating.optional(),
      })
      .optional(),
    parts: z.array(z.discriminatedUnion("type", [sourcePart, textPart, citationsPart])),
  })
  .openapi("StoredMessage", { description: "A UI message of the AI SDK." });

export const conversation = z
  .object({
    id: z.string(),
    title: z.string().openapi({ example: "Weight of the Aurora 2 tent" }),
    createdAt: time,
    updatedAt: time,
    expiresAt: time,
    messages: z.array(storedMessage).openapi({ description: "Of the newest 1,000 turns." }),
  })
  .openapi("Conversation");

export const feedback = z
  .object({
    messageId: messageId.openapi({
      description: "Of the answer: `messageId` of its `start` chunk, or of the JSON answer.",
    }),
    rating,
    comment: z
      .string()
      .max(LONGEST_COMMENT, `A comment has at most ${LONGEST_COMMENT} characters.`)
      .optional(),
  })
  .openapi("Feedback");

export const ofConversation = z.object({ id: clientId });

export const ratedTurn = z
  .object({
    question: z.string(),
    history: z
      .array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() }))
      .optional()
      .openapi({ description: "What was said before, up to ten turns." }),
    answer: z.string(),
    answered: z.boolean(),
    outcome: z.enum(["whole", "cut"]),
    rating,
    comment: z.string().optional(),
    sources: z.array(
      z.object({ collection: z.string(), documentId: z.string(), chunkId: z.string() }),
    ),
    cited: z
      .array(z.number().int())
      .openapi({ description: "Numbers of the sources that the answer cites, from 1 on." }),
    conversationId: z.string(),
    messageId: z.string(),
    at: time,
  })
  .openapi("RatedTurn");
