import { type Filter } from "../ports.ts";
import { ask, type Chat, clear, createChat, leave, stop } from "./chat.ts";
import { h } from "./dom.ts";
import { createStrings } from "./strings.ts";
import css from "./style.css";

const ATTRIBUTES = [
  "server",
  "mode",
  "heading",
  "placeholder",
  "collections",
  "questions",
  "strings",
] as const;

const { origin } = new URL(import.meta.url);
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
let count = 0;

/** `<tributary-chat>`: a chat over the documents of a Tributary server. */
export class TributaryChat extends HTMLElement {
  static observedAttributes: readonly string[] = ["lang", ...ATTRIBUTES];
  /** Sent with each question: `{field: value | [any of] | {gt, gte, lt, lte}}`. */
  filter: Filter | undefined;
  #chat: Chat | undefined;
  #number = ++count;
  /** What the address in `strings` gave. */
  #loaded: object | undefined;
  #address = "";

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#chat = this.#create();
    root.replaceChildren(h("div", { class: "root" }, ...this.#chat.view.nodes));
  }

  disconnectedCallback(): void {
    if (this.#chat) leave(this.#chat);
    this.#chat = undefined;
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (this.#chat === undefined || before === now) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }

  open(): void {
    this.#chat?.view.setOpen(true);
  }

  close(): void {
    this.#chat?.view.setOpen(false);
  }

  /** Asks as if the reader had; does nothing while an answer is being written. */
  ask(text: string): void {
    if (this.#chat) ask(this.#chat, text);
  }

  stop(): void {
    if (this.#chat) stop(this.#chat);
  }

  /** Begins a new conversation. */
  clear(): void {
    if (this.#chat) clear(this.#chat);
  }

  #create(): Chat {
    const read = (name: (typeof ATTRIBUTES)[number]): string => this.getAttribute(name) ?? "";
    const server = new URL(read("server") || origin, document.baseURI).href.replace(/\/+$/, "");
    const isInline = read("mode") === "inline";
    const language = this.closest<HTMLElement>("[lang]")?.lang || navigator.language;
    const strings = createStrings(language, this.#readStrings(read("strings")));
    strings.heading = read("heading") || strings.heading;
    return createChat({
      server,
      isInline,
      strings,
      placeholder: read("placeholder") || `${strings.heading}…`,
      questions: parse<string[]>(read("questions")) ?? [],
      storageKey: `tributary ${server} ${isInline} ${this.id || this.#number}`,
      readScope: () => ({
        collections: read("collections").match(/[\w.-]+/g) ?? undefined,
        filter: this.filter,
      }),
      emit: (name, detail) =>
        void this.dispatchEvent(
          new CustomEvent(`tributary-${name}`, { detail, bubbles: true, composed: true }),
        ),
    });
  }

  /** Texts as JSON, or from an address: those come later. */
  #readStrings(own: string): object | undefined {
    if (own === "" || own.startsWith("{")) return parse(own);
    if (this.#address !== own) {
      this.#address = own;
      this.#loaded = undefined;
      void fetch(own, { credentials: "omit", signal: AbortSignal.timeout(10_000) })
        .then(async (response) => {
          this.#loaded = parse(await response.text());
          this.attributeChangedCallback("", "", own);
        })
        .catch(() => undefined);
    }
    return this.#loaded;
  }
}

/** Properties of the attributes' names; `lang` is every element's own. */
for (const name of ["theme", ...ATTRIBUTES])
  Object.defineProperty(TributaryChat.prototype, name, {
    get(this: TributaryChat) {
      return this.getAttribute(name) ?? "";
    },
    set(this: TributaryChat, value: unknown) {
      this.setAttribute(name, typeof value === "object" ? JSON.stringify(value) : String(value));
    },
  });

function parse<Value>(json: string): Value | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
