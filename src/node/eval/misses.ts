import { rankDocuments } from "./ask.ts";
import type { LabelledQuestion } from "./labelled-set.ts";
import type { Outcome } from "./run.ts";

const SHOWN = 5;

/** None of the first five documents is relevant. */
export function isMissed({ question, found }: Outcome<LabelledQuestion>): boolean {
  return !rankDocuments(found)
    .slice(0, SHOWN)
    .some((id) => question.relevant.has(id));
}

/** Each question that failed, with what was wanted and what came instead. */
export function renderMisses<Question extends LabelledQuestion>(
  outcomes: Outcome<Question>[],
  isMiss: (outcome: Outcome<Question>) => boolean,
): string {
  const misses = outcomes.filter(isMiss).map(({ question, found, answered }) => {
    const lines = [
      `${question.id}: ${question.text}`,
      `  wanted: ${[...question.relevant.keys()].slice(0, SHOWN).join(", ")}${question.answers.length === 0 ? "" : ` (${question.answers[0]})`}`,
      `  found: ${rankDocuments(found).slice(0, SHOWN).join(", ")}`,
      ...(answered === undefined ? [] : [`  answer: ${answered.answer}`]),
    ];
    return lines.join("\n");
  });
  return `\n${misses.length} questions failed.\n\n${misses.join("\n\n")}`;
}
