import { estimateTokens } from "../text/tokens.ts";
import { cutToTokens } from "../text/units.ts";
import type { Message } from "./events.ts";

/**
 * The newest turns that fit into a number of tokens together, beginning with one of the user's. A turn takes half of
 * them at most, longer ones are cut at the end of a sentence: so the last question and its answer are always there.
 */
export function recentMessages(history: Message[], tokens: number): Message[] {
  const most = Math.floor(tokens / 2);
  const recent: Message[] = [];
  let left = tokens;
  for (const message of history.toReversed()) {
    const content = cutToTokens(message.content, most);
    left -= estimateTokens(content);
    if (left < 0) break;
    if (content !== "") recent.unshift({ role: message.role, content });
  }
  const first = recent.findIndex(({ role }) => role === "user");
  return first === -1 ? [] : recent.slice(first);
}
