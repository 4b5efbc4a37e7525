import type { Feedback, ShownSource, StoredConversation, Turn } from "../conversation-store.ts";
import type { Citation } from "../ports.ts";

/** What is told of a stored answer beside its parts. */
export interface StoredMetadata {
  conversationId: string;
  answered: boolean;
  degraded: boolean;
  outcome: Turn["outcome"];
  rating?: Feedback["rating"];
}

type StoredPart =
  | {
      type: "source-url";
      sourceId: string;
      url: string;
      title: string;
      providerMetadata: { tributary: Omit<ShownSource, "url" | "title"> };
    }
  | { type: "text"; text: string; state?: "done" }
  | { type: "data-citations"; data: Citation[] };

/** A UI message of the AI SDK. */
export interface StoredMessage {
  id: string;
  role: "user" | "assistant";
  metadata?: StoredMetadata;
  parts: StoredPart[];
}

/** A stored conversation as the messages that its stream made of it, for `useChat` and the like. */
export function toUIMessages(
  conversationId: string,
  { turns }: StoredConversation,
  origin: string,
): StoredMessage[] {
  return turns.flatMap((turn): StoredMessage[] => [
    { id: turn.questionId, role: "user", parts: [{ type: "text", text: turn.question }] },
    {
      id: turn.answerId,
      role: "assistant",
      metadata: {
        conversationId,
        answered: turn.answered,
        degraded: turn.degraded,
        outcome: turn.outcome,
        ...(turn.feedback === undefined ? {} : { rating: turn.feedback.rating }),
      },
      parts: toParts(turn, origin),
    },
  ]);
}

function toParts({ answer, sources, citations, outcome }: Turn, origin: string): StoredPart[] {
  const parts: StoredPart[] = sources.map((source) => toSourcePart(source, origin));
  if (answer !== "") parts.push({ type: "text", text: answer, state: "done" });
  if (outcome === "whole") parts.push({ type: "data-citations", data: citations });
  return parts;
}

function toSourcePart({ url, title, ...preview }: ShownSource, origin: string): StoredPart {
  const address = url.startsWith("/") ? `${origin}${url}` : url;
  const sourceId = `${preview.collection}/${preview.chunkId}`;
  const providerMetadata = { tributary: preview };
  return { type: "source-url", sourceId, url: address, title, providerMetadata };
}
