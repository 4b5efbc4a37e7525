import { type Client, createClient } from "./client.ts";
import { createId } from "./dom.ts";
import { Failure } from "./failure.ts";
import { type AnswerFrame } from "./frames.ts";
import { hasEnded, load, readAnswerId, save, toMessages, type TurnRecord } from "./record.ts";
import { type Strings } from "./strings-en.ts";
import { createTurn, type Turn, type TurnContext } from "./turn.ts";
import { createView, type View } from "./view.ts";

export interface ChatOptions {
  server: string;
  strings: Strings;
  isInline: boolean;
  questions: string[];
  /** Where the tab keeps the conversation. */
  storageKey: string;
  /** What is sent with each question besides. */
  readScope(): object;
  emit(name: string, detail: object): void;
}

export interface Chat {
  nodes: Node[];
  setOpen(isOpen: boolean): void;
  ask(text: string): void;
  stop(): void;
  clear(): void;
  /** Leaves everything as it is stored; an answer that is being written can be resumed. */
  leave(): void;
}

interface State {
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
}

export function createChat(options: ChatOptions): Chat {
  const stored = load(options.storageKey);
  const state = {
    options,
    client: createClient(options.server),
    id: stored?.id ?? createId(),
    turns: [],
    isOpen: false,
    isRestoring: true,
  } as unknown as State;
  const view = createView({
    ...options,
    onAsk: (text) => ask(state, text),
    onStop: () => stop(state),
    onFresh() {
      clear(state);
      view.input.focus();
    },
    onOpen(isOpen) {
      state.isOpen = isOpen;
      keep(state);
    },
  });
  state.view = view;
  state.context = createContext(state);
  for (const record of stored?.records ?? []) {
    const turn = add(state, { ...record, frames: [] });
    for (const frame of record.frames) turn.take(frame);
  }
  if (stored?.isOpen) view.setOpen(true, false);
  state.isRestoring = false;
  const last = state.turns.at(-1);
  if (last !== undefined && !hasEnded(last.record)) void run(state, last);

  const leaving = (): void => keep(state);
  addEventListener("pagehide", leaving);
  return {
    nodes: view.nodes,
    setOpen: view.setOpen,
    ask: (text) => ask(state, text),
    stop: () => stop(state),
    clear: () => clear(state),
    leave() {
      keep(state);
      state.running?.abort();
      removeEventListener("pagehide", leaving);
    },
  };
}

function createContext(state: State): TurnContext {
  const { options, client, view } = state;
  return {
    strings: options.strings,
    panel: view.panel,
    grown: view.follow,
    say(text) {
      if (!state.isRestoring) view.say(text);
    },
    retry(turn) {
      const messageId = readAnswerId(turn.record);
      const trigger = messageId === undefined ? "submit-message" : "regenerate-message";
      if (state.running === undefined) void run(state, turn, { trigger, messageId });
    },
    edit(turn) {
      if (state.turns.includes(turn)) remove(state, turn);
      view.input.value = turn.record.question;
      view.input.focus();
    },
    startFresh(turn) {
      clear(state);
      this.edit(turn);
    },
    async rate({ record }, rating, comment) {
      const messageId = readAnswerId(record);
      await client.rate(state.id, { messageId, rating, comment: comment || undefined });
      record.rating = rating;
      keep(state);
    },
  };
}

function keep({ options, isRestoring, id, isOpen, turns }: State): void {
  const records = turns.map(({ record }) => record);
  if (!isRestoring) save(options.storageKey, { id, isOpen, records });
}

function add(state: State, record: TurnRecord): Turn {
  const turn = createTurn(state.context, record);
  state.turns.push(turn);
  state.view.log.append(turn.element);
  return turn;
}

function remove(state: State, turn: Turn): void {
  state.turns = state.turns.filter((other) => other !== turn);
  turn.element.remove();
  keep(state);
}

/** Asks; without a trigger the answer that is being written, or was a moment ago, is read again. */
async function run(
  state: State,
  turn: Turn,
  asked?: { trigger: string; messageId?: string | undefined },
): Promise<void> {
  const { client, id, turns, view, options } = state;
  const mine = (state.running = new AbortController());
  const { signal } = mine;
  view.setBusy(true);
  turn.begin();
  view.follow(true);
  keep(state);
  const messages = toMessages(
    turns.map(({ record }) => record),
    turn.record,
  );
  try {
    const frames = asked
      ? client.ask({ id, messages, ...asked, ...options.readScope() }, signal)
      : client.resume(id, signal);
    for await (const frame of frames) {
      if (signal.aborted) return;
      // The newest answer may be that to an earlier question.
      const isOther = (other: Turn): boolean =>
        other !== turn && frame.type === "start" && readAnswerId(other.record) === frame.messageId;
      if (turns.some(isOther)) throw new Failure("cut");
      take(state, turn, frame);
    }
  } catch (error) {
    if (signal.aborted) return;
    const { code, message, wait } = error instanceof Failure ? error : new Failure("unexpected");
    take(state, turn, { type: "error", code, errorText: message, wait });
  } finally {
    mine.abort();
    if (state.running === mine) settle(state);
  }
}

function settle(state: State): void {
  state.running = undefined;
  state.view.setBusy(false);
  keep(state);
}

function take({ id, options }: State, turn: Turn, frame: AnswerFrame): void {
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

function ask(state: State, input: string): void {
  const text = input.trim();
  if (state.running !== undefined || text === "") return;
  state.options.emit("question", { text });
  void run(state, add(state, { question: text, questionId: createId(), frames: [] }), {
    trigger: "submit-message",
  });
}

function stop(state: State): void {
  if (state.running === undefined) return;
  state.client.stop(state.id);
  state.running.abort();
  take(state, state.turns.at(-1)!, { type: "abort" });
  settle(state);
}

function clear(state: State): void {
  stop(state);
  for (const turn of state.turns) remove(state, turn);
  state.view.panel.close();
  state.id = createId();
  keep(state);
}
