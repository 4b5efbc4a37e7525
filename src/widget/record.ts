import { type AnswerFrame, endsAnswer } from "./frames.ts";

/** A question and what came for it. An answer is kept as its frames, so a stored one is shown as a new one is. */
export interface TurnRecord {
  question: string;
  questionId: string;
  frames: AnswerFrame[];
  rating?: "up" | "down";
}

/** A conversation as it is stored in the tab. */
export interface StoredConversation {
  id: string;
  records: TurnRecord[];
  isOpen: boolean;
}

const KEPT = /^(data-(retrieval|citations)|source-url|text-delta|finish|error|abort)$/;

/** Adds a frame; texts that follow one another become one, and what only passes by is left out. */
export function keepFrame(record: TurnRecord, frame: AnswerFrame): void {
  const last = record.frames.at(-1);
  if (frame.type === "start") record.frames = [frame];
  else if (frame.type === "text-delta" && last?.type === "text-delta") last.delta += frame.delta;
  else if (KEPT.test(frame.type)) record.frames.push({ ...frame, id: undefined });
}

export function readText({ frames }: TurnRecord): string {
  return frames.map((frame) => (frame.type === "text-delta" ? frame.delta : "")).join("");
}

export function readAnswerId({ frames }: TurnRecord): string | undefined {
  return frames[0]?.type === "start" ? frames[0].messageId : undefined;
}

export function hasEnded({ frames }: TurnRecord): boolean {
  return frames.some(endsAnswer);
}

/** The messages up to a question. A question without an answer is no part of a conversation. */
export function toMessages(records: TurnRecord[], last: TurnRecord): object[] {
  return records.slice(0, records.indexOf(last) + 1).flatMap((record) => {
    const [id = "", text] = [readAnswerId(record), readText(record)];
    const question = toMessage(record.questionId, "user", record.question);
    if (record === last) return [question];
    return text === "" ? [] : [question, toMessage(id, "assistant", text)];
  });
}

const toMessage = (id: string, role: string, text: string): object => ({
  id,
  role,
  parts: [{ type: "text", text }],
});

/** Nothing where the tab stores nothing. Not checked: whoever shows it must be ready for anything. */
export function load(key: string): StoredConversation | null | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(key)!);
  } catch {
    return undefined;
  }
}

export function save(key: string, conversation: StoredConversation): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(conversation));
  } catch {
    // A sandboxed page has no storage; a full one keeps what it has.
  }
}
