import type { z } from "@hono/zod-openapi";
import { type ErrorCode, STATUS, TITLES } from "../errors.ts";
import { htmlPage, problemSchema } from "./schemas.ts";

type Status<Code extends ErrorCode> = (typeof STATUS)[Code];

interface Example {
  summary: string;
  value: z.infer<typeof problemSchema>;
}

/** A response of problem details. Its examples name each code that it can bring. */
interface ProblemResponse {
  description: string;
  content: {
    "application/problem+json": {
      schema: typeof problemSchema;
      examples: Partial<Record<ErrorCode, Example>>;
    };
  };
}

const EXAMPLE_ID = "4f6a1c0e-8a53-4d44-9a30-2f1b7c1d9e5a";

/**
 * The responses for what a route can be refused with: each code with the sentence that says when. `errors.ts` knows their
 * statuses; `internal` can happen anywhere.
 */
export function problems<const Code extends ErrorCode>(
  when: Record<Code, string>,
): { [S in Status<Code | "internal">]: ProblemResponse } {
  const all = { ...when, internal: "Something went wrong on our side." };
  const responses: Record<number, ProblemResponse> = {};
  for (const [name, sentence] of Object.entries<string>(all)) {
    const code = name as ErrorCode;
    const status = STATUS[code];
    const response = (responses[status] ??= toResponse());
    response.description += `${response.description === "" ? "" : " "}${sentence}`;
    response.content["application/problem+json"].examples[code] = {
      summary: sentence,
      value: {
        type: "about:blank",
        title: TITLES[status] ?? "Error",
        status,
        detail: sentence,
        code,
        requestId: EXAMPLE_ID,
      },
    };
  }
  return responses as ReturnType<typeof problems<Code>>;
}

/** The same for a page: people who ask for HTML are told in HTML. */
export function pageProblems<const Code extends ErrorCode>(
  when: Record<Code, string>,
): ReturnType<typeof problems<Code>> {
  const responses = problems(when);
  for (const { content } of Object.values<ProblemResponse>(responses))
    Object.assign(content, { "text/html": htmlPage });
  return responses;
}

function toResponse(): ProblemResponse {
  return {
    description: "",
    content: { "application/problem+json": { schema: problemSchema, examples: {} } },
  };
}

/** What can be wrong with a request's JSON body. */
export const BODY_PROBLEMS = {
  "bad-request": "The body is not valid JSON.",
  "too-large": "The body is too large.",
  "unsupported-media-type": "The content type is not application/json.",
  invalid: "A field is wrong; `errors` says which.",
} as const;

/** What any route meets that asks the document store. */
export const STORE_PROBLEMS = {
  "storage-unavailable": "The document store can not be reached.",
  timeout: "The document store took too long.",
} as const;
