import type { ConversationOutline, ConversationStore, TurnPlace } from "../conversation-store.ts";
import type { Message } from "./events.ts";

/** A question as it is asked within a conversation. */
export interface AskedTurn {
  conversationId: string;
  /** The id comes from the client, so there may be earlier turns. */
  isKnown: boolean;
  /** Of the user's message, where the client gave it one. */
  questionId?: string | undefined;
  /** Ids of the messages before the question, where the client sends them; otherwise they come from the store. */
  earlierIds?: (string | undefined)[] | undefined;
}

/** Turns of which the history is made: what fits into the prompt is decided there. */
const MOST_RECENT = 50;

/**
 * Where a question stands among the stored turns. One that was asked before, under the same id, is asked anew: it and
 * all that followed are replaced. Otherwise whatever the client does not have any more is: the turns after the last one
 * that it sends a message of. A client that sends none of them tells nothing, so the turn comes last.
 */
export function placeTurn(asked: AskedTurn, outline: ConversationOutline): TurnPlace {
  const place = { conversationId: asked.conversationId, deletions: outline.deletions };
  const upTo = outline.turns.at(-1)?.number ?? 0;
  const after = findLastKept(asked, outline) ?? upTo;
  return after < upTo ? { ...place, replaces: { after, upTo } } : place;
}

/** What was said before, whole answers and cut ones as they were shown; empty where the client has sent it. */
export async function readHistory(
  store: ConversationStore,
  asked: AskedTurn,
  outline: ConversationOutline,
  signal: AbortSignal,
): Promise<Message[]> {
  if (asked.earlierIds !== undefined || outline.turns.length === 0) return [];
  const upTo = findLastKept(asked, outline) ?? outline.turns.at(-1)!.number;
  const wanted = { upTo, most: MOST_RECENT };
  const turns = await store.recent(asked.conversationId, wanted, signal);
  return turns.flatMap(({ question, answer }): Message[] =>
    // A question that got no word is asked again by the one that follows it.
    answer.trim() === ""
      ? []
      : [
          { role: "user", content: question },
          { role: "assistant", content: answer },
        ],
  );
}

/** The number after which everything is replaced; undefined where nothing is. */
function findLastKept(
  { questionId, earlierIds = [] }: AskedTurn,
  { turns }: ConversationOutline,
): number | undefined {
  const same = turns.find((turn) => turn.questionId === questionId);
  if (same !== undefined) return same.number - 1;
  const ids = new Set(earlierIds);
  return turns.findLast(({ questionId, answerId }) => ids.has(questionId) || ids.has(answerId))
    ?.number;
}
