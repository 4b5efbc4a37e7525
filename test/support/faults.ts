// The fault vocabulary shared by the fault server and the fault proxy, and the list of rules that
// says which request meets which fault.

export type Fault =
  | { kind: "status"; status: number; retryAfter?: number | string; body?: unknown }
  | { kind: "delay"; ms: number }
  /** TCP reset. */
  | { kind: "reset" }
  | { kind: "hang-before-headers" }
  | { kind: "hang-after-headers" }
  | { kind: "hang-after-tokens"; tokens: number }
  /**
   * `end` closes the HTTP body properly, so the answer looks whole to HTTP; `fin` closes the socket
   * inside the chunked body; `reset` sends a RST.
   */
  | { kind: "truncate"; afterBytes?: number; afterTokens?: number; how: "end" | "fin" | "reset" }
  /** 200, JSON content type, random bytes. */
  | { kind: "garbage" }
  | { kind: "html" }
  /**
   * 200 with this body, with this text for a JSON body, or with the right body changed by `alter`. Inside an event
   * stream: one event with this body, and the right rest.
   */
  | {
      kind: "wrong-shape";
      body?: unknown;
      text?: string;
      alter?: (rightBody: unknown) => unknown;
    }
  | { kind: "drip"; msPerByte: number }
  /** The right answer behind this much padding: spaces in JSON, one comment line in SSE. */
  | { kind: "oversize"; bytes: number };

export interface FaultOptions<Request> {
  /** How many requests meet the fault. @default Infinity */
  times?: number;
  /** The answer is right up to here and the fault begins inside its body. */
  afterBytes?: number;
  /** The same, counted in tokens of a chat stream. */
  afterTokens?: number;
  match?: (request: Request) => boolean;
  /**
   * Proxy only: the target carries the request out and its answer is lost or replaced, the case in
   * which a retry must not do the work twice.
   * @default false for faults that need no answer of the target
   */
  reachesTarget?: boolean;
}

/** Where in the body a fault begins; neither limit set means at its first byte. */
export interface Onset {
  bytes?: number;
  tokens?: number;
}

export interface PlannedFault {
  fault: Fault;
  /** Undefined: the fault replaces the answer from its head on. */
  onset: Onset | undefined;
  reachesTarget: boolean;
}

export interface FaultBook<Request> {
  add(fault: Fault, options: FaultOptions<Request>): void;
  /** The first rule, in order of registration, that still has a turn and matches. */
  take(request: Request): PlannedFault | undefined;
  clear(): void;
}

export function createFaultBook<Request>(): FaultBook<Request> {
  const rules: { planned: PlannedFault; left: number; match: (request: Request) => boolean }[] = [];

  return {
    add(fault, options) {
      rules.push({
        planned: {
          fault,
          onset: readOnset(fault, options),
          reachesTarget: options.reachesTarget ?? false,
        },
        left: options.times ?? Infinity,
        match: options.match ?? (() => true),
      });
    },
    take(request) {
      const rule = rules.find((candidate) => candidate.left > 0 && candidate.match(request));
      if (!rule) return undefined;
      rule.left -= 1;
      return rule.planned;
    },
    clear() {
      rules.length = 0;
    },
  };
}

function readOnset(fault: Fault, options: FaultOptions<never>): Onset | undefined {
  const given = limits(options.afterBytes, options.afterTokens);
  if (fault.kind === "truncate") return limits(fault.afterBytes, fault.afterTokens) ?? given ?? {};
  if (fault.kind === "hang-after-tokens") return { tokens: fault.tokens };
  if (given && HEAD_ONLY.has(fault.kind)) {
    throw new TypeError(`[faults] "${fault.kind}" cannot begin inside a body`);
  }
  return given ?? (BODY_ONLY.has(fault.kind) ? {} : undefined);
}

const HEAD_ONLY = new Set<Fault["kind"]>(["status", "hang-before-headers"]);
const BODY_ONLY = new Set<Fault["kind"]>(["hang-after-headers", "drip", "oversize"]);

function limits(bytes: number | undefined, tokens: number | undefined): Onset | undefined {
  if (bytes !== undefined) return { bytes };
  return tokens === undefined ? undefined : { tokens };
}
