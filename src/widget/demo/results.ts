import { fill, h } from "./dom.ts";
import { renderCandidates } from "./candidates.ts";
import { renderBar, renderTable } from "./figures.ts";
import type { Found } from "./found.ts";
import { codes, formatScore, formatTime, texts } from "./texts.ts";

/** In one sentence. */
export function summarize({ results, dropped, timings }: Found): string {
  const all = [...results, ...dropped];
  const time = formatTime(timings.total);
  const kept = all.filter(({ source }) => source !== undefined).length;
  return fill(all.length === 0 ? texts.nothing : texts.summary, { n: all.length, kept, time });
}

/** Everything that an answer of `POST /search` tells. */
export function renderFound(found: Found): HTMLElement[] {
  const { results, dropped, warnings, context, contextTokens } = found;
  const candidates = [...results, ...dropped].toSorted((a, b) => a.rank - b.rank);
  return [
    renderVerdict(found),
    ...(warnings.length === 0 ? [] : [renderWarnings(warnings)]),
    h("div", { class: "pair" }, renderCollections(found), renderStages(found)),
    ...(candidates.length === 0 ? [] : [renderCandidates(candidates)]),
    ...renderWordings(found),
    h(
      "details",
      {},
      h("summary", {}, fill(texts.context, { n: contextTokens })),
      h("pre", { tabindex: 0 }, context || texts.empty),
    ),
  ];
}

function renderVerdict({ wouldAnswer, evidence }: Found): HTMLElement {
  const { words, similarity, thresholds } = evidence;
  return h(
    "section",
    { class: wouldAnswer ? "verdict" : "verdict no" },
    h("h3", {}, wouldAnswer ? `✓ ${texts.tried}` : `∅ ${texts.refused}`),
    h(
      "div",
      { class: "gauges" },
      renderGauge(texts.words, words, thresholds.words),
      ...(similarity === undefined
        ? []
        : [renderGauge(texts.similarity, similarity, thresholds.similarity ?? 0)]),
    ),
  );
}

function renderGauge(label: string, value: number, needed: number): HTMLElement {
  const figures = { value: formatScore(value), needed: formatScore(needed) };
  return h(
    "p",
    {},
    `${label}: `,
    h("strong", {}, fill(texts.needed, figures)),
    renderBar(value / Math.max(1, value), needed / Math.max(1, value)),
  );
}

/** The server's sentences, which are English. */
function renderWarnings(warnings: string[]): HTMLElement {
  const items = warnings.map((warning) => h("li", { lang: "en" }, warning));
  return h(
    "section",
    { class: "note warn" },
    h("h3", {}, texts.warnings),
    h("ul", { class: "warnings" }, ...items),
  );
}

function renderCollections({ retrieval }: Found): HTMLElement {
  const rows = retrieval.collections.map(({ name, status, hits, ms }) => [
    name,
    codes.statuses[status],
    String(hits),
    formatTime(ms),
  ]);
  return renderTable(
    texts.collections,
    [texts.collection, texts.status, texts.hits, texts.time],
    rows,
  );
}

function renderStages({ retrieval, timings }: Found): HTMLElement {
  const rows = Object.entries(retrieval.stages).map(([name, { status, reason, ms }]) => [
    codes.stages[name as keyof typeof codes.stages] ?? name,
    codes.outcomes[status] + (reason === undefined ? "" : ` (${reason})`),
    status === "skipped" ? "–" : formatTime(ms),
  ]);
  const total = [texts.total, "", formatTime(timings.total)];
  return renderTable(texts.stages, [texts.stage, texts.status, texts.time], [...rows, total]);
}

/** Only where more was searched for than what was asked. */
function renderWordings({ wordings }: Found): HTMLElement[] {
  if (wordings.length === 1 && wordings[0]!.messages.length === 1) return [];
  const items = wordings.flatMap(({ kind, messages }) =>
    messages.map(({ text, weight }, index) => {
      const note = index === 0 ? texts[kind] : fill(texts.earlier, { weight: formatScore(weight) });
      return h(
        "li",
        {},
        h("span", { dir: "auto" }, text),
        h("span", { class: "soft" }, ` (${note})`),
      );
    }),
  );
  return [h("section", {}, h("h3", {}, texts.wordings), h("ul", { class: "warnings" }, ...items))];
}
