import { type ErrorCode } from "../errors.ts";

/** What can fail besides the server: no network, no answer from it, an answer cut short, one that is not its own. */
export type ClientCode = "offline" | "unreachable" | "cut" | "unexpected";
export type FailureCode = ErrorCode | ClientCode;

/** Why there is no answer, or only the beginning of one. */
export class Failure extends Error {
  readonly code: string;
  /** Seconds after which another try may help. */
  readonly wait: number;

  /** `detail` is what the server says of it. */
  constructor(code: FailureCode, detail = "", wait = 0) {
    super(detail);
    this.code = code;
    this.wait = wait;
  }
}

const BY_STATUS: Record<number, FailureCode> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  410: "conversation-expired",
  413: "too-large",
  429: "too-many-requests",
  504: "timeout",
};

/** A refusal as the server wrote it, or what its status says where a proxy wrote it. */
export async function readFailure(response: Response): Promise<Failure> {
  const problem = await response.json().catch(() => undefined);
  const wait = response.headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(wait) ? Number(wait) : (Date.parse(wait) - Date.now()) / 1000;
  return new Failure(
    problem?.code ?? BY_STATUS[response.status] ?? "unexpected",
    problem?.detail,
    Math.min(Math.ceil(Math.max(seconds || 0, 0)), 3600),
  );
}
