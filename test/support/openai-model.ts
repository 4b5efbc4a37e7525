// A language model behind OpenAI's wire that answers inside the process, word by word as a test scripts it.
import { readChatRequest, type ChatRequestSeen } from "./chat-request.ts";
import { openaiChat } from "./chat-wire.ts";
import { installModelHost } from "./model-host.ts";

export interface OpenAIModel {
  /** What the model says, and what it does after that; or the status of its refusal. */
  script: { words: string[]; end?: "whole" | "breaks off" | "hangs" } | { status: number };
  /** Every request, oldest first. */
  asked: ChatRequestSeen[];
  /** Variables that make it the model that answers. */
  environment: Record<string, string>;
  uninstall(): void;
}

export function installOpenAIModel(host: string): OpenAIModel {
  const model: OpenAIModel = {
    script: { words: [] },
    asked: [],
    environment: { MODEL: "openai-compatible:test", MODEL_BASE_URL: `http://${host}/v1` },
    uninstall: installModelHost(host, (body) => {
      const request = readChatRequest("openai", body);
      model.asked.push(request);
      const { script } = model;
      if ("status" in script) return Response.json({ error: { message: "secret" } }, script);
      return streamWords(request, script.words, script.end ?? "whole");
    }),
  };
  return model;
}

function streamWords(request: ChatRequestSeen, words: string[], end: string): Response {
  const closing = openaiChat.closing(request, { tokens: words.length, isCapped: false });
  const frames = [
    ...openaiChat.opening(request),
    ...words.map((word) => openaiChat.token(word)),
    ...(end === "whole" ? closing : []),
  ].values();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Each word in a write of its own.
        await new Promise((resolve) => setTimeout(resolve, 2));
        const { value } = frames.next();
        if (value !== undefined) controller.enqueue(encoder.encode(value));
        else if (end === "hangs") await new Promise(() => undefined);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
