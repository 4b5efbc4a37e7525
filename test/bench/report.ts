// The figures as tables, for people.
import type { KeylessFigures } from "./keyless.ts";
import type { ServerName } from "./servers/servers.ts";
import type { StreamFigures, StreamResults } from "./streams.ts";

export interface Report {
  machine: { node: string; cpu: string; cores: number; pinned: boolean };
  streams: StreamResults;
  paced: StreamResults;
  keyless: KeylessFigures;
  readySeconds: number;
}

/** Targets of the project; they are shown, not enforced, since machines differ. */
const TARGETS = { ratio: 1.8, firstTokenMs: 10, readySeconds: 5 };

const ROWS: [keyof StreamFigures, string, number][] = [
  ["chatsPerCoreSecond", "chats/s a core (1000 ÷ CPU ms)", 0],
  ["chatsPerSecond", "chats/s measured", 0],
  ["tokensPerSecond", "tokens/s measured", 0],
  ["cpuMsPerChat", "CPU ms a chat", 2],
  ["cpuMicrosPerToken", "CPU µs a token, all included", 1],
  ["firstTokenP50", "first token p50, ms", 1],
  ["firstTokenP95", "first token p95, ms", 1],
  ["worstStall", "worst stall in a stream, ms", 0],
  ["delayP99", "event-loop delay p99, ms", 1],
  ["peakRssMb", "peak RSS, MB", 0],
  ["serverBusy", "server's core busy, share", 2],
  ["loadBusy", "load's core busy, share", 2],
  ["othersBusy", "cores taken by others", 2],
];

export function renderReport(report: Report): string {
  const { machine, keyless, readySeconds } = report;
  return [
    `Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores; ${machine.pinned ? "server on one core, load and upstreams on another" : "processes not pinned: figures of CPU hold, the others less"}`,
    "",
    "A. Streamed answers, upstreams as fast as they can, one frame a network write",
    ...renderTable(report.streams),
    ...renderRatios(report.streams, TARGETS.ratio),
    "",
    "B. What we add before the first token: no key, no upstream, one chat after another",
    `   sources ${keyless.sourcesP50.toFixed(1)} ms (p95 ${keyless.sourcesP95.toFixed(1)}), first token ${keyless.firstTokenP50.toFixed(1)} ms (p95 ${keyless.firstTokenP95.toFixed(1)}; target ≤ ${TARGETS.firstTokenMs})`,
    "",
    "C. Ready",
    `   ${readySeconds.toFixed(2)} s from the start of the process (target ≤ ${TARGETS.readySeconds})`,
    "",
    "D. Streamed answers at a model's pace: embedding 30 ms, first token 150 ms, 20 ms a token",
    ...renderTable(report.paced),
    ...renderRatios(report.paced),
  ].join("\n");
}

function renderTable({ medians }: StreamResults): string[] {
  const names = Object.keys(medians) as ServerName[];
  const head = `   ${"".padEnd(32)}${names.map((name) => name.padStart(12)).join("")}`;
  const rows = ROWS.map(([key, label, digits]) => {
    const cells = names.map((name) => (medians[name]?.[key] ?? 0).toFixed(digits).padStart(12));
    return `   ${label.padEnd(32)}${cells.join("")}`;
  });
  return [head, ...rows];
}

function renderRatios({ medians }: StreamResults, wanted?: number): string[] {
  const { tributary } = medians;
  return (["streamText", "hono"] as const).flatMap((peer) => {
    const other = medians[peer];
    if (tributary === undefined || other === undefined) return [];
    const ratio = (key: keyof StreamFigures): string =>
      ((tributary[key] ?? 0) / (other[key] ?? 1)).toFixed(2);
    const target = peer === "streamText" && wanted !== undefined ? ` (target ≥ ${wanted})` : "";
    return [
      `   tributary ÷ ${peer}: chats/s a core ${ratio("chatsPerCoreSecond")}${target}, chats/s measured ${ratio("chatsPerSecond")}, first token p50 ${ratio("firstTokenP50")}`,
    ];
  });
}
