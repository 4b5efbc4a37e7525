// How each fault of the matrix is ordered from a world, at each of its places.
import type { ChatPlace, FaultName, IngestPlace } from "../faults/cells.ts";
import type { Fault } from "./faults.ts";
import { LONG_SECTION } from "./long-section.ts";
import type { WorldCommand } from "./world.ts";

/** In whatever an upstream says while it is faulty; it must reach neither a reader nor the log. */
export const CANARY = "upstream-detail-canary";
/** Milliseconds of the stage that meets a fault which only a deadline ends. */
export const SHORT = 300;
/** The same while documents are stored: it holds for every call, also those that meet no fault. */
export const SHORT_INGEST = 800;
/** Milliseconds of all other stages. */
export const LONG = 8000;
/** More than what the product reads of an answer. */
const TOO_LARGE = 40 * 1024 * 1024;

const status = (code: number, retryAfter?: number): Fault => ({
  kind: "status",
  status: code,
  body: { message: CANARY, status: { error: CANARY }, error: { message: CANARY } },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

const FAULTS: Record<Exclude<FaultName, "connection refused">, Fault> = {
  "429 + Retry-After": status(429, 1),
  "429": status(429),
  "500": status(500),
  "503": status(503),
  reset: { kind: "reset" },
  "hang before headers": { kind: "hang-before-headers" },
  "hang in body": { kind: "hang-after-headers" },
  drip: { kind: "drip", msPerByte: 20 },
  "garbage 200": { kind: "garbage" },
  "HTML 200": { kind: "html" },
  "wrong shape": { kind: "wrong-shape", body: { message: CANARY, result: { [CANARY]: 1 } } },
  truncated: { kind: "truncate", afterBytes: 10, how: "fin" },
  oversize: { kind: "oversize", bytes: TOO_LARGE },
};

/** Those that would go on for longer than the stage has. */
export function needsDeadline(fault: FaultName): boolean {
  return ["429 + Retry-After", "hang before headers", "hang in body", "drip"].includes(fault);
}

/** Tokens that come before a fault in mid-stream. */
export const TOKENS_BEFORE = 3;

/** Where the chunks beside the best sources are read. */
export const NEIGHBOURS_PATH = `/collections/${LONG_SECTION.collection}/points`;

export function chatFault(place: ChatPlace, name: FaultName): WorldCommand {
  if (name === "connection refused") return { do: "refuse", ...REFUSALS[place] };
  const fault = FAULTS[name];
  switch (place) {
    case "condense":
      return { do: "fault", operation: "chat", stream: false, fault };
    case "model before its first token":
      return { do: "fault", operation: "chat", stream: true, fault };
    case "model in mid-stream":
      return {
        do: "fault",
        operation: "chat",
        stream: true,
        ...(fault.kind === "truncate"
          ? { fault: { kind: "truncate", afterTokens: TOKENS_BEFORE, how: fault.how } }
          : { fault, options: { afterTokens: TOKENS_BEFORE } }),
      };
    case "embed":
    case "rerank":
      return { do: "fault", operation: place, fault };
    case "neighbours":
      return { do: "fault-qdrant", path: NEIGHBOURS_PATH, exact: true, fault };
    default:
      return { do: "fault-qdrant", path: `/collections/${place}/points/query`, fault };
  }
}

/** One port serves several stages, so it refuses for as long as it takes to meet the right one. */
const REFUSALS: Record<ChatPlace, Omit<WorldCommand & { do: "refuse" }, "do">> = {
  condense: { service: "model", until: "/v2/rerank" },
  embed: { service: "cohere", until: "/points/query" },
  birds: { service: "qdrant", from: "/v2/embed" },
  fishes: { service: "qdrant", from: "/v2/embed" },
  trees: { service: "qdrant", from: "/v2/embed" },
  rerank: { service: "cohere", from: "/points/query" },
  neighbours: { service: "qdrant", from: "/v2/rerank" },
  "model before its first token": { service: "model" },
  "model in mid-stream": { service: "model" },
};

/** Where an answer that is lost or replaced can belong to a write that was carried out, it does: the harder case. */
export function ingestFault(place: IngestPlace, collection: string, name: FaultName): WorldCommand {
  if (name === "connection refused") {
    return place === "ingest embed"
      ? { do: "refuse", service: "cohere" }
      : { do: "refuse", service: "qdrant", from: `/collections/${collection}/points/scroll` };
  }
  const fault = FAULTS[name];
  if (place === "ingest embed") return { do: "fault", operation: "embed", fault };
  const path = place === "upsert" ? "points?wait" : "points/delete";
  const reachesTarget = fault.kind !== "status";
  return {
    do: "fault-qdrant",
    path: `/collections/${collection}/${path}`,
    fault,
    options: { reachesTarget },
  };
}
