import { z } from "@hono/zod-openapi";
import { type ErrorCode, STATUS } from "../errors.ts";
import { isLanguage } from "../text/language.ts";

/*
 * What several routes have in common. Objects strip unknown keys: clients send many of their own, and none is trusted.
 */

/** The reserved collection holds documents and statistics of all others. */
const RESERVED = "tributary";

export const collectionName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    "A collection's name has 1 to 64 letters, digits, '_', '-' or '.', and begins with a letter or digit.",
  )
  .refine((name) => name !== RESERVED, `The name "${RESERVED}" is reserved.`)
  .openapi({ example: "products" });

/** Ids that clients make up: useChat sends 16 random letters and digits. */
export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, "An id has 1 to 128 letters, digits, '_' or '-'.");

const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);
const range = z
  .object({
    gt: z.number().optional(),
    gte: z.number().optional(),
    lt: z.number().optional(),
    lte: z.number().optional(),
  })
  .strict()
  .refine((bounds) => Object.keys(bounds).length > 0, "A range needs gt, gte, lt or lte.")
  .transform(
    (bounds) =>
      Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined)) as {
        gt?: number;
        gte?: number;
        lt?: number;
        lte?: number;
      },
  );

export const filter = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, "A field's name has 1 to 64 letters, digits, '_' or '-'."),
    z.union([scalar, z.array(scalar).min(1).max(100), range], {
      error:
        "A filter asks for a text, a number or a boolean, for one of a list of them, or for a range of numbers (gt, gte, lt, lte).",
    }),
  )
  .refine((fields) => Object.keys(fields).length <= 20, "A filter has at most 20 fields.")
  .openapi({ example: { season: "winter", year: { gte: 2025 } } });

const LONGEST_TAG = 35;

/** BCP 47, as far as a prompt can name it. */
export const languageTag = z
  .string()
  .refine(
    (tag) => tag.length <= LONGEST_TAG && isLanguage(tag),
    "A language is a tag of one that exists, like en, ko or pt-BR.",
  )
  .openapi({ example: "ko" });

const uiPart = z.looseObject({ type: z.string() });

/** A UI message of the AI SDK, or `{role, content}`. Other roles and parts are ignored. */
export const chatMessage = z.object({
  id: z.string().max(128).optional(),
  role: z.string().max(32),
  parts: z.array(uiPart).max(1000).optional(),
  content: z.string().optional(),
});

export const errorCode = z
  .enum(Object.keys(STATUS) as [ErrorCode, ...ErrorCode[]])
  .openapi("ErrorCode", { description: "Stable: clients translate it." });

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: "about:blank" }),
    title: z.string().openapi({ example: "Unprocessable Content" }),
    status: z.number().int().openapi({ example: 422 }),
    detail: z.string().openapi({
      description: "One sentence for a person.",
      example: "message: The question is empty.",
    }),
    code: errorCode,
    requestId: z.string().openapi({ description: "Also in the header `x-request-id`." }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: "The fields that are wrong." }),
  })
  .openapi("Problem", { description: "Problem details (RFC 9457)." });

/**
 * Content in several forms. The types tell of JSON alone: hono would mix all of them into what a typed client's `json()`
 * gives.
 */
export function inForms<Schema extends z.ZodType>(
  json: Schema,
  others: Record<string, { schema: z.ZodType }>,
): { "application/json": { schema: Schema } } {
  return { ...others, "application/json": { schema: json } };
}

/** A page. */
export const htmlPage = { schema: z.string().openapi({ description: "A page." }) };
