// The floor: the same calls by plain fetch, no client, no SDK, no check; the model's events are parsed and framed anew.
import { createParser } from "eventsource-parser";
import { Hono } from "hono";
import {
  buildPrompt,
  buildSearches,
  decodeVector,
  EMBED,
  INSTRUCTIONS,
  listen,
  OUTPUT_TOKENS,
  type Point,
  readQuestion,
  readSettings,
  type UIMessages,
} from "./peer.ts";

const settings = readSettings();

const app = new Hono();

app.post("/chat", async (c) => {
  const { signal } = c.req.raw;
  const question = readQuestion(await c.req.json<UIMessages>());
  const embedded = await post(`${settings.modelUrl}/v2/embed`, signal, {
    model: EMBED.model,
    input_type: "search_query",
    texts: [question],
    embedding_types: ["base64"],
    truncate: "END",
    output_dimension: EMBED.dimension,
  });
  const { embeddings } = (await embedded.json()) as { embeddings: { base64: string[] } };
  const searches = buildSearches(settings, question, decodeVector(embeddings.base64[0]!));
  const answers = await Promise.all(
    settings.collections.map(async (collection) => {
      const url = `${settings.qdrantUrl}/collections/${collection}/points/query/batch`;
      const found = await post(url, signal, { searches });
      return (await found.json()) as { result: { points: Point[] }[] };
    }),
  );
  const points = answers.flatMap(({ result }) => result.map((answer) => answer.points));
  const answer = await post(`${settings.modelUrl}/v1/chat/completions`, signal, {
    model: "test",
    max_tokens: OUTPUT_TOKENS,
    messages: [
      { role: "system", content: INSTRUCTIONS },
      { role: "user", content: buildPrompt(question, points) },
    ],
    stream: true,
    stream_options: { include_usage: true },
  });
  return new Response(answer.body!.pipeThrough(reframe()), {
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
  });
});

function post(url: string, signal: AbortSignal, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
}

function reframe(): TransformStream<Uint8Array, Uint8Array> {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let frames = frame({ type: "start" }) + frame({ type: "text-start", id: "0" });
  const parser = createParser({
    onEvent({ data }) {
      if (data === "[DONE]") return;
      const part = JSON.parse(data) as { choices: { delta?: { content?: string } }[] };
      const delta = part.choices[0]?.delta?.content ?? "";
      if (delta !== "") frames += frame({ type: "text-delta", id: "0", delta });
    },
  });
  return new TransformStream({
    transform(bytes, controller) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      if (frames !== "") controller.enqueue(encoder.encode(frames));
      frames = "";
    },
    flush(controller) {
      const end = frame({ type: "text-end", id: "0" }) + frame({ type: "finish" });
      controller.enqueue(encoder.encode(`${frames}${end}data: [DONE]\n\n`));
    },
  });
}

function frame(part: Record<string, unknown>): string {
  return `data: ${JSON.stringify(part)}\n\n`;
}

listen(app.fetch);
