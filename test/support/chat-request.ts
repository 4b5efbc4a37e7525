// One view of a chat request for both chat wires, so that a scripted reply needs to know neither.

export interface ChatRequestSeen {
  wire: "cohere" | "openai";
  model: string;
  messages: { role: string; text: string }[];
  /** All messages as `role: text`, and Cohere documents as numbered sources: what a model would read. */
  prompt: string;
  stream: boolean;
  maxTokens: number | undefined;
  /** `stream_options.include_usage` of the OpenAI wire. */
  wantsUsage: boolean;
  body: JsonObject;
}

export type JsonObject = Record<string, unknown>;

export function readChatRequest(wire: ChatRequestSeen["wire"], body: unknown): ChatRequestSeen {
  const request = asObject(body);
  const messages = asArray(request["messages"]).map((message) => ({
    role: String(asObject(message)["role"]),
    text: readText(asObject(message)["content"]),
  }));
  const documents = asArray(request["documents"]).map((document, index) => {
    const data = asObject(asObject(document)["data"] ?? document);
    return `[${index + 1}] ${String(data["title"] ?? "")}\n${String(data["text"] ?? "")}`;
  });
  const maxTokens = request["max_tokens"] ?? request["max_completion_tokens"];
  return {
    wire,
    model: String(request["model"]),
    messages,
    prompt: [...messages.map(({ role, text }) => `${role}: ${text}`), ...documents].join("\n\n"),
    stream: request["stream"] === true,
    maxTokens: typeof maxTokens === "number" ? maxTokens : undefined,
    wantsUsage: asObject(request["stream_options"])["include_usage"] === true,
    body: request,
  };
}

export function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? (value as JsonObject) : {};
}

export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Message content is a string or a list of parts. */
export function readText(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asObject(part)["text"])
    .filter((text) => typeof text === "string")
    .join("");
}
