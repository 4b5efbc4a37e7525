// What Open WebUI's server sends to ours, and how it reads what comes back: it needs Docker, which tests have not.
import type { ChatClient } from "./conformance.ts";
import { readmeCode } from "./readme-code.ts";

/** Where the README's line lets it find the server from within its container. */
const FROM_CONTAINER = "http://host.docker.internal:8787";

interface Chunk {
  choices?: { delta: { content?: string; annotations?: { url_citation: { url: string } }[] } }[];
  event?: { type: string; data: { source?: { url?: string } } };
  error?: { message: string };
}

export interface OpenWebUI extends ChatClient {
  /** The names that its users choose from. */
  models(): Promise<string[]>;
  /** A prompt of its own, whose answer is read as JSON. */
  task(prompt: string): Promise<unknown>;
}

/** As the README's line sets it up. `forwards`: with `ENABLE_FORWARD_USER_INFO_HEADERS`. */
export function openWebUI(server: string, { forwards = false } = {}): OpenWebUI {
  const line = readmeCode("open-webui");
  const read = (name: string): string => new RegExp(`-e ${name}=(\\S+)`).exec(line)?.[1] ?? "";
  const base = read("OPENAI_API_BASE_URL").replace(FROM_CONTAINER, server);
  const authorization = `Bearer ${read("OPENAI_API_KEY")}`;
  const headers = {
    "content-type": "application/json",
    authorization,
    ...(forwards && {
      "X-OpenWebUI-User-Name": "Kim%20Ji-woo",
      "X-OpenWebUI-User-Id": "0b5a2a9e-6f0d-4a7c-9a52-3a9c4a2f0b11",
      "X-OpenWebUI-User-Email": "jiwoo@example.com",
      "X-OpenWebUI-User-Role": "user",
      "X-OpenWebUI-Chat-Id": "5f9c2d1e-1c3b-4c57-8a8e-d3a1c6b1f7aa",
    }),
  };
  const post = (body: object, signal?: AbortSignal): Promise<Response> =>
    fetch(`${base}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal: signal ?? null,
    });

  const messages: { role: string; content: string }[] = [];
  let leaving = new AbortController();
  let answer = { text: "", sources: [] as string[], problem: "" };

  function take({ choices = [], event, error }: Chunk): void {
    for (const { delta } of choices) {
      answer.text += delta.content ?? "";
      answer.sources.push(...(delta.annotations ?? []).map(({ url_citation }) => url_citation.url));
    }
    if (event?.type === "source") answer.sources.push(event.data.source?.url ?? "");
    if (error !== undefined) answer.problem = error.message;
  }

  async function stream(): Promise<void> {
    const body = { stream: true, model: "all", messages, stream_options: { include_usage: true } };
    const response = await post(body, leaving.signal);
    if (!response.ok) return take((await response.json()) as Chunk);
    let rest = "";
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines)
        if (line.startsWith("data: {")) take(JSON.parse(line.slice("data: ".length)) as Chunk);
    }
    messages.push({ role: "assistant", content: answer.text });
  }

  return {
    async models() {
      const list = await (await fetch(`${base}/models`, { headers: { authorization } })).json();
      return (list as { data: { id: string }[] }).data.map(({ id }) => id);
    },
    async task(content) {
      const response = await post({
        model: "all",
        messages: [{ role: "user", content }],
        stream: false,
        max_completion_tokens: 1000,
      });
      const { choices } = (await response.json()) as {
        choices: { message: { content: string } }[];
      };
      return JSON.parse(choices[0]!.message.content);
    },
    async ask(content) {
      leaving = new AbortController();
      answer = { text: "", sources: [], problem: "" };
      messages.push({ role: "user", content });
      stream().catch((error: Error) => {
        if (!leaving.signal.aborted) answer.problem = String(error);
      });
    },
    text: async () => answer.text,
    sources: async () => answer.sources,
    problem: async () => answer.problem,
    stop: async () => leaving.abort(),
    close: async () => leaving.abort(),
  };
}
