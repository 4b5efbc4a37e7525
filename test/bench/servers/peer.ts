// What the two peers share: the question that came, the search bodies that our own server would send, the prompt.
import { serve } from "@hono/node-server";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { DIMENSION, type UpstreamSettings } from "../settings.ts";

export const EMBED = {
  model: "embed-v4.0",
  dimension: DIMENSION,
} as const;
export const OUTPUT_TOKENS = 1024;
const SOURCES = 6;

export interface Point {
  id: string | number;
  score: number;
  payload?: Record<string, unknown> | null | undefined;
}

export interface UIMessages {
  messages: { role: "user"; parts: { type: "text"; text: string }[] }[];
}

export const INSTRUCTIONS: string = readFileSync(
  new URL("../../../prompts/answer.md", import.meta.url),
  "utf8",
);

export function readSettings(): UpstreamSettings {
  return JSON.parse(process.env["BENCH"] ?? "{}") as UpstreamSettings;
}

export function readQuestion(body: UIMessages): string {
  return body.messages.at(-1)?.parts[0]?.text ?? "";
}

/** Both legs of one collection's search, word for word what our own server sends. */
export function buildSearches(
  { questions, searches }: UpstreamSettings,
  question: string,
  dense: number[],
): Record<string, unknown>[] {
  const sparse = questions.find(({ text }) => text === question)?.sparse;
  return searches.map((search) => ({
    ...search,
    query: search.using === "dense" ? dense : sparse,
  }));
}

/** The best points of all collections as a prompt of the same size as ours. */
export function buildPrompt(question: string, lists: Point[][]): string {
  const best = new Map(lists.flat().map((point) => [point.id, point]));
  const sources = [...best.values()]
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SOURCES)
    .map(
      ({ payload }, index) =>
        `[${index + 1}] ${String(payload?.["title"])}\n${String(payload?.["text"])}`,
    );
  return `<sources>\n${sources.join("\n\n")}\n</sources>\n\nQuestion: ${question}`;
}

/** Little-endian 32-bit floats in base64. */
export function decodeVector(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from(
    new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  );
}

export function listen(fetch: Parameters<typeof serve>[0]["fetch"]): void {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" }, () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`answers at http://127.0.0.1:${port}\n`);
  });
}
