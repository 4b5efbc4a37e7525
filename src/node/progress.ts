import { isCI, isTTY, progress } from "@clack/prompts";
import type { Writable } from "node:stream";

export interface Progress {
  /** `step` more are done. */
  advance(step: number, message: string): void;
  stop(message: string): void;
}

/** Lines of a long work at most, where there is no terminal. */
const LINES = 20;

/** A progress bar on a terminal, plain lines elsewhere. */
export function startProgress(
  title: string,
  total: number,
  output: Writable = process.stdout,
): Progress {
  if (!isTTY(output) || isCI()) {
    const say = (line: string): void => void output.write(`${line}\n`);
    say(`${title} …`);
    let [done, said] = [0, 0];
    return {
      advance(step, message) {
        done += step;
        if (done < total && done - said < total / LINES) return;
        said = done;
        say(`  ${message}`);
      },
      stop: say,
    };
  }
  const bar = progress({ max: Math.max(1, total), style: "block", output });
  bar.start(title);
  return {
    advance: (step, message) => bar.advance(step, message),
    stop: (message) => bar.stop(message),
  };
}
