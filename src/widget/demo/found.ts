import type { CollectionOutcome, RetrievalReport, StageOutcome } from "../../chat/events.ts";

/** What is shown of an answer of `POST /search`; its whole shape stands in routes/search-schemas.ts. */
export interface Found {
  results: Candidate[];
  dropped: Candidate[];
  wordings: { kind: "asked" | "rewritten"; messages: { text: string; weight: number }[] }[];
  evidence: Fit & { thresholds: Fit };
  wouldAnswer: boolean;
  warnings: string[];
  retrieval: {
    collections: Pick<CollectionOutcome, "name" | "status" | "hits" | "ms">[];
    stages: Record<
      keyof RetrievalReport["stages"],
      Omit<StageOutcome, "reason"> & { reason?: string | undefined }
    >;
  };
  context: string;
  contextTokens: number;
  timings: { total: number };
}

/** Why the model does not see a candidate. */
export type DropReason =
  | "weak"
  | "repeated"
  | "limit"
  | "ceiling"
  | "budget"
  | "not-reranked"
  | "candidates";

/** How well the best passage fits, or must fit. */
interface Fit {
  words: number;
  similarity?: number | undefined;
}

export interface Candidate {
  rank: number;
  collection: string;
  chunkId: string;
  title: string;
  heading: string[];
  text: string;
  score: number;
  legs: { sparse?: number | undefined; dense?: number | undefined };
  mergedRank?: number | undefined;
  mergedScore?: number | undefined;
  shares: number[];
  rerank?: number | undefined;
  source?: number | undefined;
  why?: DropReason | undefined;
  explanation: string;
  matched?: string[] | undefined;
  unmatched?: string[] | undefined;
}
