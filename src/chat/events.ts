import type { ErrorCode, FailureReason } from "../errors.ts";
import type { Citation, Filter, Source } from "../ports.ts";

/** One earlier turn of a conversation. */
export interface Message {
  role: "user" | "assistant";
  content: string;
}

/** What a reader asks, in whatever form it came in. */
export interface Question {
  text: string;
  /** Earlier turns, oldest first. */
  history: Message[];
  /** Names of collections; all known ones when absent. */
  collections?: string[] | undefined;
  filter?: Filter | undefined;
  /** Language tag of the answer; guessed from the question's script when absent. */
  language?: string | undefined;
  /**
   * The reader sees no other sources than those that the answer cites: its markers count these, in the order in which
   * it cites them, and it does not speak of others.
   */
  showsOnlyCited?: boolean | undefined;
}

export interface CollectionOutcome {
  name: string;
  status: "ok" | "empty" | "timeout" | "error";
  /** Why it was not even asked: `needs-embedding` where it has nothing but vectors, and the question has none for it. */
  reason?: "circuit-open" | "needs-embedding";
  /** Why it was searched by words alone although there are embeddings: it has none, or those of another model. */
  dense?: "no-vectors" | "other-space";
  /** Number of chunks that it gave. */
  hits: number;
  ms: number;
}

export interface StageOutcome {
  status: "ok" | "skipped" | "failed";
  ms: number;
  reason?: FailureReason;
}

/** What the search did, for the reader and the operator. */
export interface RetrievalReport {
  /** True when a collection or a stage that should have helped did not. */
  degraded: boolean;
  collections: CollectionOutcome[];
  stages: {
    embed: StageOutcome;
    condense: StageOutcome;
    search: StageOutcome;
    rerank: StageOutcome;
    /** Reading the chunks before and after the sources; skipped where none is wanted. */
    neighbours: StageOutcome;
  };
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

/** Milliseconds from the request to the end of each stage. */
export interface Timings {
  retrieval: number;
  firstToken?: number;
  total: number;
}

export type FinishReason = "stop" | "length" | "content-filter" | "other";

/** What an answer is made of, in the order of the wire; exactly one of the last three ends it. */
export type AnswerEvent =
  | { type: "start" }
  | { type: "status"; stage: "searching"; collections: number }
  | { type: "status"; stage: "writing"; sources: number }
  | { type: "retrieval"; report: RetrievalReport }
  | { type: "sources"; sources: Source[] }
  | { type: "text-start" }
  | { type: "text"; delta: string }
  /** `order` has the numbers of the sources that the markers count, where these do not show the sources' own. */
  | { type: "text-end"; citations: Citation[]; order?: number[] }
  | {
      type: "finish";
      finishReason: FinishReason;
      answered: boolean;
      usage: Usage;
      timings: Timings;
      /** True when something that should have helped did not: a collection, a stage, the first model. */
      degraded: boolean;
      /** Present when the fallback model wrote the answer. */
      fallback?: { reason: FailureReason };
    }
  | { type: "error"; code: ErrorCode; message: string; cause: unknown }
  | { type: "abort" };

/** Whether it is the last event of an answer. */
export function endsAnswer({ type }: AnswerEvent): boolean {
  return type === "finish" || type === "error" || type === "abort";
}
