import { type RetrievalReport } from "../chat/events.ts";
import { type Actions, createActions } from "./actions.ts";
import { type Answer, type AnswerOptions, createAnswer } from "./answer.ts";
import { h } from "./dom.ts";
import { type AnswerFrame, endsAnswer } from "./frames.ts";
import { keepFrame, readText, type TurnRecord } from "./record.ts";
import { readSource, readTitle } from "./sources.ts";
import { fill } from "./strings.ts";
import { isEmpty, showEnd, showReport, showSources } from "./turn-end.ts";

/** What a turn needs of the chat around it. */
export type TurnContext = Actions & AnswerOptions;

export interface Turn {
  element: HTMLElement;
  record: TurnRecord;
  /** Shows what came; after the end of an answer nothing does until the next one starts. */
  take(frame: AnswerFrame): void;
  /** Shows that an answer is awaited. */
  begin(): void;
}

/** A question with everything that is shown for it. */
export function createTurn(context: TurnContext, record: TurnRecord): Turn {
  const { strings, say } = context;
  const progress = h("p", { class: "progress", hidden: "" });
  const after = h("div", { class: "after" });
  let answer = createAnswer(context);
  let report: RetrievalReport | undefined;
  let ended = false;

  function announce(status: string): void {
    progress.textContent = status;
    say(status);
  }

  const turn: Turn = {
    record,
    element: h(
      "article",
      {},
      h("h3", { class: "question", dir: "auto" }, record.question),
      answer.element,
      progress,
      after,
    ),
    begin() {
      ended = false;
      record.frames = record.frames.filter((frame) => !endsAnswer(frame));
      after.replaceChildren();
      progress.hidden = false;
      announce(strings.asking);
    },
    take(frame) {
      if (ended) return;
      keepFrame(record, frame);
      if (frame.type === "start") {
        const last = answer;
        answer = createAnswer(context);
        last.element.replaceWith(answer.element);
      } else if (frame.type === "data-status") {
        const { data } = frame;
        announce(
          data.stage === "searching"
            ? fill(strings.searching, data.collections)
            : fill(strings.writing, data.sources),
        );
      } else if (frame.type === "data-retrieval") report = frame.data;
      else if (endsAnswer(frame)) {
        ended = true;
        progress.hidden = true;
        after.append(...showAll(context, turn, answer, report, frame));
        context.grown();
      } else takeContent(answer, frame);
    },
  };
  return turn;
}

function takeContent(answer: Answer, frame: AnswerFrame): void {
  if (frame.type === "source-url" && readSource(frame) !== undefined) answer.sources.push(frame);
  else if (frame.type === "text-delta") answer.write(frame.delta);
  else if (frame.type === "data-citations") answer.citations = [frame.data].flat();
}

/** All that stands under an answer which has ended. */
function showAll(
  context: TurnContext,
  turn: Turn,
  answer: Answer,
  report: RetrievalReport | undefined,
  last: AnswerFrame,
): Node[] {
  const { strings, say } = context;
  const { sources, openSource } = answer;
  const cited = answer.end();
  const note = showEnd(last, strings);
  const references = sources.flatMap((source) => {
    const { n } = readSource(source);
    return cited.has(n) ? `[${n}] ${readTitle(source)}: ${source.url}` : [];
  });
  // An alert is heard by itself.
  if (last.type !== "error")
    say(`${note.textContent} ${readText(turn.record).replace(/\s*\[\d+\]/g, "")}`);
  const [isFirst, heading] = isEmpty(last)
    ? [(n: number) => n < 4, strings.nearest]
    : [(n: number) => cited.has(n), strings.sources];
  return [
    note,
    ...showSources(sources, isFirst, heading, strings, openSource),
    ...(report === undefined ? [] : showReport(report, strings)),
    ...createActions(context, turn, last, references),
  ];
}
