import type { RatedOutcome, RatedReport } from "./rated.ts";

/** What became of the questions, counted by their rating. A question is in one class alone: the first that fits. */
const CLASSES = {
  up: {
    "as good as before": (outcome: RatedOutcome) => isAnsweredAlike(outcome) && isKept(outcome),
    "answered without a document that was cited": isAnsweredAlike,
    "not answered any more": ({ now }: RatedOutcome) => !now.answered,
    "answered now": () => true,
  },
  down: {
    "answered now": ({ now, rated }: RatedOutcome) => now.answered && !rated.answered,
    "not answered any more": ({ now, rated }: RatedOutcome) => !now.answered && rated.answered,
    "with other sources": (outcome: RatedOutcome) => hasOtherSources(outcome),
    "with the same sources": () => true,
  },
} as const satisfies Record<string, Record<string, (outcome: RatedOutcome) => boolean>>;

/** Those that want looking at: a good answer that is lost, and a bad one that is as it was. */
const FINE = new Set(["as good as before", "answered now", "with other sources"]);

function isAnsweredAlike({ now, rated }: RatedOutcome): boolean {
  return now.answered === rated.answered;
}

function isKept({ lost }: RatedOutcome): boolean {
  return lost.length === 0;
}

function hasOtherSources({ before, after }: RatedOutcome): boolean {
  const [old, young] = [new Set(before), new Set(after)];
  return old.size !== young.size || [...old].some((name) => !young.has(name));
}

export function renderRated({
  file,
  url,
  outcomes,
  misses,
}: {
  file: string;
  url: string;
  outcomes: RatedOutcome[];
  misses: boolean;
}): RatedReport {
  const sorted = outcomes.map((outcome) => ({ outcome, name: classify(outcome) }));
  const counts = (["up", "down"] as const).map((rating) => {
    const rated = sorted.filter(({ outcome }) => outcome.rated.rating === rating);
    const shares = Object.keys(CLASSES[rating]).map((name): [string, number] => [
      name,
      rated.filter((one) => one.name === name).length,
    ]);
    return { rating, questions: rated.length, shares };
  });
  const text = counts.map(({ rating, questions, shares }) =>
    [
      `${questions} rated ${rating}`,
      ...shares.map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`),
    ].join("\n"),
  );
  const missed = sorted.filter(({ name }) => !FINE.has(name));
  return {
    text: [
      `${file}: ${outcomes.length} rated questions, asked again at ${url}`,
      ...text,
      ...(misses ? [renderMissed(missed)] : []),
    ].join("\n\n"),
    json: {
      file,
      questions: outcomes.length,
      ...Object.fromEntries(
        counts.map(({ rating, questions, shares }) => [
          rating,
          { questions, ...Object.fromEntries(shares) },
        ]),
      ),
      ...(misses ? { misses: missed.map(describeMissed) } : {}),
    },
  };
}

function classify(outcome: RatedOutcome): string {
  const classes = Object.entries(CLASSES[outcome.rated.rating]);
  return classes.find(([, fits]) => fits(outcome))![0];
}

function describeMissed({ outcome, name }: { outcome: RatedOutcome; name: string }): object {
  const { rated, now, lost, after } = outcome;
  const { question, rating, comment } = rated;
  return { question, rating, comment, became: name, lost, sources: after, answer: now.answer };
}

function renderMissed(missed: { outcome: RatedOutcome; name: string }[]): string {
  const blocks = missed.map(({ outcome: { rated, now, lost, after }, name }) =>
    [
      `${rated.rating}, ${name}: ${rated.question}`,
      ...(rated.comment === undefined ? [] : [`  comment: ${rated.comment.replace(/\s+/g, " ")}`]),
      ...(lost.length === 0 ? [] : [`  lost: ${lost.join(", ")}`]),
      `  sources now: ${[...new Set(after)].join(", ") || "none"}`,
      `  answer now: ${now.answer.replace(/\s+/g, " ")}`,
    ].join("\n"),
  );
  return [`${missed.length} want looking at.`, ...blocks].join("\n\n");
}
