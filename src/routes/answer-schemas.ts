import { z } from "@hono/zod-openapi";
import { failureReason, retrievalReport } from "./retrieval-schemas.ts";
import { errorCode, inForms } from "./schemas.ts";

/*
 * What an answer looks like on the wire: as one JSON value, and as the chunks of the AI SDK's UI message stream.
 */

const offset = (description: string): z.ZodNumber =>
  z.number().int().min(0).openapi({ description });

/** What tells of a source beside its address and its title. */
export const preview = {
  n: z.number().int().min(1).openapi({ description: "The number that `[n]` in the answer cites." }),
  collection: z.string().openapi({ example: "products" }),
  documentId: z.string().openapi({ example: "aurora-2" }),
  chunkId: z.string().openapi({ example: "0d9a4d1e-6f0b-5f0e-9d3c-3f6a2b8f1c11" }),
  score: z.number(),
  snippet: z.string().openapi({ description: "The first 240 characters of its best passage." }),
  start: offset("Where it begins in the document's text, in UTF-16 units."),
  end: offset("Where it ends."),
  heading: z.array(z.string()).openapi({ description: "Headings, the outermost first." }),
};
export const address = {
  url: z.string().openapi({
    description: "The document's own, else its page at `/sources/{collection}/{chunkId}`.",
    example: "https://shop.example/aurora-2",
  }),
  title: z.string().openapi({ example: "Aurora 2" }),
};

const source = z.object({ ...address, ...preview }).openapi("AnswerSource");

export const citation = z
  .object({
    n: preview.n,
    start: offset("Where the cited sentence begins in the answer, in UTF-16 units."),
    end: offset("Where it ends, its marker left out."),
    quote: z.string().optional().openapi({
      description: "The source's own words, where the sentence repeats them.",
    }),
    verified: z.boolean().openapi({
      description:
        "The sentence's words, or all that it puts in quotation marks, are in the source.",
    }),
  })
  .openapi("Citation");

const conversationId = z.string().openapi({ example: "c0ffee" });
const outcome = {
  answered: z.boolean().openapi({
    description:
      "False when nothing was found that answers; the nearest sources are listed anyway.",
  }),
  usage: z.object({ inputTokens: z.number().int(), outputTokens: z.number().int() }),
  timings: z
    .object({
      retrieval: z.number(),
      firstToken: z.number().optional(),
      total: z.number(),
    })
    .openapi({ description: "Milliseconds from the request on." }),
  fallback: z
    .object({ reason: failureReason })
    .optional()
    .openapi({ description: "Present when the fallback model wrote the answer." }),
};

export const jsonAnswer = z
  .object({
    answer: z.string().openapi({ example: "The Aurora 2 weighs 1.62 kg [1]." }),
    sources: z.array(source),
    citations: z.array(citation),
    retrieval: retrievalReport,
    ...outcome,
    conversationId,
    messageId: z.string().openapi({ description: "Of the answer, for its rating." }),
  })
  .openapi("Answer");

const textCitation = z.object({
  source: z.object({
    type: z.literal("source"),
    sourceType: z.literal("url"),
    id: z.string(),
    ...address,
  }),
  startIndex: offset("In the answer, in UTF-16 units."),
  endIndex: offset("In the answer."),
  citedText: z.string().optional(),
});

const chunk = <Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  name: string,
  description: string,
  shape: Shape,
): z.ZodObject<{ type: z.ZodLiteral<Type> } & Shape> =>
  z
    .object({ type: z.literal(type), ...shape })
    .openapi(name, { description }) as unknown as z.ZodObject<{ type: z.ZodLiteral<Type> } & Shape>;

const textId = z.string().openapi({ example: "answer" });

/** In the order of the wire; exactly one of the last three ends a stream. */
export const answerChunk = z
  .discriminatedUnion("type", [
    chunk("start", "StartChunk", "The answer has begun.", {
      messageId: z.string(),
      messageMetadata: z.object({ conversationId }),
    }),
    chunk("data-status", "StatusChunk", "What is being done. Not a part of the message.", {
      data: z.union([
        z.object({ stage: z.literal("searching"), collections: z.number().int() }),
        z.object({ stage: z.literal("writing"), sources: z.number().int() }),
      ]),
      transient: z.literal(true),
    }),
    chunk("data-retrieval", "RetrievalChunk", "What the search did.", { data: retrievalReport }),
    chunk("source-url", "SourceChunk", "A source, before the text that cites it.", {
      sourceId: z.string(),
      ...address,
      providerMetadata: z.object({ tributary: z.object(preview) }),
    }),
    chunk("text-start", "TextStartChunk", "The text begins.", { id: textId }),
    chunk("text-delta", "TextDeltaChunk", "A piece of the text.", {
      id: textId,
      delta: z.string(),
    }),
    chunk("text-end", "TextEndChunk", "The text is whole; its citations for the AI SDK.", {
      id: textId,
      citations: z.array(textCitation),
    }),
    chunk("data-citations", "CitationsChunk", "The checked citations.", {
      data: z.array(citation),
    }),
    chunk("finish", "FinishChunk", "The answer is whole.", {
      finishReason: z.enum(["stop", "length", "content-filter", "other"]),
      messageMetadata: z.object({
        ...outcome,
        degraded: z.boolean(),
        conversationId,
        feedback: z
          .literal(false)
          .optional()
          .openapi({ description: "No conversation is stored, so nothing can be rated." }),
      }),
    }),
    chunk("error", "ErrorChunk", "Something broke; no text follows.", {
      errorText: z.string().openapi({ description: "One sentence for a person." }),
      code: errorCode,
    }),
    chunk("abort", "AbortChunk", "The answer was stopped.", {}),
  ])
  .openapi("AnswerChunk", {
    description:
      "The JSON of one `data:` line. A stream ends with exactly one of `finish`, `error` and `abort`, and then with the line `data: [DONE]`.",
  });

const STREAM =
  "Server-sent events: the AI SDK's UI message stream. The JSON of each `data:` line is an AnswerChunk; the last line is `data: [DONE]`.";

export const eventStream = {
  schema: z.string().openapi({ description: STREAM }),
  "x-itemSchema": { $ref: "#/components/schemas/AnswerChunk" },
};

const plainText = {
  schema: z.string().openapi({
    description:
      "The answer's text as it is written, then a blank line and a numbered list of sources. A cut answer ends with the line `[answer cut short: <code>]`.",
  }),
};

export const answerContent = inForms(jsonAnswer, {
  "text/event-stream": eventStream,
  "text/plain": plainText,
});
