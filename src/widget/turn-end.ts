import { type CollectionOutcome, type RetrievalReport } from "../chat/events.ts";
import { h } from "./dom.ts";
import { type AnswerFrame, type SourceFrame } from "./frames.ts";
import { createSourceItem, readSource } from "./sources.ts";
import { fill } from "./strings.ts";
import { type Strings } from "./strings-en.ts";

/** What the end of an answer says of it. */
export function showEnd(
  last: AnswerFrame,
  strings: Strings,
): { note: HTMLElement | string; said: string; isAnswer: boolean } {
  if (last.type === "error") {
    const text = describeFailure(last, strings);
    return { note: note("bad", text, "alert"), said: "", isAnswer: true };
  }
  if (last.type !== "finish")
    return { note: note("", strings.halted), said: strings.halted, isAnswer: true };
  const isAnswer = last.messageMetadata?.answered !== false;
  const text = isAnswer ? (last.finishReason === "stop" ? "" : strings.early) : strings.nothing;
  return { note: text && note("", text), said: text || strings.complete, isAnswer };
}

const note = (kind: string, text: string, role?: string): HTMLElement =>
  h("p", { class: `note ${kind}`, part: "note", role, dir: "auto" }, text);

/** The text of a code; a code that is not known speaks for itself. What is wrong with a question only the server knows. */
function describeFailure(
  { code, errorText = "" }: AnswerFrame & { type: "error" },
  strings: Strings,
): string {
  const known = Object.hasOwn(strings, code) ? strings[code as keyof Strings] : undefined;
  const detail = code === "invalid" && errorText !== "" ? ` (${errorText})` : "";
  return known === undefined ? errorText || strings.unexpected : known + detail;
}

/** The sources that are cited; behind them, or where nothing was found before them, the others. */
export function showSources(
  sources: SourceFrame[],
  cited: Set<number>,
  isAnswer: boolean,
  strings: Strings,
  open: (source: SourceFrame, from: HTMLElement) => void,
): Element[] {
  const list = (some: SourceFrame[]): Element =>
    h(
      "ol",
      { class: "sources", part: "sources" },
      ...some.map((source) => createSourceItem(source, (from) => open(source, from))),
    );
  const isFirst = (source: SourceFrame): boolean =>
    isAnswer ? cited.has(readSource(source).n) : readSource(source).n <= 3;
  const [first, rest] = [sources.filter(isFirst), sources.filter((source) => !isFirst(source))];
  const more = h("summary", {}, fill(strings.more, { n: rest.length }));
  return [
    ...(first.length === 0
      ? []
      : [h("h4", {}, isAnswer ? strings.sources : strings.nearest), list(first)]),
    ...(rest.length === 0 ? [] : [h("details", {}, more, list(rest))]),
  ];
}

/** Which collections answered, and what was missing. */
export function showReport(report: RetrievalReport | undefined, strings: Strings): Element[] {
  if (report === undefined) return [];
  const { collections, degraded, stages } = report;
  const describe = ({ status, hits, ms }: CollectionOutcome): string =>
    status === "ok"
      ? `${fill(strings.hits, { n: hits })} · ${Math.round(ms)} ms`
      : strings[status === "timeout" ? "late" : status];
  const lost = [
    ...collections.flatMap((outcome) =>
      outcome.status === "ok" || outcome.status === "empty"
        ? []
        : `${outcome.name} (${describe(outcome)})`,
    ),
    ...Object.entries(stages).flatMap(([name, { status }]) => (status === "failed" ? name : [])),
  ];
  const rows = collections.map((outcome) =>
    h("li", {}, h("b", {}, outcome.name), ` ${describe(outcome)}`),
  );
  return [
    ...(degraded ? [note("warn", `${strings.degraded} ${lost.join(", ")}`)] : []),
    h(
      "details",
      { part: "retrieval" },
      h("summary", {}, fill(strings.searched, { n: collections.length })),
      h("ul", { class: "report" }, ...rows),
    ),
  ];
}
