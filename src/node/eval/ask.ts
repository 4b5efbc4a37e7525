import type { Evidence } from "../../chat/merge.ts";
import type { Message } from "../../chat/events.ts";
import { EvalError } from "./eval-error.ts";

/** Milliseconds. */
const DEADLINE = 120_000;
/** What `POST /search` lists at most; beyond it passages come among the dropped ones. */
export const LISTED = 50;

/** A passage that retrieval found, shown to the model or not. */
export interface Candidate {
  rank: number;
  /** `candidates`: found beside what an answer considers. */
  why?: string;
  collection: string;
  documentId: string;
  chunkId: string;
  score: number;
  text: string;
  title: string;
  heading: string[];
  start: number;
  end: number;
  legs: { sparse?: number; dense?: number };
}

export interface Found {
  /** Every candidate, best first: budgets for the answer change nothing here. */
  candidates: Candidate[];
  evidence: Evidence;
  /** A collection or a stage failed. */
  degraded: boolean;
}

export interface Answered {
  answer: string;
  answered: boolean;
  sources: { documentId: string }[];
  citations: { n: number; verified: boolean }[];
}

export interface AskedQuestion {
  id: string;
  text: string;
  history: Message[];
}

/** Retrieval alone. Throws an `EvalError` when the server refuses the question or breaks. */
export async function search(url: string, question: AskedQuestion): Promise<Found> {
  const body = (await post(`${url}/search`, question.id, {
    query: question.text,
    messages: question.history,
    limit: LISTED,
  })) as {
    results: Candidate[];
    dropped: Candidate[];
    evidence: Evidence;
    retrieval: { degraded: boolean };
  };
  const candidates = [...body.results, ...body.dropped].toSorted((a, b) => a.rank - b.rank);
  return { candidates, evidence: body.evidence, degraded: body.retrieval.degraded };
}

/** The whole answer. Throws an `EvalError` when there is none. */
export async function chat(url: string, question: AskedQuestion): Promise<Answered> {
  const messages = [...question.history, { role: "user", content: question.text }];
  return (await post(`${url}/chat`, question.id, { messages })) as Answered;
}

/** Documents in the order of their best passages. */
export function rankDocuments({ candidates }: Found): string[] {
  return [...new Set(candidates.map(({ documentId }) => documentId))];
}

async function post(address: string, questionId: string, body: unknown): Promise<unknown> {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE),
  });
  const answer = (await response.json()) as { detail?: string };
  if (response.ok) return answer;
  throw new EvalError(
    `The question "${questionId}" got no answer: ${answer.detail ?? `status ${response.status}`}`,
  );
}
