// What must happen, written by hand: one outcome for every fault at every place. `OUTCOMES.md` beside it is what was
// observed. The tests compare the two; nothing here is computed from the product.
import type { ErrorCode } from "../../src/errors.ts";

export const FAULTS = [
  "429 + Retry-After",
  "429",
  "500",
  "503",
  "connection refused",
  "reset",
  "hang before headers",
  "hang in body",
  "drip",
  "garbage 200",
  "HTML 200",
  "wrong shape",
  "truncated",
  "oversize",
] as const;
export type FaultName = (typeof FAULTS)[number];

export const CHAT_PLACES = [
  "condense",
  "embed",
  "birds",
  "fishes",
  "trees",
  "rerank",
  "neighbours",
  "model before its first token",
  "model in mid-stream",
] as const;
export type ChatPlace = (typeof CHAT_PLACES)[number];

export const INGEST_PLACES = ["ingest embed", "upsert", "delete"] as const;
export type IngestPlace = (typeof INGEST_PLACES)[number];

/** What the reader of a chat gets. */
export interface ChatOutcome {
  ends: "finish" | "error" | "abort";
  /** Of the `error` that ends it. */
  code?: ErrorCode;
  /** How much of the model's text came. */
  text: "whole" | "part" | "none";
  /** What `data-retrieval` says; absent where the answer ends before it. */
  degraded?: boolean;
  /** The collections and stages that failed, with the reason. */
  failed?: Record<string, string>;
}

/** What somebody who writes documents gets, and what readers see afterwards, before the write is repeated. */
export interface IngestOutcome {
  status: number;
  code?: ErrorCode;
  /** Which version `GET` gives, and of which version search finds passages. */
  document: Version;
  search: Version;
}
export type Version = "old" | "new" | "both" | "none";

/** A fault that can not be at that place, with the reason. */
export interface Impossible {
  never: string;
}

type Row<Outcome> = Record<FaultName, Outcome>;

const whole: ChatOutcome = { ends: "finish", text: "whole", degraded: false };
const without = (part: string, reason: "timeout" | "error"): ChatOutcome => ({
  ...whole,
  degraded: true,
  failed: { [part]: reason },
});
const noAnswer = (code: ErrorCode): ChatOutcome => ({
  ends: "error",
  code,
  text: "none",
  degraded: false,
});
const cutAnswer = (code: ErrorCode): ChatOutcome => ({
  ends: "error",
  code,
  text: "part",
  degraded: false,
});

/** A part that may fail: the answer does without it and says so. */
const optional = (part: string): Row<ChatOutcome> => ({
  // The wait it asks for is longer than the stage's deadline, so it is not waited for.
  "429 + Retry-After": without(part, "error"),
  "429": without(part, "error"),
  "500": without(part, "error"),
  "503": without(part, "error"),
  "connection refused": without(part, "error"),
  reset: without(part, "error"),
  "hang before headers": without(part, "timeout"),
  "hang in body": without(part, "timeout"),
  drip: without(part, "timeout"),
  "garbage 200": without(part, "error"),
  "HTML 200": without(part, "error"),
  "wrong shape": without(part, "error"),
  truncated: without(part, "error"),
  oversize: without(part, "error"),
});

/** One of three collections. They are on one server, so a port that refuses takes all three away. */
const collection = (name: string): Row<ChatOutcome> => ({
  ...optional(name),
  "connection refused": { ends: "error", code: "retrieval-unavailable", text: "none" },
});

const SENT = "the status has been sent before the first token";

export const CHAT_CELLS: Record<ChatPlace, Row<ChatOutcome | Impossible>> = {
  condense: optional("condense"),
  embed: optional("embed"),
  birds: collection("birds"),
  fishes: collection("fishes"),
  trees: collection("trees"),
  rerank: optional("rerank"),
  neighbours: optional("neighbours"),
  "model before its first token": {
    "429 + Retry-After": noAnswer("model-unavailable"),
    "429": noAnswer("model-unavailable"),
    "500": noAnswer("model-unavailable"),
    "503": noAnswer("model-unavailable"),
    "connection refused": noAnswer("model-unavailable"),
    reset: noAnswer("model-unavailable"),
    "hang before headers": noAnswer("timeout"),
    "hang in body": noAnswer("timeout"),
    drip: noAnswer("timeout"),
    "garbage 200": noAnswer("model-unavailable"),
    "HTML 200": noAnswer("model-unavailable"),
    "wrong shape": noAnswer("model-unavailable"),
    truncated: noAnswer("model-unavailable"),
    oversize: noAnswer("model-unavailable"),
  },
  "model in mid-stream": {
    "429 + Retry-After": { never: SENT },
    "429": { never: SENT },
    "500": { never: SENT },
    "503": { never: SENT },
    "connection refused": { never: "the connection is there already" },
    reset: cutAnswer("model-unavailable"),
    "hang before headers": { never: "the headers have come before the first token" },
    "hang in body": cutAnswer("timeout"),
    drip: cutAnswer("timeout"),
    "garbage 200": cutAnswer("model-unavailable"),
    "HTML 200": cutAnswer("model-unavailable"),
    "wrong shape": cutAnswer("model-unavailable"),
    truncated: cutAnswer("model-unavailable"),
    oversize: cutAnswer("model-unavailable"),
  },
};

const refused = (version: Version): IngestOutcome => ({
  status: 503,
  code: "storage-unavailable",
  document: version,
  search: version,
});
const late = (version: Version): IngestOutcome => ({
  status: 504,
  code: "timeout",
  document: version,
  search: version,
});
/** The store did what it was asked and only its answer got lost: it is looked for, and found. */
const done = (status: number, version: Version): IngestOutcome => ({
  status,
  document: version,
  search: version,
});

export const INGEST_CELLS: Record<IngestPlace, Row<IngestOutcome | Impossible>> = {
  "ingest embed": {
    "429 + Retry-After": refused("old"),
    "429": refused("old"),
    "500": refused("old"),
    "503": refused("old"),
    "connection refused": refused("old"),
    reset: refused("old"),
    "hang before headers": late("old"),
    "hang in body": late("old"),
    drip: late("old"),
    "garbage 200": refused("old"),
    "HTML 200": refused("old"),
    "wrong shape": refused("old"),
    truncated: refused("old"),
    oversize: refused("old"),
  },
  upsert: {
    "429 + Retry-After": refused("old"),
    "429": refused("old"),
    "500": refused("old"),
    "503": refused("old"),
    "connection refused": refused("old"),
    reset: done(200, "new"),
    "hang before headers": done(200, "new"),
    "hang in body": done(200, "new"),
    drip: done(200, "new"),
    "garbage 200": done(200, "new"),
    "HTML 200": done(200, "new"),
    "wrong shape": done(200, "new"),
    truncated: done(200, "new"),
    oversize: done(200, "new"),
  },
  delete: {
    "429 + Retry-After": refused("old"),
    "429": refused("old"),
    "500": refused("old"),
    "503": refused("old"),
    "connection refused": refused("old"),
    reset: done(204, "none"),
    "hang before headers": done(204, "none"),
    "hang in body": done(204, "none"),
    drip: done(204, "none"),
    "garbage 200": done(204, "none"),
    "HTML 200": done(204, "none"),
    "wrong shape": done(204, "none"),
    truncated: done(204, "none"),
    oversize: done(204, "none"),
  },
};
