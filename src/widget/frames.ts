import { type RetrievalReport } from "../chat/events.ts";
import { type Citation } from "../ports.ts";

/** What the sources' `providerMetadata.tributary` tells. */
export interface SourceDetails {
  n: number;
  collection: string;
  documentId: string;
  snippet: string;
  heading: string[];
  page?: number;
}

export interface SourceFrame {
  type: "source-url";
  url: string;
  title: string;
  providerMetadata: { tributary: SourceDetails };
}

/** The frames of the UI message stream that are read here; all others are passed over. */
export type AnswerFrame = { id?: string | undefined } & (
  | { type: "start"; messageId: string }
  | { type: "data-status"; data: { stage: "searching"; collections: number } }
  | { type: "data-status"; data: { stage: "writing"; sources: number } }
  | { type: "data-retrieval"; data: RetrievalReport }
  | SourceFrame
  | { type: "text-delta"; delta: string }
  | { type: "data-citations"; data: Citation[] }
  | {
      type: "finish";
      finishReason: string;
      messageMetadata: { answered: boolean; feedback?: false };
    }
  | { type: "error"; code: string; errorText?: string | undefined; wait?: number }
  | { type: "abort" }
);

export function endsAnswer({ type }: AnswerFrame): boolean {
  return type === "finish" || type === "error" || type === "abort";
}
