import { type Client, createClient } from "./client.ts";
import { createId } from "./dom.ts";
import { failWith } from "./failure.ts";
import { type AnswerFrame } from "./frames.ts";
import { hasEnded, load, readAnswerId, save, toMessages, type TurnRecord } from "./record.ts";
import { type Strings } from "./strings.ts";
import { createTurn, type Turn, type TurnContext } from "./turn.ts";
import { createView, type View } from "./view.ts";

export interface ChatOptions {
  server: string;
  strings: Strings;
  isInline: boolean;
  placeholder: string;
  questions: string[];
  /** Where the tab keeps the conversation. */
  storageKey: string;
  /** What is sent with each question besides. */
  readScope(): object;
  emit(name: string, detail: object): void;
}

/** A conversation with its view. */
export interface Chat {
  options: ChatOptions;
  client: Client;
  view: View;
  context: TurnContext;
  /** The conversation's. */
  id: string;
  turns: Turn[];
  isOpen: boolean;
  isRestoring: boolean;
  running?: AbortController | undefined;
  left: AbortController;
}

export function createChat(options: ChatOptions): Chat {
  const stored = load(options.storageKey);
  const chat = {
    options,
    client: createClient(options.server),
    id: stored?.id ?? createId(),
    turns: [],
    isOpen: false,
    isRestoring: true,
    left: new AbortController(),
  } as unknown as Chat;
  const view = createView({
    ...options,
    onAsk: (text) => ask(chat, text),
    onStop: () => stop(chat),
    onFresh() {
      clear(chat);
      view.input.focus();
    },
    onOpen(isOpen) {
      chat.isOpen = isOpen;
      keep(chat);
    },
  });
  chat.view = view;
  chat.context = createContext(chat);
  try {
    for (const record of stored?.records ?? []) {
      const turn = add(chat, { ...record, frames: [] });
      for (const frame of record.frames) turn.take(frame);
    }
  } catch {
    // What can not be shown must not break the chat for as long as the tab lives.
  }
  if (stored?.isOpen) view.setOpen(true, false);
  chat.isRestoring = false;
  const last = chat.turns.at(-1);
  if (last !== undefined && !hasEnded(last.record)) void run(chat, last);

  addEventListener("pagehide", () => keep(chat), { signal: chat.left.signal });
  return chat;
}

/** Leaves everything as it is stored; an answer that is being written can be resumed. */
export function leave(chat: Chat): void {
  keep(chat);
  chat.running?.abort();
  chat.left.abort();
}

function createContext(chat: Chat): TurnContext {
  const { options, client, view } = chat;
  return {
    strings: options.strings,
    panel: view.panel,
    grown: view.follow,
    say(text) {
      if (!chat.isRestoring) view.say(text);
    },
    retry(turn) {
      const messageId = readAnswerId(turn.record);
      const trigger = messageId === undefined ? "submit-message" : "regenerate-message";
      if (chat.running === undefined) void run(chat, turn, { trigger, messageId });
    },
    edit(turn, isFresh) {
      if (isFresh) clear(chat);
      else remove(chat, turn);
      view.input.value = turn.record.question;
      view.input.focus();
    },
    async rate({ record }, rating, comment) {
      const messageId = readAnswerId(record);
      const isStored = await client.rate(chat.id, {
        messageId,
        rating,
        comment: comment || undefined,
      });
      if (isStored) record.rating = rating;
      keep(chat);
      return isStored;
    },
  };
}

function keep({ options, isRestoring, id, isOpen, turns }: Chat): void {
  const records = turns.map(({ record }) => record);
  if (!isRestoring) save(options.storageKey, { id, isOpen, records });
}

function add(chat: Chat, record: TurnRecord): Turn {
  const turn = createTurn(chat.context, record);
  chat.turns.push(turn);
  chat.view.log.append(turn.element);
  return turn;
}

function remove(chat: Chat, turn: Turn): void {
  chat.turns = chat.turns.filter((other) => other !== turn);
  turn.element.remove();
  keep(chat);
}

/** Asks; without a trigger the answer that is being written, or was a moment ago, is read again. */
async function run(
  chat: Chat,
  turn: Turn,
  asked?: { trigger: string; messageId?: string | undefined },
): Promise<void> {
  const { client, id, turns, view, options } = chat;
  const mine = (chat.running = new AbortController());
  const { signal } = mine;
  view.setBusy(true);
  turn.begin();
  view.follow(true);
  keep(chat);
  const messages = toMessages(
    turns.map(({ record }) => record),
    turn.record,
  );
  try {
    const question = asked && { messages, ...asked, ...options.readScope() };
    for await (const frame of client.read(id, question, signal)) {
      signal.throwIfAborted();
      // The newest answer may be that to an earlier question.
      const isOther = (other: Turn): boolean =>
        other !== turn && frame.type === "start" && readAnswerId(other.record) === frame.messageId;
      take(chat, turn, turns.some(isOther) ? failWith("cut") : frame);
    }
  } catch {
    if (!signal.aborted) take(chat, turn, failWith("unexpected"));
  }
  mine.abort();
  if (chat.running === mine) settle(chat);
}

function settle(chat: Chat): void {
  chat.running = undefined;
  chat.view.setBusy(false);
  keep(chat);
}

function take({ id, options }: Chat, turn: Turn, frame: AnswerFrame): void {
  turn.take(frame);
  if (frame.type === "data-retrieval") options.emit("retrieval", { report: frame.data });
  else if (frame.type === "error") options.emit("error", { code: frame.code });
  else if (frame.type === "finish")
    options.emit("answer", {
      conversationId: id,
      messageId: readAnswerId(turn.record),
      answered: frame.messageMetadata?.answered,
    });
}

/** False, and nothing is done, while an answer is being written. */
export function ask(chat: Chat, input: string): boolean {
  const question = input.trim();
  if (chat.running || question === "") return false;
  chat.options.emit("question", { text: question });
  const turn = add(chat, { question, questionId: createId(), frames: [] });
  void run(chat, turn, { trigger: "submit-message" });
  return true;
}

export function stop(chat: Chat): void {
  if (chat.running === undefined) return;
  chat.client.stop(chat.id);
  chat.running.abort();
  take(chat, chat.turns.at(-1)!, { type: "abort" });
  settle(chat);
}

/** Begins a new conversation. */
export function clear(chat: Chat): void {
  stop(chat);
  for (const turn of chat.turns) remove(chat, turn);
  chat.view.panel.close();
  chat.id = createId();
  keep(chat);
}
