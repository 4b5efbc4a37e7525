import type { Source } from "../ports.ts";
import { createCodeTracker } from "./code-tracker.ts";
import { findLink, type Found, unfinishedFrom } from "./link-forms.ts";
import { type Judged, LONGEST_LINK } from "./link-place.ts";
import { normalizeUrl, readSourceUrls } from "./urls.ts";

/** Between the model and the citation gate: lets text through, and addresses only where a source holds the same. */
export interface LinkFilter {
  /** Takes what the model wrote; returns what may go on. */
  push(text: string): string;
  /** The rest that was held back. */
  end(): string;
}

/** Characters of what went through that decide about what comes: whether it begins a link, and which. */
const NEAR = 40;
const CONTEXT = 256;
/** It is cut now and then, since each cut copies all of it. */
const LONGEST_CONTEXT = 16 * CONTEXT;

/**
 * Takes out what a browser could follow or load and no source holds, in every form that Markdown and HTML have for it:
 * an answer must not be able to carry anything away. Relative destinations count outside code only, and tags never
 * leave as tags when they have attributes or do something by themselves.
 */
export function createLinkFilter(sources: Source[]): LinkFilter {
  const code = createCodeTracker();
  let urls: Set<string> | undefined;
  let held = "";
  const context = createContext();
  let out = "";

  /** Addresses are rare: the sources are read when there is one. */
  function isKnown(raw: string): boolean {
    const url = normalizeUrl(raw);
    return url !== undefined && (urls ??= readSourceUrls(sources)).has(url);
  }

  function pass(length: number, shown?: string): void {
    const text = held.slice(0, length);
    // What goes away can neither open code nor close it.
    code.read(shown ?? text);
    context.add(text);
    out += shown ?? text;
    held = held.slice(length);
  }

  /** Decides about what is held up to and with its next link; false when more must be known first. */
  function step(last: boolean): boolean {
    if (held === "") return false;
    const found = findLink(context.near(), held);
    if (found === undefined) {
      pass(last ? held.length : unfinishedFrom(context.near(), held));
      return false;
    }
    pass(found.at);
    const judged = judge(found, last);
    if (judged === "unfinished") return false;
    pass(judged.length, judged.shown);
    return true;
  }

  function judge({ asksForCode, judge }: Found, last: boolean): Judged {
    const isCode = (): boolean | "unfinished" => code.isInside("", held, last);
    const isSkipped = asksForCode && isCode();
    if (isSkipped === "unfinished") return isSkipped;
    if (isSkipped) return { length: 1 };
    const isWhole = last || held.length >= LONGEST_LINK;
    const before = context.all();
    return judge({ before, rest: held.slice(0, LONGEST_LINK), isWhole, isCode, isKnown });
  }

  function release(last: boolean): string {
    while (step(last));
    const released = out;
    out = "";
    return released;
  }

  return {
    push(text) {
      held += text;
      return release(false);
    },
    end() {
      return release(true);
    },
  };
}

/** What went through, as far as it decides about what comes. */
function createContext(): { add(text: string): void; near(): string; all(): string } {
  let all = "";
  let near = "";
  return {
    add(text) {
      near = (near + text).slice(-NEAR);
      all += text;
      if (all.length > LONGEST_CONTEXT) all = all.slice(-CONTEXT);
    },
    near: () => near,
    all: () => all.slice(-CONTEXT),
  };
}
