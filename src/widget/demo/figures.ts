import { h } from "./dom.ts";

/** A share of one, drawn; what it means is said beside it. */
export function renderBar(share: number, mark?: number): HTMLElement {
  const filled = h("i");
  filled.style.inlineSize = `${Math.max(0, share) * 100}%`;
  const bar = h("span", { class: "bar", "aria-hidden": "true" }, filled);
  if (mark !== undefined) {
    const tick = h("b");
    tick.style.insetInlineStart = `${mark * 100}%`;
    bar.append(tick);
  }
  return bar;
}

/** The first column names the row; from the third on they hold figures. */
export function renderTable(caption: string, columns: string[], rows: string[][]): HTMLElement {
  const head = columns.map((text, index) => h("th", { scope: "col", ...alignCell(index) }, text));
  const body = rows.map(([name = "", ...cells]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      ...cells.map((cell, index) => h("td", alignCell(index + 1), cell)),
    ),
  );
  return h(
    "table",
    {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...head)),
    h("tbody", {}, ...body),
  );
}

function alignCell(column: number): Record<string, string> {
  return column >= 2 ? { class: "number" } : {};
}
