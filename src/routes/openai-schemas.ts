import { z } from "@hono/zod-openapi";
import { filter, languageTag } from "./schemas.ts";

/*
 * OpenAI's chat completions, as far as they are read and written here. Whatever else clients send is accepted and not
 * looked at: temperature, tools, seeds, user …
 */

/** Characters of a model's name: as many collections as a request may name. */
export const LONGEST_MODEL = 2048;

const contentPart = z.looseObject({ type: z.string() });
const tokens = z.int().min(1).nullish();

/** Other roles than user and assistant are accepted and not read: nobody outside instructs the model. */
const completionMessage = z.object({
  role: z.string().max(32),
  content: z.union([z.string(), z.array(contentPart).max(1000)]).nullish(),
});

export const completionRequest = z
  .object({
    model: z.string().max(LONGEST_MODEL).default("all").openapi({ example: "all" }),
    messages: z.array(completionMessage).min(1).max(1000),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    max_tokens: tokens,
    max_completion_tokens: tokens,
    n: z.literal(1, "There is one answer to a question: n must be 1.").nullish(),
    tool_choice: z
      .enum(["none", "auto"], "Tools are never called: tool_choice must be none or auto.")
      .nullish(),
    tributary: z
      .object({
        filter: filter.optional(),
        language: languageTag.optional(),
        events: z.boolean().optional(),
      })
      .nullish()
      .openapi({
        description:
          "Ours: a filter on document metadata, the answer's language, and `events: true` for progress and sources as Open WebUI's events.",
      }),
  })
  .openapi("ChatCompletionRequest");

const annotation = z
  .object({
    type: z.literal("url_citation"),
    url_citation: z.object({
      url: z.string(),
      title: z.string(),
      start_index: z.int(),
      end_index: z.int(),
    }),
  })
  .openapi("UrlCitation");
const annotations = z.array(annotation);

const finishReason = z.enum(["stop", "length", "content_filter"]);

const usage = z
  .object({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
  })
  .openapi("CompletionUsage");

const head = { id: z.string(), created: z.int(), model: z.string() };

export const completion = z
  .object({
    ...head,
    object: z.literal("chat.completion"),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal("assistant"),
          content: z.string(),
          refusal: z.null(),
          annotations,
        }),
        logprobs: z.null(),
        finish_reason: finishReason,
      }),
    ),
    usage,
  })
  .openapi("ChatCompletion");

const event = z.union([
  z.object({
    type: z.literal("status"),
    data: z.object({ description: z.string(), done: z.boolean() }),
  }),
  z.object({
    type: z.literal("source"),
    data: z.object({
      source: z.object({ name: z.string(), url: z.string() }),
      document: z.array(z.string()),
      metadata: z.array(z.object({ source: z.string(), name: z.string() })),
    }),
  }),
]);

export const openaiError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.enum(["invalid_request_error", "server_error"]),
      param: z.string().nullable(),
      code: z.string(),
    }),
  })
  .openapi("OpenAIError");

/** What a frame of the stream is. */
export const completionChunk = z
  .union([
    z.object({
      ...head,
      object: z.literal("chat.completion.chunk"),
      choices: z.array(
        z.object({
          index: z.int(),
          delta: z.object({
            role: z.literal("assistant").optional(),
            content: z.string().optional(),
            annotations: annotations.optional(),
          }),
          logprobs: z.null(),
          finish_reason: finishReason.nullable(),
        }),
      ),
      usage: usage.nullable().optional(),
      event: event.optional(),
    }),
    openaiError,
  ])
  .openapi("ChatCompletionChunk");

const STREAM =
  "Server-sent events. The JSON of each `data:` line is a ChatCompletionChunk; the last line of a whole answer is `data: [DONE]`.";

export const completionStream = {
  schema: z.string().openapi({ description: STREAM }),
  "x-itemSchema": { $ref: "#/components/schemas/ChatCompletionChunk" },
};

export const model = z
  .object({
    id: z.string().openapi({ example: "products+policies" }),
    object: z.literal("model"),
    created: z.int(),
    owned_by: z.literal("tributary"),
  })
  .openapi("Model");

export const modelList = z
  .object({ object: z.literal("list"), data: z.array(model) })
  .openapi("ModelList");
