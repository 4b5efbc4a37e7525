import { fill, h } from "./dom.ts";
import type { Found } from "./found.ts";
import { renderFound, summarize } from "./results.ts";
import { language, texts } from "./texts.ts";

/** Milliseconds after which a search is given up; the server's own limits come before. */
const DEADLINE = 60_000;

/** What the server said instead of a result. */
class Refusal extends Error {}

export interface Debugger {
  /** Searches for a question of the chat, with the questions before it. */
  follow(question: string, earlier: string[]): void;
}

/** The look into the search. `onCollections` is told which collections are chosen; all of them are `undefined`. */
export function createDebugger(onCollections: (chosen: string[] | undefined) => void): Debugger {
  const form = find("search");
  const query = find("query") as HTMLInputElement;
  const choices = find("collections");
  const follows = find("follow") as HTMLInputElement;
  const status = find("search-status");
  const problem = find("search-problem");
  const found = find("found");
  let running: AbortController | undefined;

  function readChosen(): string[] | undefined {
    const all = [...choices.querySelectorAll("input")];
    const chosen = all.filter(({ checked }) => checked);
    return chosen.length === all.length ? undefined : chosen.map(({ value }) => value);
  }

  function show(sentence: string, trouble: string, ...content: HTMLElement[]): void {
    status.textContent = sentence;
    problem.textContent = trouble;
    problem.hidden = trouble === "";
    found.replaceChildren(...content);
  }

  async function search(text: string, earlier: string[]): Promise<void> {
    running?.abort();
    const collections = readChosen();
    if (collections?.length === 0) return show("", texts.none);
    const { signal } = (running = new AbortController());
    status.textContent = texts.searching;
    found.setAttribute("aria-busy", "true");
    const messages = earlier.map((content) => ({ role: "user", content }));
    try {
      const result = await send({ query: text, messages, collections }, signal);
      if (signal.aborted) return;
      show(summarize(result), "", ...renderFound(result));
    } catch (error) {
      if (signal.aborted) return;
      show("", describe(error));
    }
    found.removeAttribute("aria-busy");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = query.value.trim();
    if (text !== "") void search(text, []);
  });
  choices.addEventListener("change", () => onCollections(readChosen()));
  void listCollections(choices);
  return {
    follow(question, earlier) {
      if (!follows.checked) return;
      query.value = question;
      void search(question, earlier);
    },
  };
}

async function send(body: object, aborted: AbortSignal): Promise<Found> {
  const response = await fetch("/search", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.any([aborted, AbortSignal.timeout(DEADLINE)]),
  });
  if (!response.ok) throw await readRefusal(response);
  return (await response.json()) as Found;
}

/** Why there is no result. */
function describe(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const isLate = error instanceof DOMException && error.name === "TimeoutError";
  return isLate ? texts.late : texts.unreachable;
}

/** The server's own sentence where it is in the reader's language. */
async function readRefusal(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  if (language === "en" && problem.detail !== undefined) return new Refusal(problem.detail);
  const isOfQuestion = ["invalid", "too-large", "bad-request"].includes(problem.code ?? "");
  return new Refusal(isOfQuestion ? texts.change : texts.later);
}

/** Without the list everything is searched. */
async function listCollections(choices: HTMLElement): Promise<void> {
  const response = await fetch("/collections", { signal: AbortSignal.timeout(DEADLINE) }).catch(
    () => undefined,
  );
  if (response?.ok !== true) return;
  const { collections } = (await response.json()) as {
    collections: { name: string; documents: number; foreign?: boolean }[];
  };
  if (collections.length < 2) return;
  choices.append(
    ...collections.map(({ name, documents, foreign }) =>
      h(
        "label",
        {},
        h("input", { type: "checkbox", value: name, checked: true }),
        h("span", {}, name, h("span", { class: "soft" }, describeSize(documents, foreign))),
      ),
    ),
  );
  choices.hidden = false;
}

function describeSize(documents: number, foreign = false): string {
  return foreign ? "" : ` · ${fill(texts.documents, { n: documents })}`;
}

function find(id: string): HTMLElement {
  return document.getElementById(id)!;
}
