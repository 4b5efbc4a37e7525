import { describe, expect, it } from "vitest";
import { type Figures, runRandomly, type Step, type Subject } from "./run.ts";
import { shrink } from "./shrink.ts";

/** Whether FULL=1 is set, put in by test/vitest.config.ts: workerd has no environment. */
declare const FULL: boolean;

export interface ModelOptions {
  name: string;
  /** For `npm run test:full`; `npm test` takes the first. */
  seeds: number[];
  /** Writes of a full run; about twice as many reads come between them. @default 10,000 */
  operations?: number;
  open(): Promise<Subject>;
}

/** Of the answers; so many may be left open by rounding, or the test would come to say nothing. */
const MOST_UNSURE = 0.02;

/** One test for each seed: no answer of the engine may differ from the reference's. */
export function describeModel({ name, seeds, operations = 10_000, open }: ModelOptions): void {
  const count = FULL ? operations : operations / 10;
  const title = `answers as the reference does: ${count} operations, seed %d`;

  async function run(seed: number): Promise<void> {
    console.log(`${name}: seed ${seed}`);
    const subject = await open();
    const ran = await runRandomly(seed, count, subject).finally(() => subject.close());
    if (ran.difference) {
      const { steps, difference = ran.difference } = await shrink(ran.steps, open);
      throw new Error(report(seed, steps, difference.text));
    }
    if (FULL) console.log(`${name}: seed ${seed}: ${figuresOf(ran.figures)}`);
    expect(ran.figures.unsure).toBeLessThan(MOST_UNSURE * ran.figures.reads);
  }

  describe(name, () => {
    // Shrinking a failure takes its time.
    it.each(FULL ? seeds : seeds.slice(0, 1))(title, run, 3_600_000);
  });
}

function report(seed: number, steps: Step[], text: string): string {
  const lines = steps.map((step) => JSON.stringify(step));
  return `Seed ${seed}: ${text}\n\nThe steps to it:\n${lines.join("\n")}`;
}

function figuresOf(figures: Figures): string {
  return Object.entries(figures)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ");
}
