import { isCI, isTTY, progress } from "@clack/prompts";

export interface Progress {
  /** `step` more are done. */
  advance(step: number, message: string): void;
  stop(message: string): void;
}

/** A progress bar on a terminal, plain lines elsewhere. */
export function startProgress(title: string, total: number): Progress {
  if (!isTTY(process.stdout) || isCI()) {
    console.log(`${title} …`);
    return {
      advance: (_step, message) => console.log(`  ${message}`),
      stop: (message) => console.log(message),
    };
  }
  const bar = progress({ max: Math.max(1, total), style: "block" });
  bar.start(title);
  return {
    advance: (step, message) => bar.advance(step, message),
    stop: (message) => bar.stop(message),
  };
}
