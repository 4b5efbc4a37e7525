import { type ErrorCode } from "../errors.ts";
import { type AnswerFrame } from "./frames.ts";

/** What can fail besides the server: no way to it, an answer cut short, one that is not its own. */
export type ClientCode = "unreachable" | "cut" | "unexpected";
type Code = ErrorCode | ClientCode;

export type ErrorFrame = AnswerFrame & { type: "error" };

/** Codes by the name of the text that says what to do. */
const REMEDIES = {
  unreachable: ["unreachable"],
  cut: ["cut", "answer-truncated", "stopped"],
  busy: ["too-many-requests", "overloaded"],
  change: ["bad-request", "invalid", "too-large"],
  expired: ["conversation-expired"],
  owner: [
    "unauthorized",
    "forbidden",
    "not-found",
    "unknown-collection",
    "foreign-collection",
    "method-not-allowed",
    "unsupported-media-type",
    "not-configured",
  ],
} as const satisfies Record<string, readonly Code[]>;

/** Codes of what may work again by itself. */
type Passing =
  | "timeout"
  | "unexpected"
  | "internal"
  | "shutting-down"
  | "model-unavailable"
  | "storage-unavailable"
  | "retrieval-unavailable";

export type Remedy = keyof typeof REMEDIES | "later";

type Untold = Exclude<Code, (typeof REMEDIES)[keyof typeof REMEDIES][number] | Passing>;
/** A code that has no text does not compile. */
export const isEveryCodeTold: [Untold] extends [never] ? true : never = true;

export function findRemedy(code: string): Remedy {
  const found = Object.entries(REMEDIES).find(([, codes]) => codes.includes(code as never));
  return (found?.[0] as Remedy | undefined) ?? "later";
}

export const failWith = (code: string, errorText?: string, wait = 0): ErrorFrame => ({
  type: "error",
  code,
  errorText,
  wait,
});

/** Why there is nothing to read; undefined where there is. */
export async function findFailure(response: Response | undefined): Promise<ErrorFrame | undefined> {
  if (response === undefined) return failWith("unreachable");
  const { status, headers, ok } = response;
  if (status === 204) return failWith("cut");
  if (ok && headers.get("content-type")?.startsWith("text/event-stream")) return undefined;
  const problem = await response.json().catch(() => undefined);
  // A proxy gives no code.
  return failWith(
    problem?.code ?? (status === 429 ? "too-many-requests" : "unexpected"),
    problem?.detail,
    Math.ceil(Number(headers.get("retry-after"))) || 0,
  );
}
