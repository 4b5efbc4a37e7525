import type { z } from "@hono/zod-openapi";
import type { Message } from "../chat/events.ts";
import { invalidField } from "../errors.ts";
import type { chatMessage } from "./schemas.ts";

type ChatMessage = z.infer<typeof chatMessage>;

/** The texts of the user's and the assistant's messages, in order; everything else a client sends is dropped. */
export function readMessages(messages: ChatMessage[]): Message[] {
  return messages.flatMap((message) => {
    if (message.role !== "user" && message.role !== "assistant") return [];
    const content = readText(message).trim();
    return content === "" ? [] : [{ role: message.role, content }];
  });
}

/** The last message of the user's, and what came before it. Throws `invalid` when there is none, or it is too long. */
export function splitQuestion(
  messages: Message[],
  longest: number,
): { text: string; history: Message[] } {
  const index = messages.findLastIndex((message) => message.role === "user");
  if (index === -1)
    throw invalidField("messages", "There must be a message of the user with text in it.");
  const text = messages[index]!.content;
  if (text.length > longest)
    throw invalidField("message", `A question has at most ${longest} characters.`);
  return { text, history: messages.slice(0, index) };
}

/** The ids of the messages before the last one of the user's. */
export function readEarlierIds(messages: ChatMessage[]): (string | undefined)[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  return messages.slice(0, Math.max(0, last)).map(({ id }) => id);
}

/** The text of a message's parts, or its content. */
export function readText(message: ChatMessage): string {
  if (message.parts === undefined) return message.content ?? "";
  return message.parts
    .map((part) => (part.type === "text" && typeof part["text"] === "string" ? part["text"] : ""))
    .join("");
}
