import { type Filter } from "../ports.ts";
import { type Chat, createChat } from "./chat.ts";
import { createStrings } from "./strings.ts";
import { type Strings } from "./strings-en.ts";
import css from "./style.css";

const ATTRIBUTES = [
  "server",
  "mode",
  "lang",
  "heading",
  "placeholder",
  "collections",
  "questions",
  "strings",
  "theme",
] as const;
export type AttributeName = (typeof ATTRIBUTES)[number];

const origin = new URL(import.meta.url).origin;
let count = 0;
let sheet: CSSStyleSheet | undefined;

/** `<tributary-chat>`: a chat over the documents of a Tributary server. */
export class TributaryChat extends HTMLElement {
  static observedAttributes: readonly string[] = ATTRIBUTES;
  /** Sent with each question: `{field: value | [any of] | {gt, gte, lt, lte}}`. */
  filter: Filter | undefined;
  #chat: Chat | undefined;
  #number = 0;
  #loaded: { url: string; strings: Partial<Strings> } | undefined;

  constructor() {
    super();
    sheet ??= new CSSStyleSheet();
    sheet.replaceSync(css);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  }

  connectedCallback(): void {
    this.#number ||= ++count;
    this.#start();
  }

  disconnectedCallback(): void {
    this.#leave();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (this.#chat === undefined || before === now || name === "theme") return;
    this.#leave();
    this.#start();
  }

  open(): void {
    this.#chat?.setOpen(true);
  }

  close(): void {
    this.#chat?.setOpen(false);
  }

  /** Asks as if the reader had; does nothing while an answer is being written. */
  ask(text: string): void {
    this.#chat?.ask(text);
  }

  stop(): void {
    this.#chat?.stop();
  }

  /** Begins a new conversation. */
  clear(): void {
    this.#chat?.clear();
  }

  #leave(): void {
    this.#chat?.leave();
    this.#chat = undefined;
  }

  #read(name: AttributeName): string {
    return this.getAttribute(name)?.trim() ?? "";
  }

  #start(): void {
    const server = new URL(this.#read("server") || origin, document.baseURI).href.replace(
      /\/+$/,
      "",
    );
    const isInline = this.#read("mode") === "inline";
    const strings = this.#readStrings();
    this.#chat = createChat({
      server,
      isInline,
      strings,
      questions: readList(this.#read("questions")),
      storageKey: `tributary ${server} ${isInline} ${this.id || this.#number}`,
      readScope: () => {
        const collections = readList(this.#read("collections"));
        return { ...(collections.length > 0 && { collections }), filter: this.filter };
      },
      emit: (name, detail) =>
        void this.dispatchEvent(
          new CustomEvent(`tributary-${name}`, { detail, bubbles: true, composed: true }),
        ),
    });
    const root = document.createElement("div");
    root.className = "root";
    root.append(...this.#chat.nodes);
    this.shadowRoot!.replaceChildren(root);
  }

  #readStrings(): Strings {
    const language =
      this.closest<HTMLElement>("[lang]")?.lang ||
      document.documentElement.lang ||
      navigator.language;
    const own = this.#read("strings");
    const strings = createStrings(language, own.startsWith("{") ? parse(own) : this.#load(own));
    strings.heading = this.#read("heading") || strings.heading;
    strings.placeholder = this.#read("placeholder") || strings.placeholder;
    return strings;
  }

  /** Texts from an address come later. */
  #load(url: string): Partial<Strings> | undefined {
    if (url === "" || this.#loaded?.url === url) return this.#loaded?.strings;
    this.#loaded = { url, strings: {} };
    void fetch(url, { credentials: "omit", signal: AbortSignal.timeout(10_000) })
      .then((response) => response.json())
      .then((strings) => {
        this.#loaded = { url, strings };
        this.attributeChangedCallback("strings", "", url);
      })
      .catch(() => undefined);
    return undefined;
  }
}

/** Properties of the attributes' names; `lang` is an element's own. */
for (const name of ATTRIBUTES)
  if (name !== "lang")
    Object.defineProperty(TributaryChat.prototype, name, {
      get(this: TributaryChat) {
        return this.getAttribute(name) ?? "";
      },
      set(this: TributaryChat, value: unknown) {
        this.setAttribute(name, typeof value === "object" ? JSON.stringify(value) : String(value));
      },
    });

function parse(json: string): Record<string, string> {
  try {
    return JSON.parse(json) ?? {};
  } catch {
    return {};
  }
}

/** A list as JSON, or between commas. */
function readList(text: string): string[] {
  const list: unknown = text.startsWith("[") ? parse(text) : text.split(",");
  return Array.isArray(list) ? list.map((item) => String(item).trim()).filter(Boolean) : [];
}
