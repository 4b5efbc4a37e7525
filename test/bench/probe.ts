// Preloaded into every measured process (`node --import`). At SIGUSR2 it prints what the process has used since the
// last time, and begins anew: the warm-up stays out of the figures, and no server has to know that it is measured.
// With PROFILE=<file> it also writes a CPU profile of what lies between the first two signals.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Milliseconds between two looks; part of every delay that the histogram holds. */
const RESOLUTION = 5;

export interface ProcessFigures {
  /** User and system time, as /proc/<pid>/stat has them but finer, of all threads. */
  cpuMs: number;
  /** Of the main thread's event loop. */
  delayP50Ms: number;
  delayP99Ms: number;
  delayMaxMs: number;
  rssMb: number;
  /** Of the whole life of the process. */
  peakRssMb: number;
}

const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();
let before = process.cpuUsage();

let profiler: Session | undefined;

async function profile(file: string): Promise<void> {
  if (profiler === undefined) {
    profiler = new Session();
    profiler.connect();
    await profiler.post("Profiler.enable");
    await profiler.post("Profiler.start");
  } else {
    writeFileSync(file, JSON.stringify((await profiler.post("Profiler.stop")).profile));
  }
}

async function report(): Promise<void> {
  const { user, system } = process.cpuUsage(before);
  const figures: ProcessFigures = {
    cpuMs: (user + system) / 1000,
    delayP50Ms: Math.max(0, delay.percentile(50) / 1e6 - RESOLUTION),
    delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION),
    delayMaxMs: Math.max(0, delay.max / 1e6 - RESOLUTION),
    rssMb: process.memoryUsage.rss() / 1024 / 1024,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
  const file = process.env["PROFILE"];
  if (file !== undefined) await profile(file);
  process.stdout.write(`@probe ${JSON.stringify(figures)}\n`);
  delay.reset();
  before = process.cpuUsage();
}

process.on("SIGUSR2", () => void report());
