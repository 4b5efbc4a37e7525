import type { Evidence } from "../../chat/merge.ts";
import type { Message } from "../../chat/events.ts";
import { EvalError } from "./eval-error.ts";

/** Milliseconds. */
const DEADLINE = 120_000;
/** The others come among the dropped ones: a longer list would have more searched for than `CANDIDATES` says. */
const LISTED = 1;

/** A passage that retrieval found, shown to the model or not. */
export interface Candidate {
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
  rerank?: number;
  /** Why the model does not see it; `candidates` is what was found beside all that an answer considers. */
  why?: string;
}

export interface Found {
  /** Every candidate that took part, best first: budgets for the answer change nothing here. */
  candidates: Candidate[];
  evidence: Evidence;
  /** A collection or a stage failed. */
  degraded: boolean;
}

export interface Answered {
  answer: string;
  answered: boolean;
  sources: { collection: string; documentId: string }[];
  citations: { n: number; verified: boolean }[];
  conversationId: string;
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
  const candidates = [...body.results, ...body.dropped].filter(({ why }) => why !== "candidates");
  return {
    candidates: candidates.toSorted(byOrder),
    evidence: body.evidence,
    degraded: body.retrieval.degraded,
  };
}

/**
 * By score, since a text that another document repeats has the same right to its place. The reranker's scores and
 * those of merging are on two scales: what was reranked comes first.
 */
function byOrder(a: Candidate, b: Candidate): number {
  const isReranked = ({ rerank }: Candidate): number => (rerank === undefined ? 0 : 1);
  return isReranked(b) - isReranked(a) || b.score - a.score;
}

/** The whole answer. Throws an `EvalError` when there is none. */
export async function chat(url: string, question: AskedQuestion): Promise<Answered> {
  const messages = [...question.history, { role: "user", content: question.text }];
  return (await post(`${url}/chat`, question.id, { messages })) as Answered;
}

/** Has a server remove what it has stored of a chat; where it has stored nothing, that is as well. */
export async function forget(url: string, conversationId: string): Promise<void> {
  const response = await fetch(`${url}/conversations/${conversationId}`, {
    method: "DELETE",
    signal: AbortSignal.timeout(DEADLINE),
  });
  await response.body?.cancel();
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
