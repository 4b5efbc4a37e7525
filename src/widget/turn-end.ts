import { type CollectionOutcome, type RetrievalReport } from "../chat/events.ts";
import { h } from "./dom.ts";
import { type ErrorFrame, findRemedy } from "./failure.ts";
import { type AnswerFrame, type SourceFrame } from "./frames.ts";
import { createSourceItem, readSource } from "./sources.ts";
import { fill, type Strings } from "./strings.ts";

/** Whether the documents hold no answer. */
export const isEmpty = (last: AnswerFrame): boolean =>
  last.type === "finish" && last.messageMetadata?.answered === false;

/** What the end of an answer says of it. */
export function showEnd(last: AnswerFrame, strings: Strings): HTMLElement {
  if (last.type === "error") return note("bad", describeFailure(last, strings), "alert");
  if (last.type === "abort") return note("", strings.halted);
  const isWhole = (last as { finishReason?: string }).finishReason === "stop";
  return note("", isEmpty(last) ? strings.nothing : isWhole ? "" : strings.cut);
}

const note = (kind: string, text: string, role?: string): HTMLElement =>
  h("p", { class: `note ${kind}`, role, dir: "auto" }, text);

/** The text of a code, or of its remedy. What is wrong with a question only the server knows. */
function describeFailure({ code, errorText }: ErrorFrame, strings: Strings): string {
  const text = (strings as Record<string, string>)[code] ?? strings[findRemedy(code)];
  return code === "invalid" && errorText ? `${text} (${errorText})` : text;
}

/** The sources that are cited, or the nearest where nothing was found; behind them the others. */
export function showSources(
  sources: SourceFrame[],
  isFirst: (n: number) => boolean,
  heading: string,
  strings: Strings,
  open: (source: SourceFrame, from: HTMLElement) => void,
): Element[] {
  const list = (some: SourceFrame[]): Element =>
    h("ol", { class: "sources" }, ...some.map((source) => createSourceItem(source, open)));
  const first = sources.filter((source) => isFirst(readSource(source).n));
  const rest = sources.filter((source) => !first.includes(source));
  const more = h("summary", {}, fill(strings.more, rest.length));
  return [
    ...(first.length > 0 ? [h("h4", {}, heading), list(first)] : []),
    ...(rest.length > 0 ? [h("details", {}, more, list(rest))] : []),
  ];
}

/** Which collections answered, and whether something is missing. */
export function showReport(
  { collections, degraded }: RetrievalReport,
  strings: Strings,
): Element[] {
  const describe = ({ name, status, hits, ms }: CollectionOutcome): string => {
    const texts: Record<string, string> = { timeout: strings.late, error: strings.failed };
    return `${name}: ${texts[status] ?? fill(strings.hits, hits)}, ${Math.round(ms)} ms`;
  };
  return [
    note("warn", degraded ? strings.degraded : ""),
    h("p", { class: "hint" }, collections.map(describe).join(" · ")),
  ];
}
