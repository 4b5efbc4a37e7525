// Many chats at once with every part on, from the same upstreams to each server in turn.
import { medians, percentile, shuffle, type Figures } from "./figures.ts";
import { drive, type LoadOptions } from "./load.ts";
import { CORES, type MeasuredProcess, readBusyMs, startMeasured } from "./processes.ts";
import { REPLY, REPLY_TEXT } from "./questions.ts";
import { type ServerName, startServer } from "./servers/servers.ts";
import type { Pace, UpstreamSettings } from "./settings.ts";

export interface StreamFigures extends Figures {
  chatsPerSecond: number;
  /** What the CPU time of a chat allows: the figure to trust where the load's core, not the server's, is full. */
  chatsPerCoreSecond: number;
  cpuMsPerChat: number;
  cpuMicrosPerToken: number;
  tokensPerSecond: number;
  firstTokenP50: number;
  firstTokenP95: number;
  worstStall: number;
  delayP99: number;
  peakRssMb: number;
  /** Shares of the two cores that were in use. */
  serverBusy: number;
  loadBusy: number;
  /** Cores that processes of others took: beyond a tenth the figures are not worth much. */
  othersBusy: number;
}

export interface StreamPlan {
  servers: readonly ServerName[];
  rounds: number;
  pace: Pace;
  load: Pick<LoadOptions, "chats" | "concurrency" | "spread">;
  warmUp: number;
  /** Folder for a CPU profile of each server, of its last measured run. */
  profile?: string | undefined;
}

export interface StreamResults {
  medians: Partial<Record<ServerName, StreamFigures>>;
  runs: { server: ServerName; figures: StreamFigures }[];
  /** One line for each run in which a chat failed. */
  failures: string[];
}

export interface Upstreams {
  process: MeasuredProcess;
  settings: UpstreamSettings;
}

/** A model's pace. */
export const PACED: Pace = { embedMs: 30, firstTokenMs: 150, tokenMs: 20, tokensPerWrite: 1 };

/** As fast as the upstreams can, one frame in a network write. */
export const UNPACED: Pace = { embedMs: 0, firstTokenMs: 0, tokenMs: 0, tokensPerWrite: 1 };

export async function startUpstreams(): Promise<Upstreams> {
  const process = await startMeasured("test/bench/upstreams.ts", { ready: /^@upstreams (.*)\n/m });
  return { process, settings: JSON.parse(process.answer) as UpstreamSettings };
}

/** Every server once a round in random order, each a fresh process; the medians of the rounds. */
export async function measureStreams(
  upstreams: Upstreams,
  plan: StreamPlan,
  onRun: (server: ServerName) => void,
): Promise<StreamResults> {
  const results: StreamResults = { medians: {}, runs: [], failures: [] };
  for (let round = 0; round < plan.rounds; round++) {
    for (const server of shuffle(plan.servers)) {
      onRun(server);
      const { figures, failure } = await measureServer(server, upstreams, plan);
      results.runs.push({ server, figures });
      if (failure !== undefined) results.failures.push(`${server}: ${failure}`);
    }
  }
  for (const server of plan.servers)
    results.medians[server] = medians(
      results.runs.filter((run) => run.server === server).map(({ figures }) => figures),
    );
  return results;
}

async function measureServer(
  name: ServerName,
  upstreams: Upstreams,
  { pace, load, warmUp, profile }: StreamPlan,
): Promise<{ figures: StreamFigures; failure: string | undefined }> {
  const server = await startServer(name, upstreams.settings, { core: CORES?.server, profile });
  try {
    const target = { url: server.answer, text: REPLY_TEXT };
    await setPace(upstreams, UNPACED);
    const warm = await drive({ ...target, chats: warmUp, concurrency: 16 });
    await setPace(upstreams, pace);
    await Promise.all([server.measure(), upstreams.process.measure()]);

    const busyBefore = readBusyMs();
    const result = await drive({ ...target, ...load });
    const busyMs = readBusyMs() - busyBefore;
    const [ofServer, ofUpstreams] = await Promise.all([
      server.measure(),
      upstreams.process.measure(),
    ]);
    const ourMs = ofServer.cpuMs + ofUpstreams.cpuMs + result.cpuMs;
    const whole = Math.max(1, result.times.length);
    const cpuMsPerChat = ofServer.cpuMs / whole;
    const firstTokens = result.times.map(({ firstToken }) => firstToken);
    const failed = warm.failed + result.failed;
    return {
      failure:
        failed === 0
          ? undefined
          : `${failed} chats failed, the first: ${warm.failure ?? result.failure}`,
      figures: {
        chatsPerSecond: (whole / result.wallMs) * 1000,
        chatsPerCoreSecond: 1000 / cpuMsPerChat,
        cpuMsPerChat,
        cpuMicrosPerToken: (cpuMsPerChat * 1000) / REPLY.length,
        tokensPerSecond: ((whole * REPLY.length) / result.wallMs) * 1000,
        firstTokenP50: percentile(firstTokens, 0.5),
        firstTokenP95: percentile(firstTokens, 0.95),
        worstStall: Math.max(...result.times.map(({ stall }) => stall)),
        delayP99: ofServer.delayP99Ms,
        peakRssMb: ofServer.peakRssMb,
        serverBusy: ofServer.cpuMs / result.wallMs,
        loadBusy: (result.cpuMs + ofUpstreams.cpuMs) / result.wallMs,
        othersBusy: Math.max(0, busyMs - ourMs) / result.wallMs,
      },
    };
  } finally {
    await server.stop();
  }
}

export async function setPace({ settings }: Upstreams, pace: Pace): Promise<void> {
  const response = await fetch(settings.controlUrl, { method: "POST", body: JSON.stringify(pace) });
  await response.arrayBuffer();
}
