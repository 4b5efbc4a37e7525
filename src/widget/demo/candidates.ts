import { fill, h } from "./dom.ts";
import type { Candidate } from "./found.ts";
import { renderBar } from "./figures.ts";
import { codes, formatScore, texts } from "./texts.ts";

/** Rows that are shown before somebody asks for all. */
const FIRST = 10;
const COLUMNS = ["rank", undefined, "score", "outcome"];

/**
 * The candidates in their order. Roles are written out: on a narrow screen the rows become cards, and browsers take
 * what is no table to the eye for none.
 */
export function renderCandidates(candidates: Candidate[]): HTMLElement {
  const best = Math.max(...candidates.map(({ score }) => score), 0);
  const rows = candidates.map((candidate) => renderRow(candidate, best));
  const body = h("tbody", { role: "rowgroup" }, ...rows.slice(0, FIRST));
  const titles = [texts.rank, texts.passage, texts.score, texts.outcome];
  const columns = titles.map((text, index) =>
    h("th", { scope: "col", role: "columnheader", class: COLUMNS[index] }, text),
  );
  const table = h(
    "table",
    { class: "candidates", role: "table" },
    h("caption", {}, texts.candidates),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...columns)),
    body,
  );
  if (rows.length <= FIRST) return h("section", {}, table);
  const more = h(
    "button",
    {
      type: "button",
      click() {
        more.remove();
        body.append(...rows.slice(FIRST));
        rows[FIRST]!.querySelector("a")!.focus();
      },
    },
    fill(texts.all, { n: rows.length }),
  );
  return h("section", {}, table, h("div", {}, more));
}

function renderRow(candidate: Candidate, best: number): HTMLElement {
  const { rank, score, source } = candidate;
  return h(
    "tr",
    { role: "row", class: source === undefined ? "left" : false },
    h("td", { role: "cell", class: "rank" }, String(rank)),
    h("th", { role: "rowheader", scope: "row" }, ...renderPassage(candidate)),
    h(
      "td",
      { role: "cell", class: "score" },
      formatScore(score),
      renderBar(best === 0 ? 0 : score / best),
      ...renderLegs(candidate),
    ),
    h("td", { role: "cell", class: "outcome" }, ...renderOutcome(candidate)),
  );
}

function renderPassage(candidate: Candidate): HTMLElement[] {
  const { collection, chunkId, title, heading, text, matched = [], unmatched = [] } = candidate;
  const path = [title, ...heading.filter((part) => part !== title)].join(" › ");
  const address = `/sources/${encodeURIComponent(collection)}/${encodeURIComponent(chunkId)}`;
  return [
    h("a", { class: "title", dir: "auto", href: address, target: "_blank", rel: "noopener" }, path),
    h(
      "ul",
      { class: "chips" },
      h("li", { class: "collection" }, collection),
      ...renderWords(matched, texts.holds, "holds"),
      ...renderWords(unmatched, texts.lacks, "lacks"),
    ),
    h(
      "details",
      {},
      h("summary", { class: "small" }, texts.details),
      h("p", { class: "small", lang: "en" }, candidate.explanation),
      renderFigures(candidate),
      h("blockquote", { dir: "auto" }, text),
    ),
  ];
}

function renderWords(words: string[], label: string, kind: string): HTMLElement[] {
  return words.map((word) =>
    h("li", { class: kind }, h("span", { class: "hidden" }, `${label} `), word),
  );
}

function renderLegs({ legs, rerank }: Candidate): HTMLElement[] {
  const figures: [string, number | undefined][] = [
    [texts.sparse, legs.sparse],
    [texts.dense, legs.dense],
    [texts.rerank, rerank],
  ];
  return figures.flatMap(([label, value]) =>
    value === undefined
      ? []
      : [h("div", { class: "small soft" }, `${label} ${formatScore(value)}`)],
  );
}

function renderFigures({ mergedRank, mergedScore, shares }: Candidate): HTMLElement {
  const rank = mergedRank ?? "–";
  const score = mergedScore === undefined ? "–" : formatScore(mergedScore);
  const figures: [string, string][] = [
    [texts.merged, fill(texts.mergedValue, { rank, score })],
    [texts.shares, shares.map(formatScore).join(" + ")],
  ];
  return h(
    "dl",
    { class: "figures" },
    ...figures.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

function renderOutcome({ source, why }: Candidate): HTMLElement[] {
  const badge = source === undefined ? texts.dropped : fill(texts.source, { n: source });
  const reason = why === undefined ? [] : [h("div", { class: "small" }, codes.reasons[why])];
  return [h("span", { class: "badge" }, badge), ...reason];
}
