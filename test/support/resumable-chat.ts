// The AI SDK's chat without a framework, as useChat drives it.
import {
  AbstractChat,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  type UIMessage,
} from "ai";

class PlainChat extends AbstractChat<UIMessage> {}

/** A chat whose page was loaded with these messages. */
export function openChat(url: string, id: string, messages: UIMessage[] = []): PlainChat {
  const state: ChatState<UIMessage> = {
    status: "ready" as ChatStatus,
    error: undefined,
    messages,
    pushMessage: (message) => void (state.messages = [...state.messages, message]),
    popMessage: () => void (state.messages = state.messages.slice(0, -1)),
    replaceMessage: (index, message) => void (state.messages = state.messages.with(index, message)),
    snapshot: (value) => structuredClone(value),
  };
  return new PlainChat({ id, state, transport: new DefaultChatTransport({ api: `${url}/chat` }) });
}

export function textOf(message: UIMessage | undefined): string {
  return (message?.parts ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
}
