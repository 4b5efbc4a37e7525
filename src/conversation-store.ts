import type { Citation } from "./ports.ts";

/*
 * The port of stored conversations, with its nouns: a page of its own beside `ports.ts`, of which it keeps the rules.
 */

/** A source as a reader was shown it. */
export interface ShownSource {
  n: number;
  /** The document's own; else a path of ours, which begins with a slash where it is stored. */
  url: string;
  title: string;
  collection: string;
  documentId: string;
  chunkId: string;
  score: number;
  snippet: string;
  /** UTF-16 units of the document. */
  start: number;
  end: number;
  heading: string[];
}

/** One question with what its reader got. Times are milliseconds since 1970. */
export interface Turn {
  /** Of the user's message; unique in its conversation. */
  questionId: string;
  /** Of the answer's message. */
  answerId: string;
  question: string;
  answer: string;
  /** `cut`: it was stopped, left or broken off; the text is what there was of it by then. */
  outcome: "whole" | "cut";
  /** Why it ended: the model's reason, `aborted`, or the code of an error. */
  reason: string;
  answered: boolean;
  degraded: boolean;
  sources: ShownSource[];
  citations: Citation[];
  askedAt: number;
  endedAt: number;
}

export interface Feedback {
  rating: "up" | "down";
  comment?: string | undefined;
  /** Milliseconds since 1970. */
  at: number;
}

/** What must be known of a conversation before another turn is added. */
export interface ConversationOutline {
  /** `expired`: its content was removed because of its age; `deleted`: because somebody wanted that. */
  state: "live" | "expired" | "deleted";
  /** When its last turn ended, or when it was deleted. */
  updatedAt: number;
  /** How often it was deleted. */
  deletions: number;
  /** The newest 1,000, oldest first. Numbers grow with every turn that is stored. */
  turns: { number: number; questionId: string; answerId: string }[];
}

export interface StoredConversation {
  title?: string;
  createdAt: number;
  updatedAt: number;
  /** The newest 1,000, oldest first. */
  turns: (Turn & { feedback?: Feedback })[];
}

/** Where a turn belongs. */
export interface TurnPlace {
  conversationId: string;
  /** As the outline had it when the turn began: what was asked before a deletion is not stored after it. */
  deletions: number;
  /** Numbers of stored turns that it takes the place of: above `after`, up to `upTo`. */
  replaces?: { after: number; upTo: number };
}

/** A turn that somebody rated, with up to ten turns before it, oldest first. */
export interface RatedTurn {
  number: number;
  conversationId: string;
  turn: Turn;
  feedback: Feedback;
  earlier: { question: string; answer: string }[];
}

/**
 * Stores what was asked and answered. One statement stores a turn, so nobody sees half of it. Knows no ages: what has
 * expired is its caller's to say.
 */
export interface ConversationStore {
  outline(conversationId: string, signal: AbortSignal): Promise<ConversationOutline | undefined>;
  /** The texts of the newest `most` turns up to number `upTo`, oldest first. */
  recent(
    conversationId: string,
    { upTo, most }: { upTo: number; most: number },
    signal: AbortSignal,
  ): Promise<{ question: string; answer: string }[]>;
  /** Undefined unless it is live. */
  read(conversationId: string, signal: AbortSignal): Promise<StoredConversation | undefined>;
  /**
   * A turn with the id of a stored question takes its place. May be repeated. False when the conversation was deleted
   * since it began.
   */
  saveTurn(place: TurnPlace, turn: Turn, signal: AbortSignal): Promise<boolean>;
  /** Does nothing where there is a title already. */
  setTitle(conversationId: string, title: string, signal: AbortSignal): Promise<void>;
  /** In place of an earlier one. False when the conversation holds no such answer. */
  saveFeedback(
    conversationId: string,
    answerId: string,
    feedback: Feedback,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Removes its content and counts the deletion, also where nothing is stored yet: an answer may be running. */
  delete(conversationId: string, at: number, signal: AbortSignal): Promise<void>;
  /**
   * Removes the content of conversations that were not updated after `content`, and forgets those that were not after
   * `ids`. Does a part of it at a time; false when there may be more.
   */
  removeExpired(before: { content: number; ids: number }, signal: AbortSignal): Promise<boolean>;
  /** Up to 100 rated turns with numbers above `after`, in their order. */
  listRated(
    wanted: { rating?: Feedback["rating"] | undefined; after: number },
    signal: AbortSignal,
  ): Promise<RatedTurn[]>;
  /** Lets go of what it holds. */
  close(): Promise<void>;
}
