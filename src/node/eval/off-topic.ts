import { join } from "node:path";
import { hasEvidence } from "../../chat/answer.ts";
import type { AskedQuestion, Found } from "./ask.ts";
import { readJsonLines } from "./json-lines.ts";
import { queryLine } from "./labelled-set.ts";
import { type Estimate, estimate } from "./metrics.ts";

/*
 * Questions about something else: they tell how well the words of a passage must fit before an answer is tried.
 */

/** Tried for `EVIDENCE_THRESHOLD`: 0.2, 0.22 … 0.8. */
const TRIED = Array.from({ length: 31 }, (_, index) => (20 + 2 * index) / 100);

/** What a threshold refuses. */
export interface Refusals {
  threshold: number;
  /** Share of the set's own questions. */
  own: Estimate;
  /** Share of those about something else. */
  offTopic: Estimate;
}

export interface Calibration {
  /** Of today's thresholds. */
  now: Refusals;
  tried: Refusals[];
  /** Where most questions of both kinds are treated rightly, each kind counted as one half. */
  best: Refusals;
}

function gain({ own, offTopic }: Refusals): number {
  return offTopic.value - own.value;
}

/** The questions of another set, of which nothing that is stored knows the answer. Throws an `EvalError`. */
export function readOffTopic(folder: string): AskedQuestion[] {
  return readJsonLines(join(folder, "queries.jsonl"), queryLine)
    .map(({ value }) => value)
    .filter(({ text }) => text !== "");
}

/** `similarity` stays as it is: it overrules the words where there are cosines. */
export function calibrate(
  own: Found[],
  offTopic: Found[],
  today: { evidence: number; similarity: number },
): Calibration {
  const refusals = (threshold: number): Refusals => {
    const limits = { evidence: threshold, similarity: today.similarity };
    const share = (found: Found[]): Estimate =>
      estimate(
        found.map(({ evidence, candidates }) => ({
          value: hasEvidence(evidence, candidates, limits) ? 0 : 1,
          of: 1,
        })),
      );
    return { threshold, own: share(own), offTopic: share(offTopic) };
  };
  const tried = TRIED.map(refusals);
  const most = Math.max(...tried.map(gain));
  // Of several that are as good, the middle one is the furthest from being worse.
  const equals = tried.filter((one) => gain(one) === most);
  return { now: refusals(today.evidence), tried, best: equals[Math.floor(equals.length / 2)]! };
}
