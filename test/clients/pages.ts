// The README's code for pages, each as the only thing on one.
import { ROOT } from "../node/tributary.ts";
import type { PageUnderTest } from "./page-client.ts";
import { readmeCode } from "./readme-code.ts";
import { bundlePage } from "./site.ts";

const mount = (name: string): string => `
  import { createRoot } from "react-dom/client";
  import { ${name} } from "readme";
  createRoot(document.body.appendChild(document.createElement("main"))).render(<${name} />);
`;

export const WIDGET: PageUnderTest = {
  make: function widget(server) {
    return readmeCode("script-tag", server);
  },
  parts: {
    opener: "tributary-chat .launcher",
    question: "tributary-chat .input",
    stop: "tributary-chat .send[title=Stop]",
    answer: "tributary-chat article:last-child .answer",
    sourceOpener: "tributary-chat article:last-child .source-item",
    source: "tributary-chat .source a",
    problem: "tributary-chat article:last-child [role=alert]",
  },
};

export const USE_CHAT: PageUnderTest = {
  make: function useChat(server) {
    return bundlePage(mount("Chat"), { readme: readmeCode("use-chat", server) });
  },
  parts: {
    question: "input",
    send: "text=Send",
    stop: "text=Stop",
    answer: "article:last-of-type.assistant",
    source: "article:last-of-type.assistant a",
    problem: "[role=alert]",
  },
};

/** Stands for the component that `npx assistant-ui init` writes: the same primitives without style. */
const THREAD = `
  import { ComposerPrimitive, ErrorPrimitive, MessagePrimitive, ThreadPrimitive } from "@assistant-ui/react";
  const Source = ({ url, title }) => <a href={url}>{title}</a>;
  const Question = () => <div className="user"><MessagePrimitive.Parts /></div>;
  const Answer = () => (
    <div className="assistant">
      <MessagePrimitive.Parts components={{ Source }} />
      <MessagePrimitive.Error>
        <ErrorPrimitive.Root><ErrorPrimitive.Message /></ErrorPrimitive.Root>
      </MessagePrimitive.Error>
    </div>
  );
  export const Thread = () => (
    <ThreadPrimitive.Root>
      <ThreadPrimitive.Viewport>
        <ThreadPrimitive.Messages components={{ UserMessage: Question, AssistantMessage: Answer }} />
      </ThreadPrimitive.Viewport>
      <ComposerPrimitive.Root>
        <ComposerPrimitive.Input />
        <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
        <ComposerPrimitive.Cancel>Stop</ComposerPrimitive.Cancel>
      </ComposerPrimitive.Root>
    </ThreadPrimitive.Root>
  );
`;

export const ASSISTANT: PageUnderTest = {
  make: function assistant(server) {
    return bundlePage(mount("Assistant"), {
      readme: readmeCode("assistant-ui", server),
      "@/components/assistant-ui/thread": THREAD,
    });
  },
  parts: {
    question: "textarea[name=input]",
    send: "text=Send",
    stop: "text=Stop",
    answer: ".assistant",
    source: "div:last-child.assistant a",
    problem: ".assistant [role=alert]",
  },
};

export const DEEP_CHAT: PageUnderTest = {
  make: function deepChat(server) {
    return readmeCode("deep-chat", server);
  },
  files: { "https://unpkg.com/**": `${ROOT}node_modules/deep-chat/dist/deepChat.bundle.js` },
  parts: {
    question: "#text-input",
    stop: ".input-button",
    answer: ".ai-message-text",
    source: ".ai-message-text a",
    problem: ".error-message-text",
  },
};
