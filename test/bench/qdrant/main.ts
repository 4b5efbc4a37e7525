// `npm run bench -- qdrant`: how fast the local Qdrant is, against its targets. See --help.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type HybridFigures, measureHybrid } from "./hybrid.ts";
import { measureNearest, measureQuery, type NearestFigures } from "./nearest.ts";
import { measureUpsert, type UpsertFigures } from "./upsert.ts";

const USAGE = `npm run bench -- qdrant [--quick] [--json]

Takes about two minutes and 3 GB of memory; with --quick, half a minute and without the largest collections.
The client is the one that the application ships with: it is imported without JSON.rawJSON.`;

const SHAPES = [
  [10_000, 384],
  [10_000, 1024],
  [100_000, 384],
  [100_000, 1024],
] as const;
const LIMIT_MS = 50;

interface Report {
  nearest: NearestFigures[];
  hybrid: HybridFigures;
  upsert: UpsertFigures;
  limits: Limit[];
}

/** How long a query takes at about the size where it passes the limit. */
interface Limit {
  size: number;
  points: number;
  queryMs: number;
}

async function measure(isQuick: boolean, progress: (text: string) => void): Promise<Report> {
  const nearest: NearestFigures[] = [];
  for (const [points, size] of isQuick ? SHAPES.slice(0, 2) : SHAPES) {
    progress(`nearest, ${points} × ${size}`);
    nearest.push(await measureNearest(points, size, isQuick ? 31 : points > 10_000 ? 51 : 201));
  }
  progress("hybrid");
  const hybrid = await measureHybrid(10_000, 1024, isQuick ? 31 : 101);
  progress("upsert");
  const upsert = await measureUpsert(10_000, 1024, isQuick ? 1 : 5);
  const limits: Limit[] = [];
  for (const { points, size, nearestMs } of nearest) {
    if (points !== 100_000) continue;
    progress(`limit, ${size}`);
    const atLimit = Math.round((points * LIMIT_MS) / nearestMs / 10_000) * 10_000;
    limits.push({ size, points: atLimit, queryMs: await measureQuery(atLimit, size, 15) });
  }
  return { nearest, hybrid, upsert, limits };
}

function render({ nearest, hybrid, upsert, limits }: Report): string {
  return [
    `Node ${process.version}, ${cpus()[0]?.model ?? "unknown CPU"}, ${cpus().length} cores; medians`,
    "",
    "A. Nearest at the engine's fetch, 10 hits; kernel and queries in turn, ms",
    `   ${["points × size", "kernel", "nearest", "target ≤", "10 % filter", "÷ nearest", "target ≤"].map((cell) => cell.padStart(14)).join("")}`,
    ...nearest.map(renderNearest),
    "",
    "B. Through the client, in process, 10,000 × 1024 and 460 non-zeros a point; filtered by tenant",
    `   dense and sparse prefetch of 50, RRF: ${hybrid.hybridMs.toFixed(2)} ms (target ≤ 12); dense alone ${hybrid.denseMs.toFixed(2)}, sparse alone ${hybrid.sparseMs.toFixed(2)}`,
    "",
    "C. 10,000 × 1024 with 1 KB of payload through the client, 200 a batch, on the disk",
    `   upsert ${upsert.pointsPerSecond.toFixed(0)} points/s (target ≥ 3000); open ${upsert.openMs.toFixed(0)} ms (target ≤ 400)`,
    "",
    `D. Where a query passes ${LIMIT_MS} ms`,
    ...limits.map(
      ({ size, points, queryMs }) => `   × ${size}: ${points} points, ${queryMs.toFixed(1)} ms`,
    ),
  ].join("\n");
}

function renderNearest(figures: NearestFigures): string {
  const { points, size, kernelMs, nearestMs, filteredMs } = figures;
  const cells = [
    `${points} × ${size}`,
    kernelMs.toFixed(2),
    nearestMs.toFixed(2),
    (kernelMs * 1.5 + 0.5).toFixed(2),
    filteredMs.toFixed(2),
    (filteredMs / nearestMs).toFixed(2),
    points === 100_000 ? "0.50" : "",
  ];
  return `   ${cells.map((cell) => cell.padStart(14)).join("")}`;
}

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean" } },
  // Options of the other benches are allowed when all run.
  strict: false,
});
if (values["help"] === true) {
  console.log(USAGE);
} else {
  const isJson = values["json"] === true;
  const report = await measure(values["quick"] === true, (text) => {
    if (!isJson) console.error(`  … ${text}`);
  });
  console.log(isJson ? JSON.stringify(report, undefined, 2) : render(report));
}
