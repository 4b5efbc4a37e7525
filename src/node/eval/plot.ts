import type { Estimate } from "./metrics.ts";

/** One bar: a share from 0 to 1 with its interval. */
export interface Bar {
  label: string;
  estimate: Pick<Estimate, "value" | "low" | "high">;
}

const WIDTH = 720;
/** Of a letter of a label, about. */
const LETTER = 7;
const RIGHT = 70;
const TOP = 56;
const ROW = 34;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Bars from 0 to 100 % with their 95 % intervals, as an SVG document. */
export function drawBars(title: string, bars: Bar[]): string {
  const height = TOP + bars.length * ROW + 40;
  const left = Math.max(...bars.map(({ label }) => label.length)) * LETTER + 30;
  const x = (share: number): number => round(left + share * (WIDTH - left - RIGHT));
  const bottom = TOP + bars.length * ROW;
  const grid = TICKS.map(
    (
      share,
    ) => `<line x1="${x(share)}" y1="${TOP}" x2="${x(share)}" y2="${bottom}" stroke="#d5d9de"/>
<text x="${x(share)}" y="${bottom + 18}" text-anchor="middle" fill="#5a6470">${share * 100}</text>`,
  );
  const rows = bars.map(({ label, estimate: { value, low, high } }, index) => {
    const middle = TOP + index * ROW + ROW / 2;
    return `<text x="${left - 10}" y="${middle + 4}" text-anchor="end" fill="#1c2530">${escapeXml(label)}</text>
<rect x="${left}" y="${middle - 9}" width="${round(x(value) - left)}" height="18" fill="#3d7ea6"/>
<path d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 5}v10M${x(high)} ${middle - 5}v10" stroke="#12202e" stroke-width="1.5" fill="none"/>
<text x="${WIDTH - RIGHT + 12}" y="${middle + 4}" fill="#1c2530">${(value * 100).toFixed(1)}</text>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13" role="img">
<title>${escapeXml(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="20" y="30" font-size="16" font-weight="600" fill="#1c2530">${escapeXml(title)}</text>
${[...grid, ...rows].join("\n")}
</svg>
`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign]!)
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "");
}
