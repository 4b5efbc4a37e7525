import { createRunner, type Difference, type Step, type Subject } from "./run.ts";

const MOST_REPLAYS = 1500;

/** Leaves out steps, and parts of them, for as long as what remains still ends in a difference. */
export async function shrink(
  steps: Step[],
  open: () => Promise<Subject>,
): Promise<{ steps: Step[]; difference?: Difference }> {
  let best = steps;
  let difference: Difference | undefined;
  let replays = 0;

  async function isWrong(candidate: Step[]): Promise<boolean> {
    if (replays++ >= MOST_REPLAYS) return false;
    const failure = await replay(candidate, open);
    if (!failure || (difference && kindOf(failure.difference) !== kindOf(difference))) return false;
    best = candidate.slice(0, failure.at + 1);
    difference = failure.difference;
    return true;
  }

  await isWrong(steps);
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let end = best.length - 1; end > 0; end = Math.min(end, best.length - 1)) {
      const start = Math.max(0, end - size);
      await isWrong([...best.slice(0, start), ...best.slice(end)]);
      end = start;
    }
  }
  for (let at = best.length - 1; at >= 0; at--) {
    for (let skip = 0; at < best.length;) {
      const smaller = withoutPart(best[at]!, skip);
      if (!smaller) break;
      if (!(await isWrong(best.with(at, smaller)))) skip += 1;
    }
  }
  return { steps: best, ...(difference && { difference }) };
}

/** So that one difference is not shrunk into another. */
function kindOf({ step, text }: Difference): string {
  return `${step.call} ${text.replaceAll(/[\d".-]+/g, "").slice(0, 24)}`;
}

/** Lists of which a part may go, and objects of which every key may. */
const LISTS = new Set([
  "points",
  "operations",
  "actions",
  "must",
  "should",
  "must_not",
  "prefetch",
]);
const OBJECTS = new Set(["payload", "filter"]);

/** The step without the n-th of its parts that can be left out; undefined where there are fewer. */
function withoutPart(step: Step, n: number): Step | undefined {
  const copy = structuredClone(step);
  let left = n;
  function removeIn(value: unknown, name: string): boolean {
    if (typeof value !== "object" || value === null) return false;
    const keys = Object.keys(value);
    const isList = Array.isArray(value) && LISTS.has(name) && keys.length > 1;
    if (isList || (!Array.isArray(value) && OBJECTS.has(name))) {
      if (left < keys.length) {
        if (Array.isArray(value)) value.splice(left, 1);
        else delete (value as Record<string, unknown>)[keys[left]!];
        return true;
      }
      left -= keys.length;
    }
    return Object.entries(value).some(([key, part]) =>
      removeIn(part, Array.isArray(value) ? "" : key),
    );
  }
  return removeIn(copy, "") ? copy : undefined;
}

async function replay(
  steps: Step[],
  open: () => Promise<Subject>,
): Promise<{ at: number; difference: Difference } | undefined> {
  const subject = await open();
  try {
    const runner = createRunner(subject);
    for (const [at, step] of steps.entries()) {
      const difference = await runner.take(step);
      if (difference) return { at, difference };
    }
    return undefined;
  } finally {
    await subject.close();
  }
}
