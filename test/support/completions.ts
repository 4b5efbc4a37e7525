// Reads what POST /v1/chat/completions sends, as a client of OpenAI's would, and checks each frame's shape.
import { expect } from "vitest";
import { collectStream } from "./sse.ts";

export interface Annotation {
  type: string;
  url_citation: { url: string; title: string; start_index: number; end_index: number };
}

export interface Chunk {
  id: string;
  object: string;
  created: number;
  model: string;
  choices: {
    index: number;
    delta: { role?: string; content?: string; annotations?: Annotation[] };
    finish_reason: string | null;
  }[];
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  event?: { type: string; data: Record<string, unknown> };
}

export interface CompletionError {
  message: string;
  type: string;
  param: string | null;
  code: string;
}

export interface ReadCompletion {
  chunks: Chunk[];
  content: string;
  annotations: Annotation[];
  finishReasons: string[];
  events: NonNullable<Chunk["event"]>[];
  usage: Chunk["usage"];
  errors: CompletionError[];
  comments: number;
  done: boolean;
}

export async function readCompletion(response: Response): Promise<ReadCompletion> {
  const { events: frames, comments, done, failure } = await collectStream(response);
  expect(failure).toBeUndefined();
  const chunks = frames.filter((frame) => !("error" in frame)) as unknown as Chunk[];
  const choices = chunks.flatMap((chunk) => chunk.choices);
  for (const chunk of chunks) {
    expect(chunk).toMatchObject({ ...firstOf(chunks), object: "chat.completion.chunk" });
    for (const { index } of chunk.choices) expect(index).toBe(0);
  }
  return {
    chunks,
    content: choices.map(({ delta }) => delta.content ?? "").join(""),
    // The last ones count: so the `openai` package reads it.
    annotations: choices.findLast(({ delta }) => delta.annotations)?.delta.annotations ?? [],
    finishReasons: choices.flatMap(({ finish_reason }) => finish_reason ?? []),
    events: chunks.flatMap(({ event }) => event ?? []),
    usage: chunks.at(-1)?.usage,
    errors: frames.flatMap((frame) =>
      "error" in frame ? [frame["error"] as CompletionError] : [],
    ),
    comments: comments.length,
    done,
  };
}

function firstOf(chunks: Chunk[]): Pick<Chunk, "id" | "created" | "model"> {
  const { id, created, model } = chunks[0]!;
  return { id, created, model };
}
