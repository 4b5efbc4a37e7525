import type { Figures } from "./figures.ts";
import type { Estimate } from "./metrics.ts";
import type { LabelledQuestion } from "./labelled-set.ts";
import type { Calibration } from "./off-topic.ts";
import type { Run } from "./run.ts";
import type { SampleFigures } from "./samples.ts";
import type { Tuning } from "./tune.ts";

/** What was measured, for the head of the table and for JSON. */
export interface Subject {
  set: string;
  documents: number;
  questions: number;
  collections: Run<never>["collections"];
  /** `words` alone, or with the embedding model. */
  legs: string;
  reranker: string;
  model: string;
  /** `CANDIDATES`. */
  candidates: number;
}

export function describeRun(set: string, run: Run<LabelledQuestion>): Subject {
  const { config, embedding, denseWeight, collections, outcomes, model } = run;
  return {
    set,
    documents: collections.reduce((sum, { documents }) => sum + documents, 0),
    questions: outcomes.length,
    collections,
    legs: embedding === undefined ? "words" : `words + ${denseWeight} × ${embedding}`,
    reranker:
      config.COHERE_API_KEY === undefined || config.RERANK_MODEL === "none"
        ? "none"
        : config.RERANK_MODEL,
    model,
    candidates: config.CANDIDATES,
  };
}

export function renderSubject(subject: Subject): string {
  const { set, documents, questions, collections, legs, candidates, reranker, model } = subject;
  const chunks = collections.reduce((sum, collection) => sum + collection.chunks, 0);
  const places = collections.length === 1 ? "1 collection" : `${collections.length} collections`;
  return `${set}: ${documents} documents (${chunks} chunks) in ${places}, ${questions} questions; legs: ${legs}; candidates: ${candidates}; rerank: ${reranker}; model: ${model}`;
}

/** Name, figure, interval and number of questions a line. */
export function renderFigures(figures: Figures): string {
  const rows = Object.entries(figures).map(([name, one]) => {
    const format = isShare(name) ? percent : plain;
    return [name, format(one.value), renderInterval(one, format), String(one.questions)];
  });
  return renderTable([["figure", "value", "95 % interval", "questions"], ...rows]);
}

/** All figures but the number of citations are shares. */
export function isShare(name: string): boolean {
  return name !== "citations an answer";
}

/** Shares by language, with the counts behind them. */
export function renderShares(figures: SampleFigures): string {
  const cells = Object.entries(figures).map(([name, { en, ko, all }]) => [
    name,
    ...[en, ko, all].map(renderShare),
  ]);
  return renderTable([["", "English", "Korean", "all"], ...cells]);
}

function renderShare({ value, questions }: Estimate): string {
  return `${percent(value)} % (${Math.round(value * questions)}/${questions})`;
}

/** nDCG@10 of each weight, the best one, and the line for the environment. */
export function renderTuning({ best, now, tried }: Tuning, embedding: string): string {
  const rows = tried.map(({ weight, ndcg, below }) => [
    String(weight),
    percent(ndcg.value),
    renderInterval(ndcg, percent),
    weight === best ? "best" : below.low <= 0 ? "no sure difference" : "",
  ]);
  const isAsGood = tried.some(
    ({ weight, below }) => weight === now.weight && weight !== best && below.low <= 0,
  );
  return [
    renderTable([["weight", "nDCG@10", "95 % interval", ""], ...rows]),
    "",
    `With today's weight ${now.weight} it is ${percent(now.ndcg.value)}${isAsGood ? ", no sure difference" : ""}. The best one, for the environment:`,
    `DENSE_WEIGHT=${embedding}=${best}`,
  ].join("\n");
}

/** What some thresholds refuse, and the line for the environment. */
export function renderCalibration({ now, tried, best }: Calibration): string {
  const rows = tried
    .filter((_, index) => index % 3 === 0)
    .concat(now, best)
    .toSorted((a, b) => a.threshold - b.threshold)
    .filter((one, index, all) => one.threshold !== all[index - 1]?.threshold);
  const cells = rows.map(({ threshold, own, offTopic }) => [
    threshold.toFixed(2),
    percent(own.value),
    percent(offTopic.value),
    [threshold === now.threshold ? "now" : "", threshold === best.threshold ? "best" : ""]
      .filter((word) => word !== "")
      .join(", "),
  ]);
  return [
    renderTable([["threshold", "own: not found", "off topic: not found", ""], ...cells]),
    "",
    `Most questions of both kinds (${now.own.questions} and ${now.offTopic.questions}) are treated rightly with, for the environment:`,
    `EVIDENCE_THRESHOLD=${best.threshold}`,
  ].join("\n");
}

/** The first column to the left, the others to the right. */
function renderTable(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]! + 3),
        )
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

function renderInterval({ low, high }: Estimate, format: (value: number) => string): string {
  return `${format(low)} – ${format(high)}`;
}

function percent(value: number): string {
  return (value * 100).toFixed(1);
}

function plain(value: number): string {
  return value.toFixed(2);
}
